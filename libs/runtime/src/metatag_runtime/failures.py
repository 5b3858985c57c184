"""Tells failures of the machinery from failures of what was asked for: the first pass, so the caller should wait."""

from __future__ import annotations

import errno
import sys
from typing import Any

from metatag_runtime.errors import MetatagError, StorageFull, Unavailable

# What a full, broken or overloaded machine answers; never the fault of a document or a request.
_ERRNOS = frozenset(
    {
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EIO,
        errno.EROFS,
        errno.ENOMEM,
        errno.EMFILE,
        errno.ENFILE,
        errno.EAGAIN,
        errno.ESTALE,
        errno.ETIMEDOUT,
        errno.ENETDOWN,
        errno.ENETUNREACH,
        errno.EHOSTUNREACH,
        errno.EHOSTDOWN,
    }
)
# Classes of SQLSTATE: 08 connection, 40 deadlock and serialization, 53 resources (a full disk too), 57 shutdown and
# start, 58 the server's own I/O.
_PASSING_CLASSES = ("08", "40", "53", "57", "58")
# Ended while idle in a transaction, a read-only copy, a lock not had in time.
_PASSING_STATES = ("25P03", "25006", "55P03")
_PASSING_WORDS = ("locked", "busy", "disk is full", "disk i/o error", "unable to open database")

# When to ask again. Seconds.
AGAIN = 2.0
# Somebody has to make room. Seconds.
FULL_AGAIN = 60.0


def is_infrastructure(error: BaseException) -> bool:
    """Return whether a disk, memory, a connection or a database failed, rather than what was asked for."""
    if isinstance(error, MemoryError | ConnectionError):
        return True
    if isinstance(error, OSError):
        return error.errno in _ERRNOS
    return is_database_away(error)


def is_database_away(error: BaseException) -> bool:
    """Return whether a database may take the same statement a moment later: restart, lost link, lock, full disk."""
    # Only services with tables have SQLAlchemy.
    library: Any = sys.modules.get("sqlalchemy.exc")
    if library is None:
        return False
    if isinstance(error, library.TimeoutError):
        return True
    if not isinstance(error, library.DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None) or ""
    if state[:2] in _PASSING_CLASSES or state in _PASSING_STATES:
        return True
    said = str(error.orig).lower()
    return any(word in said for word in _PASSING_WORDS) or (not state and "connect" in said)


def is_disk_full(error: BaseException) -> bool:
    """Return whether a disk, a quota or a database's disk has no room for what was to be written."""
    if isinstance(error, OSError):
        return error.errno in (errno.ENOSPC, errno.EDQUOT)
    # 53100 is PostgreSQL's; SQLite says it in words.
    origin = getattr(error, "orig", None)
    return getattr(origin, "sqlstate", None) == "53100" or "disk is full" in str(origin or "").lower()


def as_unavailable(error: BaseException) -> MetatagError | None:
    """Return the error for callers when the machinery failed, None when it is another failure."""
    if not is_infrastructure(error):
        return None
    if is_disk_full(error):
        return StorageFull("A disk of the server is full; try again when there is room.", retry_after=FULL_AGAIN)
    return Unavailable("The service lacks something that it needs just now; try again in a moment.", retry_after=AGAIN)
