"""Runs every example of docs/api.md and docs/websocket.md as written, and holds the list of paths against the code."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from fakes.gateway_system import System
from metatag_gateway.app import ROUTERS
from metatag_gateway.problems import CODE_BY_STATUS, STATUS_BY_CODE

ROOT = Path(__file__).parents[3]
API = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
SOCKET = (ROOT / "docs" / "websocket.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


async def run(system: System, folder: Path, program: list[str], script: str) -> str:
    """Run a script in a folder where `samples` lies, against the system instead of localhost:8000."""
    (folder / "samples").symlink_to(ROOT / "samples")
    script = script.replace("localhost:8000", system.url.removeprefix("http://"))
    process = await asyncio.create_subprocess_exec(
        *program,
        cwd=folder,
        env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}", "TMPDIR": str(folder)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(100):
        out, _ = await process.communicate(script.encode())
    assert process.returncode == 0, out.decode()[-2000:]
    return out.decode()


@pytest.mark.skipif(not shutil.which("curl"), reason="The examples of the pages need curl: apt-get install curl.")
@pytest.mark.asyncio(loop_scope="module")
async def test_the_curl_examples_run_as_written(system: System, tmp_path: Path) -> None:
    # One shell for the page: later examples use what earlier ones found.
    out = await run(system, tmp_path, ["bash", "-euo", "pipefail"], "\n".join(blocks(API, "bash")))
    assert "annual report" in out
    (work,) = tmp_path.glob("tmp.*")
    assert (work / "results.csv").read_text().startswith("title")
    assert (work / "page.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize(("page", "word"), [(API, "annual report"), (SOCKET, "completed")], ids=["api", "websocket"])
async def test_the_python_examples_run_as_written(system: System, tmp_path: Path, page: str, word: str) -> None:
    script = "\n".join(blocks(page, "python"))
    assert word in await run(system, tmp_path, [sys.executable, "-"], script)


def test_every_path_is_on_the_page_with_what_it_needs() -> None:
    listed = set(re.findall(r"`(GET|POST|PUT|PATCH|DELETE) (/[^`]*)`", API))
    declared = {
        (method, route.path)
        for router in ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and not route.path.startswith("/app")
        for method in route.methods
    }
    assert declared - listed == set()
    assert {path for path in listed - declared if path[1] not in ("/api/single/preview?url=...",)} == set()


def test_every_status_of_an_error_is_in_the_table_and_no_other() -> None:
    table = API[API.index("| status | when") : API.index("Send `X-Request-ID`")]
    listed = {int(status) for row in re.findall(r"^\| (\d[^|]*) \|", table, re.MULTILINE) for status in row.split(", ")}
    # 431 is said before there is a request: http_protocol.py.
    assert listed == {*STATUS_BY_CODE.values(), *CODE_BY_STATUS, 431}


def test_every_kind_of_frame_is_on_the_page() -> None:
    for kind in ("catchup", "progress", "page", "started", "keepalive", "completed", "cancelled", "error"):
        assert re.search(rf"^\| `{kind}` \|", SOCKET, re.MULTILINE), kind
