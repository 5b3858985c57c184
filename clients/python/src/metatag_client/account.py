"""The methods about a whole account that both clients have beside their own: its export, and its end."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote

import httpx

from metatag_client import calls, transport
from metatag_client.calls import Call
from metatag_client.session import Session

T = TypeVar("T")
# Between two chunks of an archive. Seconds.
_SILENCE = 120.0
_EXPORT: Call[None] = Call("POST", "/api/account/export", lambda _raw: None, repeatable=False, seconds=_SILENCE)


def delete_account(password: str) -> Call[None]:
    """Delete one's own account."""
    return Call("DELETE", "/api/account", lambda _raw: None, body={"password": password}, repeatable=False)


def delete_user(user_id: str) -> Call[None]:
    """Delete somebody's account."""
    return Call("DELETE", f"/api/admin/users/{quote(user_id, safe='')}", lambda _raw: None, repeatable=False)


class Account(ABC):
    """Methods of Client."""

    base_url: str
    _http: httpx.Client
    _session: Session

    @abstractmethod
    def _run(self, call: Call[T]) -> T:
        """Send a call and return what its answer says."""

    def export_account(self, path: str | Path) -> int:
        """Write all that the server keeps of the account to a ZIP file as it comes and return its size in bytes.

        A file that was there stays as it was until the archive is whole. Needs a session, not an API key.
        """
        # Refreshes tokens that are over.
        self._run(calls.me())
        with transport.request_arguments(_EXPORT, self._session.access_token) as arguments:
            try:
                with self._http.stream(_EXPORT.method, _EXPORT.path, **arguments) as response:
                    if not response.is_success:
                        response.read()
                        transport.read(_EXPORT, response)
                    with _written(path) as file:
                        for chunk in response.iter_bytes():
                            file.write(chunk)
                        return file.tell()
            except httpx.TransportError as error:
                raise transport.unreachable(self.base_url, error) from error

    def delete_account(self, password: str = "") -> None:
        """Delete the account with everything it has, for good; without `password` only soon after a sign-in."""
        self._run(delete_account(password))
        self._session.forget()

    def delete_user(self, user_id: str) -> None:
        """Delete somebody's account with everything it has, for good, as an administrator."""
        self._run(delete_user(user_id))


class AsyncAccount(ABC):
    """Methods of AsyncClient."""

    base_url: str
    _http: httpx.AsyncClient
    _session: Session

    @abstractmethod
    async def _run(self, call: Call[T]) -> T:
        """Send a call and return what its answer says."""

    async def export_account(self, path: str | Path) -> int:
        """Write all that the server keeps of the account to a ZIP file as it comes and return its size in bytes.

        A file that was there stays as it was until the archive is whole. Needs a session, not an API key.
        """
        # Refreshes tokens that are over.
        await self._run(calls.me())
        with transport.request_arguments(_EXPORT, self._session.access_token) as arguments:
            try:
                async with self._http.stream(_EXPORT.method, _EXPORT.path, **arguments) as response:
                    if not response.is_success:
                        await response.aread()
                        transport.read(_EXPORT, response)
                    with _written(path) as file:
                        async for chunk in response.aiter_bytes():
                            file.write(chunk)
                        return file.tell()
            except httpx.TransportError as error:
                raise transport.unreachable(self.base_url, error) from error

    async def delete_account(self, password: str = "") -> None:
        """Delete the account with everything it has, for good; without `password` only soon after a sign-in."""
        await self._run(delete_account(password))
        self._session.forget()

    async def delete_user(self, user_id: str) -> None:
        """Delete somebody's account with everything it has, for good, as an administrator."""
        await self._run(delete_user(user_id))


@contextmanager
def _written(path: str | Path) -> Iterator[BinaryIO]:
    """Open a file that takes the name `path` once it is whole, and is removed otherwise; its owner alone reads it."""
    whole = Path(path)
    part = whole.with_name(f"{whole.name}.part")
    opened: Any = os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
    try:
        with opened:
            yield opened
        part.replace(whole)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
