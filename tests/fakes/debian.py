"""Debian packages for the servers of tests: installed when we are root, else unpacked into a folder of ours."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

UNPACKED = Path(__file__).parents[2] / ".tools" / "test-servers" / "debian"
# Those of the running system serve: a second C library would not fit its loader.
_NEVER = ("libc6", "libc-bin", "libgcc-s1", "libcrypt1", "gcc-12-base")


def is_root() -> bool:
    """Tell whether packages may be installed."""
    return os.geteuid() == 0


@contextlib.contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Wait for other test processes: services are tested side by side."""
    with (Path(tempfile.gettempdir()) / f"metatag-tests-{os.getuid()}-{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def install(package: str) -> bool:
    """Install a package with what it needs; give whether it worked."""
    if not shutil.which("apt-get"):
        return False
    # It must start no server of its own.
    guard = Path("/usr/sbin/policy-rc.d")
    ours = not guard.exists()
    if ours:
        guard.write_text("#!/bin/sh\nexit 101\n")
        guard.chmod(0o755)
    try:
        _run("apt-get", "update")
        return _run("apt-get", "install", "-y", "-o", "DPkg::Lock::Timeout=120", "--no-install-recommends", package)
    finally:
        if ours:
            guard.unlink(missing_ok=True)


def unpack(package: str) -> Path | None:
    """Unpack a package and what it needs and the system lacks; give the folder that stands for "/"."""
    root = UNPACKED / package
    if root.exists():
        return root
    names = _missing(package)
    if not names or not writable(UNPACKED):
        return None
    with tempfile.TemporaryDirectory(dir=UNPACKED) as folder:
        if not _run("apt-get", "download", *names, cwd=folder):
            return None
        for archive in Path(folder).glob("*.deb"):
            if not _run("dpkg-deb", "-x", str(archive), f"{folder}/root"):
                return None
        os.replace(f"{folder}/root", root)
    return root


def writable(folder: Path) -> bool:
    """Make a folder; give whether it may be written to."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def library_path(root: Path) -> dict[str, str]:
    """Give the environment in which unpacked programs find unpacked libraries."""
    folders = {str(each.parent) for each in root.glob("**/*.so.*")}
    return {"LD_LIBRARY_PATH": ":".join(sorted(folders, key=len))}


def _missing(package: str) -> list[str]:
    """Give the packages that an installation would bring; needs apt's lists, but no rights."""
    command = ["apt-get", "install", "--simulate", "--reinstall", "--no-install-recommends", package]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return []
    names = [line.split()[1] for line in done.stdout.splitlines() if line.startswith("Inst ")]
    return [name for name in names if name not in _NEVER]


def _run(*command: str, cwd: str | None = None) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=environment, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
    except FileNotFoundError:
        return False
    return done.returncode == 0
