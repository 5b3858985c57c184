"""A workbook read in a process of its own, which is ended where it takes too much."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable

from metatag_gateway.tables.model import Sheet, TableError
from metatag_runtime.errors import Busy

# Processes at once, how long a further file waits for one, and how long one may take by the clock. Seconds.
_PLACES = threading.BoundedSemaphore(2)
_WAIT_SECONDS = 60.0
_SECONDS = 120.0
# What it may take of a core: a workbook of 100,000 rows and 20 columns takes some 20. Seconds.
CPU_SECONDS = 60
# What the process may see of our environment: no secret is in it.
_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "PYTHONPATH", "TMPDIR")
TOO_MUCH = "The workbook takes too much time or memory to read; save it as CSV, or split it."


def read_workbook_apart(content: bytes, is_name: Callable[[str], bool], *, cpu_seconds: int = CPU_SECONDS) -> Sheet:
    """Return what `read_workbook` does; `is_name` is a function of a module. Raise TableError, or Busy without a place.

    It waits for the process: call it off the event loop.
    """
    if not _PLACES.acquire(timeout=_WAIT_SECONDS):
        raise Busy("Too many workbooks are read at once; try again in a moment.")
    place = f"{is_name.__module__}:{is_name.__name__}"
    command = [sys.executable, "-P", "-m", "metatag_gateway.tables.workbook_child", place, str(cpu_seconds)]
    try:
        done = subprocess.run(  # noqa: S603
            command,
            input=content,
            capture_output=True,
            check=False,
            timeout=_SECONDS,
            env={name: os.environ[name] for name in _ENVIRONMENT if name in os.environ} | {"PYTHONUTF8": "1"},
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise TableError(TOO_MUCH) from error
    finally:
        _PLACES.release()
    if done.returncode:
        raise TableError(TOO_MUCH)
    return _sheet(done.stdout)


def _sheet(said: bytes) -> Sheet:
    # A line at a time: the parser holds the interpreter's lock while it parses.
    lines = iter(said.rstrip(b"\n").split(b"\n"))
    head = json.loads(next(lines))
    if "error" in head:
        raise TableError(head["error"])
    links = {(row, column): address for row, column, address in head["links"]}
    rows = [(number, cells) for number, cells in map(json.loads, lines)]
    return Sheet(rows, head["encoding"], head["sheet"], links, head["warnings"])
