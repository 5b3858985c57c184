"""A folder whose PDFs are sent as they come: which are whole, which were sent before, and where they go then."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

# Bytes at a file's end in which the mark of a whole PDF stands.
_TAIL = 2048
_CHUNK = 1024 * 1024


@dataclass(frozen=True)
class Ready:
    """A whole file; `folder` is where it lies below the watched one, "" at its top.

    `job_id` is of the job that took its content before, "" when the server refused it then, None: it was not sent.
    """

    path: Path
    sha256: str
    folder: str
    job_id: str | None


class SentFiles:
    """What was sent, by content, in a small database that outlives the command; for one server and one folder."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._database = sqlite3.connect(path)
        with self._database:
            self._database.execute(
                "CREATE TABLE IF NOT EXISTS sent (place TEXT, sha256 TEXT, job_id TEXT, PRIMARY KEY (place, sha256))"
            )

    def job_of(self, place: str, sha256: str) -> str | None:
        """Return the job that took this content from a place, "" where it was refused, None where it was not sent."""
        wanted = "SELECT job_id FROM sent WHERE place = ? AND sha256 = ?"
        with closing(self._database.execute(wanted, (place, sha256))) as found:
            row = found.fetchone()
        return None if row is None else str(row[0])

    def add(self, place: str, digests: list[str], job_id: str) -> None:
        """Remember contents that a job took; "" for those that the server refused."""
        with self._database:
            self._database.executemany(
                "INSERT OR REPLACE INTO sent VALUES (?, ?, ?)", [(place, digest, job_id) for digest in digests]
            )

    def close(self) -> None:
        """Close the database."""
        self._database.close()


class WatchedFolder:
    """Looks through a folder; a file is ready when two looks find it unchanged and its end is that of a PDF."""

    def __init__(self, folder: Path, place: str, sent: SentFiles, done: Path | None = None) -> None:
        """`place` names folder and server among the sent files; what lies below `done` is left alone."""
        self._folder = folder
        self._place = place
        self._sent = sent
        self._done = done.resolve() if done else None
        # Size and time of change at the last look, and what was found of a file that has not changed since.
        self._seen: dict[Path, tuple[int, int]] = {}
        self._digests: dict[Path, tuple[tuple[int, int], str]] = {}

    def look(self) -> list[Ready]:
        """Return the files that are whole now, by path; of those with one content that was not sent only the first."""
        before, self._seen = self._seen, dict(self._stats())
        self._digests = {path: found for path, found in self._digests.items() if path in self._seen}
        ready: dict[str, Ready] = {}
        known = []
        for path, state in sorted(self._seen.items()):
            if before.get(path) == state and (digest := self._digest(path, state)):
                folder = path.parent.relative_to(self._folder).as_posix()
                job_id = self._sent.job_of(self._place, digest)
                found = Ready(path, digest, "" if folder == "." else folder, job_id)
                if job_id is None:
                    ready.setdefault(digest, found)
                else:
                    known.append(found)
        return [*known, *ready.values()]

    def _stats(self) -> Iterator[tuple[Path, tuple[int, int]]]:
        for root, folders, files in os.walk(self._folder):
            here = Path(root)
            folders[:] = [
                name for name in folders if not name.startswith(".") and (here / name).resolve() != self._done
            ]
            for name in files:
                path = here / name
                # A link may lead out of the folder; a name with a dot is a program's half-written file.
                if not name.startswith(".") and name.lower().endswith(".pdf") and not path.is_symlink():
                    try:
                        stat = path.stat()
                    except OSError:
                        continue
                    yield path, (stat.st_size, stat.st_mtime_ns)

    def _digest(self, path: Path, state: tuple[int, int]) -> str:
        """Return the SHA-256 of a whole PDF; empty for one that is not whole, or cannot be read now."""
        known = self._digests.get(path)
        if known is not None and known[0] == state:
            return known[1]
        try:
            found = _digest_of(path)
        except OSError:
            return ""
        self._digests[path] = (state, found)
        return found


def _digest_of(path: Path) -> str:
    digest, tail = hashlib.sha256(), b""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            tail = (tail + chunk)[-_TAIL:]
    return digest.hexdigest() if b"%%EOF" in tail else ""


def move(path: Path, folder: Path, below: str) -> Path:
    """Move a file into a folder, at the same place below it; another file of that name there stays. Return where."""
    target = folder / below / path.name
    target.parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while target.exists():
        number += 1
        target = target.with_name(f"{path.stem} ({number}){path.suffix}")
    try:
        path.rename(target)
    except OSError:
        # Another disk: a whole copy first.
        target.write_bytes(path.read_bytes())
        path.unlink()
    return target


def place_of(server: str, folder: Path) -> str:
    """Return the name under which a folder's files are remembered for a server."""
    return json.dumps([server, str(folder.resolve())])
