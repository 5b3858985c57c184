"""The limits a child lays on itself before it touches a PDF."""

from __future__ import annotations

import ctypes
import os
import resource
import signal

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_DUMPABLE = 4

# Temporary pictures of engines that need files; a page of 50 megapixels is 50 MB. Bytes.
_FILE_BYTES = 256 * 1024 * 1024


def die_with(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent ends; leave at once when it already has."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def bound(memory_bytes: int) -> None:
    """Bound address space (0: no bound, for engines on a GPU), core dumps, files written."""
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    # Signals that end the node's group go to the parent, which ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
