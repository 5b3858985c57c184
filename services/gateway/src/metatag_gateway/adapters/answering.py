"""A database that does not answer, told in the gateway's words."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from metatag_runtime.errors import Unavailable
from metatag_runtime.failures import FULL_AGAIN, is_disk_full

# Not 507, which speaks of what the caller wanted to store: signing in needs a few bytes, and the operator.
_FULL = "The disk of the account database is full; try again when the operator has made room."


class answering:
    """Raise Unavailable where the account database does not answer; a violated constraint stays what it is."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, IntegrityError):
            return
        if isinstance(error, DBAPIError | PoolTimeout | OSError):
            if is_disk_full(error):
                raise Unavailable(_FULL, retry_after=FULL_AGAIN) from error
            raise Unavailable("The account database does not answer; try again in a moment.") from error
