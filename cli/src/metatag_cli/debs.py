"""Fetch files out of Debian or Ubuntu packages into a folder, without root and without installing anything.

The set-up script imports this file alone, on any Python from 3.8 on; it imports the standard library only.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence

# Seconds for one run of apt-get; its own timeouts are shorter, this ends a run that hangs all the same.
APT_SECONDS = 240
# Tries of the whole step, with a short pause between them: a mirror that fails once often answers a moment later.
TRIES = 3


class DebError(Exception):
    """The packages could not be had; the message says what to do instead."""


def available() -> bool:
    """Return whether this system has the two programs that the way through packages needs."""
    return all(shutil.which(tool) for tool in ("apt-get", "dpkg-deb"))


def fetch(packages: Sequence[str], pattern: str, target: str) -> None:
    """Put the files that match `pattern` (a glob inside the packages) flat into the folder `target`.

    The folder appears complete or not at all. Raises DebError.
    """
    if not available():
        raise DebError("this system has no apt-get and dpkg-deb")
    os.makedirs(os.path.dirname(target), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(target), prefix=".fetch-") as work:
        _download(packages, work)
        for archive in glob.glob(os.path.join(work, "*.deb")):
            command = ["dpkg-deb", "-x", archive, os.path.join(work, "out")]
            subprocess.run(command, check=True, timeout=60)  # noqa: S603  fixed program, file names of our own
        files = glob.glob(os.path.join(work, "out", pattern), recursive=True)
        if not files:
            raise DebError(f"the packages {', '.join(packages)} hold nothing like {pattern}")
        ready = os.path.join(work, "ready")
        os.makedirs(ready)
        for file in files:
            shutil.copyfile(file, os.path.join(ready, os.path.basename(file)))
        shutil.rmtree(target, ignore_errors=True)
        os.replace(ready, target)


def _download(packages: Sequence[str], folder: str) -> None:
    # First with the lists that the system has: no download of lists when they are there and not too old.
    if _apt_download(packages, folder, []):
        return
    state = os.path.join(folder, "apt")
    for part in ("lists/partial", "cache/archives/partial"):
        os.makedirs(os.path.join(state, part), exist_ok=True)
    options = [f"-oDir::State::Lists={state}/lists", f"-oDir::Cache={state}/cache"]
    for attempt in range(TRIES):
        # Its exit code is not asked: one unreachable extra source does not matter if Debian's own answered.
        _apt([*options, "update"], folder)
        if _apt_download(packages, folder, options):
            return
        time.sleep(2.0 * (attempt + 1))
    raise DebError(f"apt-get could not download {', '.join(packages)}; is the package mirror reachable?")


def _apt_download(packages: Sequence[str], folder: str, options: Sequence[str]) -> bool:
    return _apt([*options, "download", *packages], folder) and len(glob.glob(os.path.join(folder, "*.deb"))) >= len(
        packages
    )


def _apt(arguments: Sequence[str], folder: str) -> bool:
    bounds = ["-qq", "-oAcquire::http::Timeout=30", "-oAcquire::https::Timeout=30", "-oAcquire::Retries=2"]
    # As root apt would download as the user _apt, who may not write into our folder.
    bounds += ["-oAPT::Sandbox::User=root"] if os.geteuid() == 0 else []
    try:
        done = subprocess.run(  # noqa: S603  names of packages out of our own code
            ["apt-get", *bounds, *arguments],  # noqa: S607  wherever the system has it
            cwd=folder,
            timeout=APT_SECONDS,
            capture_output=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
