"""A database that does not answer, told in the gateway's words."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from metatag_runtime.errors import Unavailable


class answering:
    """Raise Unavailable where the account database does not answer; a violated constraint stays what it is."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError):
            return
        if isinstance(error, DBAPIError | PoolTimeout | OSError):
            raise Unavailable("The account database does not answer; try again in a moment.") from error
