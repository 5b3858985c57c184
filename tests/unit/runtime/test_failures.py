"""Which failures are the machinery's: callers wait, documents are not charged."""

from __future__ import annotations

import errno
import sqlite3

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from metatag_runtime.errors import ErrorCode
from metatag_runtime.failures import as_unavailable, is_disk_full, is_infrastructure


class ServerError(Exception):
    def __init__(self, sqlstate: str | None, text: str = "") -> None:
        super().__init__(text)
        self.sqlstate = sqlstate


def database(error: Exception, *, lost: bool = False) -> BaseException:
    kinds = (ServerError, sqlite3.Error)
    return DBAPIError.instance("", None, error, kinds, connection_invalidated=lost)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, "No space left on device"),
        OSError(errno.EIO, "Input/output error"),
        OSError(errno.EMFILE, "Too many open files"),
        OSError(errno.ETIMEDOUT, "Connection timed out"),
        ConnectionResetError(),
        MemoryError(),
        PoolTimeout("no connection"),
        database(ServerError("57P01")),
        database(ServerError("53100", "could not extend file")),
        database(ServerError("25P03", "idle-in-transaction timeout")),
        database(ServerError("25006", "read-only transaction")),
        database(ServerError(None), lost=True),
        database(sqlite3.OperationalError("database or disk is full")),
    ],
    ids=repr,
)
def test_the_machinery_failed(error: BaseException) -> None:
    assert is_infrastructure(error)
    found = as_unavailable(error)
    assert found is not None
    code = ErrorCode.STORAGE_FULL if is_disk_full(error) else ErrorCode.UNAVAILABLE
    assert (found.code, bool(found.retry_after)) == (code, True)


def test_a_full_disk_is_told_from_other_failures() -> None:
    full = [OSError(errno.ENOSPC, ""), OSError(errno.EDQUOT, ""), database(ServerError("53100"))]
    assert all(map(is_disk_full, [*full, database(sqlite3.OperationalError("database or disk is full"))]))
    assert not any(map(is_disk_full, [OSError(errno.EIO, ""), database(ServerError("53200")), ConnectionResetError()]))


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        FileNotFoundError(errno.ENOENT, "No such file"),
        PermissionError(errno.EACCES, "Permission denied"),
        database(ServerError("23505", "duplicate key")),
        database(ServerError("42601", "syntax error")),
    ],
    ids=repr,
)
def test_something_else_failed(error: BaseException) -> None:
    assert as_unavailable(error) is None
