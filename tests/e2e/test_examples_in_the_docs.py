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


def here(text: str, base_url: str) -> str:
    """Put our server and a fresh account in place of the page's."""
    text = re.sub(r"(?:http://)?(?:localhost|127\.0\.0\.1):8000", base_url, text)
    return text.replace("asha@example.com", f"{uuid.uuid4().hex}@example.com")


def run(command: list[str], server: Server) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    environment |= {"XDG_CONFIG_HOME": str(server.data_dir / "config")}
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False, env=environment)


@pytest.mark.parametrize("page", ["README.md", "docs/api.md"])
def test_every_curl_of_a_page_works(page: str, server: Server) -> None:
    if not (ROOT / page).exists():
        pytest.skip(f"{page} is not written yet")
    found = [block for block in blocks(page, SHELL) if "curl" in block]
    assert found
    script = 'set -euo pipefail\ncurl() { command curl --fail-with-body --max-time 60 "$@"; }\n' + "\n".join(found)
    done = run(["bash", "-c", here(script, server.base_url)], server)
    assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    assert "tags" in done.stdout


def test_the_first_example_of_the_client_works(server: Server) -> None:
    code = here(blocks("docs/client.md", PYTHON)[0], server.base_url)
    code = code.replace("client.login(", "client.register(*CREDENTIALS)\n    client.login(")
    credentials = re.search(r'client\.login\(("[^"]+", "[^"]+")\)', code)
    assert credentials
    done = run([sys.executable, "-c", f"CREDENTIALS = ({credentials[1]})\n{code}"], server)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("hi ")
