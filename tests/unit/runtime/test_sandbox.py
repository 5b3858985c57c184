"""What a restricted process can still do: read what it is given, use threads; and what it cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from metatag_runtime import sandbox

pytestmark = pytest.mark.skipif(bool(sandbox.missing()), reason=f"This system lacks {', '.join(sandbox.missing())}.")

PROGRAM = """
import os, signal, socket, sys, threading
from pathlib import Path
from metatag_runtime.sandbox import restrict
given, scratch, secret, parent = sys.argv[1:5]
assert restrict([given], [scratch]) == []
def tries(what, function):
    try:
        function()
        print(what, "can")
    except (OSError, RuntimeError) as error:
        print(what, "cannot")
thread = threading.Thread(target=lambda: print("thread can"))
thread.start()
thread.join()
tries("given", lambda: Path(given, "a").read_bytes())
tries("scratch", lambda: Path(scratch, "b").write_bytes(b"x"))
tries("library", lambda: __import__("sqlite3"))
tries("random", lambda: os.urandom(8))
tries("write-given", lambda: Path(given, "c").write_bytes(b"x"))
tries("secret", lambda: Path(secret).read_bytes())
tries("list", lambda: os.listdir(os.path.dirname(secret)))
tries("environ", lambda: Path(f"/proc/{parent}/environ").read_bytes())
tries("passwd", lambda: Path("/etc/passwd").read_bytes())
tries("tcp", lambda: socket.socket())
tries("unix", lambda: socket.socket(socket.AF_UNIX))
tries("fork", lambda: os.fork() or os._exit(0))
tries("exec", lambda: os.execv("/bin/true", ["true"]))
tries("kill", lambda: os.kill(int(parent), 0))
"""
CAN = {"thread", "given", "scratch", "library", "random"}
CANNOT = {"write-given", "secret", "list", "environ", "passwd", "tcp", "unix", "fork", "exec", "kill"}


def test_a_restricted_process_reaches_what_it_is_given_and_nothing_else(tmp_path: Path) -> None:
    given, scratch, other = (tmp_path / name for name in ("given", "scratch", "other"))
    for folder in (given, scratch, other):
        folder.mkdir()
    (given / "a").write_bytes(b"x")
    (other / "secret").write_bytes(b"x")
    done = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, str(given), str(scratch), str(other / "secret"), str(os.getpid())],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        cwd=other,
    )
    found = dict(line.split() for line in done.stdout.splitlines())
    assert done.returncode == 0, done.stderr
    assert {name for name, verdict in found.items() if verdict == "can"} == CAN
    assert {name for name, verdict in found.items() if verdict == "cannot"} == CANNOT


def test_a_process_whose_work_another_program_does_may_start_it_but_reach_no_network(tmp_path: Path) -> None:
    program = """
import socket, subprocess, sys
from metatag_runtime.sandbox import restrict
assert restrict([], [], may_execute=True) == []
print(subprocess.run(["/bin/echo", "ran"], capture_output=True, text=True, check=True).stdout.strip())
try:
    socket.socket()
except OSError:
    print("no network")
"""
    done = subprocess.run(
        [sys.executable, "-P", "-c", program], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stdout.split("\n")[:2] == ["ran", "no network"], done.stderr
