"""The limits a child lays on itself before it touches what strangers wrote."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
from collections.abc import Sequence

from metatag_runtime.sandbox import restrict

_PR_SET_PDEATHSIG = 1
_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_DUMPABLE = 4

# Temporary pictures of OCR engines that need files; a page of 50 megapixels is 50 MB. Bytes.
_FILE_BYTES = 256 * 1024 * 1024

# glibc's numbers. Freed memory beyond 64 MB goes back to the kernel; blocks above 32 MB, which only huge pages need,
# go back at once.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3
_KEPT_BYTES, _LARGE_BYTES = 64 * 1024 * 1024, 32 * 1024 * 1024


def die_with(parent: int) -> None:
    """Ask the kernel for SIGKILL when the parent ends; leave at once when it already has."""
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def keep_freed_memory() -> None:
    """Have the C library keep what a page frees for the next page: fetching it anew costs 12 to 18 ms a page."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
        mallopt(_M_TRIM_THRESHOLD, _KEPT_BYTES)


def bound(memory_bytes: int, read: Sequence[str] = (), write: Sequence[str] = (), **sandbox: bool) -> list[str]:
    """Bound address space (0: no bound, for engines on a GPU), core dumps, files written, and what may be reached.

    `read`, `write` and `sandbox` are those of `metatag_runtime.sandbox.restrict`, and so is what is returned: the
    parts of it that this system lacks. To be called before a library starts threads.
    """
    if memory_bytes:
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_FILE_BYTES, _FILE_BYTES))
    # Signals that end the node's group go to the parent, which ends us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    return restrict(read, write, **sandbox)
