"""Documents from local directories that the operator named; symbolic links are resolved before the check."""

from __future__ import annotations

import asyncio
import os
import shutil
import stat
from collections.abc import Sequence
from pathlib import Path

from metatag_jobs.errors import FileTooLarge, SourceRefused, SourceUnavailable
from metatag_jobs.model import Source, SourceCheck

_SYSTEM = (Path("/proc"), Path("/sys"))


class LocalFetcher:
    """The port Fetcher for paths."""

    def __init__(self, roots: Sequence[Path]) -> None:
        self._roots = [Path(os.path.realpath(root)) for root in roots]

    async def fetch(self, source: Source, target: Path, max_bytes: int) -> None:
        """Copy the file."""
        await asyncio.to_thread(self._copy, source.path, target, max_bytes)

    async def check(self, source: Source) -> SourceCheck:
        """Look whether the file could be read; never raises for a bad source."""
        try:
            size = await asyncio.to_thread(self._size, source.path)
        except (SourceRefused, SourceUnavailable) as error:
            return SourceCheck(error=error.message)
        return SourceCheck(True, "", "application/pdf" if source.path.lower().endswith(".pdf") else "", size)

    def _size(self, path: str) -> int:
        descriptor = self._open(path)
        try:
            return os.fstat(descriptor).st_size
        finally:
            os.close(descriptor)

    def _copy(self, path: str, target: Path, max_bytes: int) -> None:
        descriptor = self._open(path)
        with os.fdopen(descriptor, "rb") as file, target.open("wb") as copy:
            if os.fstat(descriptor).st_size > max_bytes:
                raise FileTooLarge(max_bytes)
            shutil.copyfileobj(file, copy, 1024 * 1024)

    def _open(self, path: str) -> int:
        """Open a regular file under a root; what lies outside is refused before it is touched."""
        if not self._roots:
            raise SourceRefused("Local files are not allowed here; METATAG_JOBS_LOCAL_ROOTS names no directory.")
        if "\0" in path or not os.path.isabs(path):
            raise SourceRefused("Relative paths not supported")
        real = Path(os.path.realpath(path))
        self._require_inside(real)
        try:
            # Not to be held by a FIFO, nor led elsewhere by a link put in place meanwhile.
            descriptor = os.open(real, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except FileNotFoundError:
            raise SourceUnavailable(f"File not found: {Path(path).name}", again=False) from None
        except OSError as error:
            raise SourceUnavailable(f"File cannot be read: {Path(path).name}", again=False) from error
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise SourceUnavailable("Not a file", again=False)
            self._require_inside(_opened(descriptor, real))
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor

    def _require_inside(self, real: Path) -> None:
        inside = any(real.is_relative_to(root) for root in self._roots)
        # What the system tells about processes is nobody's document, whichever directory was named.
        if not inside or any(real.is_relative_to(system) for system in _SYSTEM):
            raise SourceRefused("The path lies outside the directories that are allowed.")


def _opened(descriptor: int, real: Path) -> Path:
    """Return the path of an open file; `real` where the system has no /proc to ask."""
    link = f"/proc/self/fd/{descriptor}"
    return Path(os.readlink(link)) if os.path.lexists(link) else real
