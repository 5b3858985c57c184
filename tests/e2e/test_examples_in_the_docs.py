"""The commands that the documentation shows run as written, in the order in which a reader meets them."""

from __future__ import annotations

import os
import re
import select
import shutil
import subprocess
import sys
import termios
import time
import uuid
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHELL = re.compile(r"^```(?:sh|bash)\n(.*?)^```", re.MULTILINE | re.DOTALL)
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
PASSWORD = "correct horse battery"
# Other suites run these: the set-up, containers and clusters.
ELSEWHERE = ("make ", "docker ", "kubectl ", "pip install")


def blocks(page: str, kind: re.Pattern[str]) -> list[str]:
    return kind.findall((ROOT / page).read_text(encoding="utf-8"))


class Reader:
    """Somebody who goes through the pages in a checkout of their own, before a system that runs already."""

    def __init__(self, folder: Path, base_url: str) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.base_url = base_url
        (self.home / "scans").mkdir(parents=True)
        (folder / "samples").symlink_to(ROOT / "samples")
        (folder / ".venv").symlink_to(sys.prefix)
        self.environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.home),
            # Where the page's examples leave their files.
            "TMPDIR": str(self.home),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "DBUS_SESSION_BUS_ADDRESS": "",
        }
        self._own = uuid.uuid4().hex

    def meant(self, text: str) -> str:
        """Put this reader's server and accounts in place of the page's, the same on every page."""
        text = re.sub(r"ws://(?:localhost|127\.0\.0\.1):8000", self.base_url.replace("http", "ws", 1), text)
        text = re.sub(r"(?:http://)?(?:localhost|127\.0\.0\.1):8000", self.base_url, text)
        return text.replace("@example.com", f"-{self._own}@example.com")

    def shell(self, page: str, having: str = "") -> str:
        """Return the commands of a page as one script; of those blocks alone that have a word."""
        found = [
            block
            for block in blocks(page, SHELL)
            if having in block and not any(f"\n{word}" in f"\n{block}" for word in ELSEWHERE)
        ]
        assert found, f"{page} has no commands"
        return self.meant("set -euo pipefail\n" + "\n".join(found))

    def run(self, *command: str) -> str:
        """Run a command in the checkout; return what it printed."""
        done = subprocess.run(
            command, cwd=self.folder, capture_output=True, text=True, timeout=300, check=False, env=self.environment
        )
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def answer(self, script: str, replies: list[tuple[str, str]]) -> str:
        """Run a script at a terminal and answer its questions, each once it was asked; return what was shown."""
        end, own = os.openpty()
        shown = ""
        command = ["setsid", "--ctty", "--wait", "bash", "-c", script]
        with subprocess.Popen(
            command, cwd=self.folder, env=self.environment, stdin=own, stdout=own, stderr=own
        ) as process:
            os.close(own)
            try:
                for question, reply in replies:
                    shown += _read_until(end, question)
                    # What is typed before the terminal hides it is thrown away.
                    while reply == PASSWORD and termios.tcgetattr(end)[3] & termios.ECHO:
                        time.sleep(0.01)
                    os.write(end, f"{reply}\n".encode())
                shown += _read_until(end, None)
            finally:
                process.kill()
                os.close(end)
        assert process.returncode == 0, shown[-3000:]
        return shown


def _read_until(end: int, text: str | None, seconds: float = 300.0) -> str:
    """Return what a terminal shows up to a text, or up to the end of its program."""
    shown, begun = "", time.monotonic()
    while text is None or text not in shown:
        assert time.monotonic() - begun < seconds, shown
        if select.select([end], [], [], 1.0)[0]:
            try:
                shown += os.read(end, 65536).decode("utf-8", "replace")
            except OSError:
                assert text is None, shown
                return shown
    return shown


@pytest.mark.skipif(not shutil.which("curl"), reason="The examples of the pages need curl: apt-get install curl.")
@pytest.mark.timeout(900)
def test_the_pages_work_one_after_the_other_on_one_server(base_url: str, samples: Path, tmp_path: Path) -> None:
    """As a reader goes through them: the accounts of one page are there on the next, nothing is left behind."""
    reader = Reader(tmp_path, base_url)
    for page, having in (("README.md", "curl"), ("docs/api.md", "")):
        printed = reader.run("bash", "-c", reader.shell(page, having))
        assert "tags" in printed
        # How an answer that is an error begins.
        assert '{"detail"' not in printed

    for name in ("library-rules.pdf", "water-supply-report.pdf"):
        (reader.home / "scans" / name).write_bytes((samples / name).read_bytes())
    (tmp_path / "departments.csv").write_text("label,aliases\nWater,water supply\nLibraries,public library\n", "utf-8")
    email = reader.meant("ravi@example.com")
    replies = [("Email", email), ("Password", PASSWORD), ("Repeat", PASSWORD)]
    shown = reader.answer(reader.shell("docs/cli.md"), replies)
    assert f"as {email}" in " ".join(shown.split())
    assert "2 of 2 tagged" in shown
    # Without a server they start one each, as test_command shows.
    reader.environment["METATAG_CLI_SERVER"] = base_url
    assert "karyalaya-adesh.pdf" in reader.run("bash", "-c", reader.shell("README.md", ".venv/bin/metatag"))
    for name in ("tags.csv", "departments.csv"):
        (tmp_path / name).unlink()

    for page in ("docs/client.md", "docs/websocket.md", "docs/api.md"):
        for code in blocks(page, PYTHON):
            assert reader.run(sys.executable, "-c", reader.meant(code)).strip(), f"{page}: an example shows nothing"
    assert sorted(path.name for path in tmp_path.iterdir()) == [".venv", "home", "samples"]
