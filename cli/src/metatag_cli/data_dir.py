"""The folder that an embedded system lives in: databases, files, secrets, and the lock that keeps a second one out."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class DataDirError(Exception):
    """The folder cannot be used; the message says why and what to do."""


def default_data_dir() -> Path:
    """Give the place of the desktop conventions: $XDG_DATA_HOME/metatag, else ~/.local/share/metatag."""
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local/share") / "metatag"


@dataclass(frozen=True)
class DataDir:
    """One such folder; `path` is absolute. Only its owner may look inside."""

    path: Path

    @classmethod
    def open(cls, path: Path) -> DataDir:
        """Make the folder if it is not there. Raises DataDirError."""
        path = path.expanduser().resolve()
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            (path / "files").mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise DataDirError(f"The data directory {path} cannot be made: {error.strerror}.") from error
        if not os.access(path, os.W_OK | os.X_OK):
            raise DataDirError(f"The data directory {path} is not writable for you; give another with --data-dir.")
        return cls(path)

    def database_url(self, name: str) -> str:
        """Give the SQLite URL of one service's tables."""
        return f"sqlite+aiosqlite:///{self.path / name}.sqlite"

    def secret(self, name: str) -> str:
        """Give a secret, made of 48 random bytes on the first call; only the owner can read its file."""
        file = self.path / "secrets" / name
        file.parent.mkdir(mode=0o700, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as out:
            out.write(secrets.token_urlsafe(48))
        return file.read_text(encoding="ascii")

    @contextmanager
    def lock(self, address: str) -> Iterator[None]:
        """Hold the folder for this process. Raises DataDirError when another one holds it."""
        with (self.path / "lock").open("a+", encoding="utf-8") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                file.seek(0)
                raise DataDirError(self._holder(file.read())) from error
            file.truncate(0)
            file.write(json.dumps({"pid": os.getpid(), "address": address}))
            file.flush()
            yield

    def _holder(self, written: str) -> str:
        try:
            known = json.loads(written)
            who = f"process {known['pid']}, which serves {known['address']}"
        except (ValueError, KeyError, TypeError):
            who = "another process"
        return f"The data directory {self.path} is in use by {who}. Stop it, or give another with --data-dir."
