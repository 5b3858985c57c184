"""The commands that the documentation shows run as written."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from e2e.running import Server

ROOT = Path(__file__).parents[2]
SHELL = re.compile(r"^```(?:sh|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: str, kind: re.Pattern[str]) -> list[str]:
    return kind.findall((ROOT / page).read_text(encoding="utf-8"))


def at(text: str, base_url: str) -> str:
    """Put our server in place of the page's, whatever the scheme."""
    text = re.sub(r"ws://(?:localhost|127\.0\.0\.1):8000", base_url.replace("http", "ws", 1), text)
    return re.sub(r"(?:http://)?(?:localhost|127\.0\.0\.1):8000", base_url, text)


def here(text: str, base_url: str) -> str:
    """Put our server and a fresh account in place of the page's."""
    text = at(text, base_url)
    for person in ("asha", "deepa"):
        text = text.replace(f"{person}@example.com", f"{uuid.uuid4().hex}@example.com")
    return text


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run in a folder that has the samples, as the checkout does; what examples write stays there."""
    (folder / "samples").symlink_to(ROOT / "samples")
    return run_in(folder, command)


def run_in(folder: Path, command: list[str]) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=110, check=False, env=environment
    )


@pytest.mark.parametrize("page", ["README.md", "docs/api.md"])
def test_every_curl_of_a_page_works(page: str, base_url: str, tmp_path: Path) -> None:
    found = [block for block in blocks(page, SHELL) if "curl" in block or "$server" in block]
    assert found
    done = run(["bash", "-c", here("set -euo pipefail\n" + "\n".join(found), base_url)], tmp_path)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "tags" in done.stdout
    # How an answer that is an error begins.
    assert '{"detail"' not in done.stdout


def test_the_pages_work_one_after_the_other_on_one_server(samples: Path, tmp_path: Path) -> None:
    """As a reader goes through them: the accounts of one page are there on the next, nothing is left behind."""
    running = Server(tmp_path / "data", local_root=samples)
    running.start()
    work = tmp_path / "work"
    work.mkdir()
    (work / "samples").symlink_to(ROOT / "samples")
    try:
        for page in ("README.md", "docs/api.md"):
            shell = "\n".join(block for block in blocks(page, SHELL) if "curl" in block or "$server" in block)
            done = run_in(work, ["bash", "-c", at(f"set -euo pipefail\n{shell}", running.base_url)])
            assert done.returncode == 0, f"{page}: {done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        for page in ("docs/client.md", "docs/websocket.md", "docs/api.md"):
            for code in blocks(page, PYTHON):
                done = run_in(work, [sys.executable, "-c", at(code, running.base_url)])
                assert done.returncode == 0, f"{page}: {done.stderr[-2000:]}"
                assert done.stdout.strip(), f"{page}: an example shows nothing"
    finally:
        running.kill()
    assert [path.name for path in work.iterdir()] == ["samples"]


def test_the_first_example_of_the_client_works(base_url: str, tmp_path: Path) -> None:
    code = here(blocks("docs/client.md", PYTHON)[0], base_url)
    code = code.replace("client.login(", "client.register(*CREDENTIALS)\n    client.login(")
    credentials = re.search(r'client\.login\(("[^"]+", "[^"]+")\)', code)
    assert credentials
    done = run([sys.executable, "-c", f"CREDENTIALS = ({credentials[1]})\n{code}"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("hi ")
