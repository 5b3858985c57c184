"""Keeping a sign-in in a desktop's keyring: GNOME's, on a session bus of its own, by commands one after another."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fakes import debian

COMMAND = """
import sys
from metatag_cli import sign_in
from metatag_client import Tokens
SERVER = "http://127.0.0.1:8000"
store = sign_in.open_store()
if sys.argv[1] == "keep":
    sign_in.keep(store, SERVER, Tokens("access", "refresh"))
if sys.argv[1] == "forget":
    store.drop(SERVER)
    store.drop(SERVER)
kept = sign_in.tokens_of(store, SERVER)
print(store.where, kept.refresh_token if kept else "nothing", sep="|")
"""


@pytest.fixture(scope="module")
def keyring() -> None:
    """GNOME's keyring; skips the test where there is none and none can be installed."""
    if not shutil.which("gnome-keyring-daemon") and debian.is_root():
        with debian.one_at_a_time("apt"):
            debian.install("gnome-keyring")
    if not shutil.which("gnome-keyring-daemon") or not shutil.which("dbus-run-session"):
        pytest.skip("The keyring's test needs a keyring: apt-get install gnome-keyring dbus")


def session(home: Path, script: str) -> list[str]:
    """Run a script on a session bus of its own; give the lines of the commands."""
    command = home / "command.py"
    command.write_text(COMMAND, encoding="utf-8")
    environment = os.environ | {
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_RUNTIME_DIR": str(home),
    }
    environment |= {"RUN": f"{sys.executable} {command}"}
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "PYTHON_KEYRING_BACKEND", "XDG_DATA_HOME"):
        environment.pop(name, None)
    done = subprocess.run(
        ["dbus-run-session", "--", "bash", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


UNLOCK = "printf secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null"


@pytest.mark.usefixtures("keyring")
def test_a_sign_in_is_kept_in_the_keyring_and_nowhere_else(tmp_path: Path) -> None:
    lines = session(tmp_path, f"{UNLOCK}; $RUN keep; $RUN look; $RUN forget; $RUN look")
    said = "the system's keyring"
    assert lines == [f"{said}|refresh", f"{said}|refresh", f"{said}|nothing", f"{said}|nothing"]
    assert not (tmp_path / "config/metatag").exists()
    assert list((tmp_path / ".local/share/keyrings").glob("*.keyring"))


@pytest.mark.usefixtures("keyring")
def test_a_keyring_that_nobody_can_unlock_gives_way_to_the_file(tmp_path: Path) -> None:
    lines = session(tmp_path, "gnome-keyring-daemon --start --components=secrets >/dev/null; $RUN keep; $RUN look")
    place = tmp_path / "config/metatag/sign-in.json"
    assert lines == [f"{place}|refresh", f"{place}|refresh"]
