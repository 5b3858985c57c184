"""Podman as the tests need it: storage of its own, no systemd, installed from Debian where root is at hand."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.docker_host import PATH, Docker, command

PACKAGES = ("podman", "runc", "catatonit")
# crun refuses mixed control groups, and a container may not raise its own limits without a capability that is not ours.
_SETTINGS = """
[containers]
default_ulimits = ["nofile=4096:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
runtime = "runc"
"""


class Podman:
    """Runs podman against a storage in one folder."""

    def __init__(self, folder: Path) -> None:
        settings = folder / "containers.conf"
        settings.write_text(_SETTINGS)
        self._words = ["podman", "--root", str(folder / "root"), "--runroot", str(folder / "run")]
        self._environment = {"PATH": PATH, "HOME": str(folder), "CONTAINERS_CONF": str(settings)}

    def run(self, *arguments: str, check: bool = True, limit: float = 120.0) -> str:
        return command([*self._words, *arguments], self._environment, check=check, limit=limit)

    def take(self, docker: Docker, image: str) -> str:
        """Takes an image over from a Docker daemon; gives its name here."""
        with subprocess.Popen(["docker", "save", image], env=docker.environment, stdout=subprocess.PIPE) as saved:
            subprocess.run(
                [*self._words, "load"],
                env=self._environment,
                stdin=saved.stdout,
                check=True,
                capture_output=True,
                timeout=300,
            )
        return f"localhost/{image}"


def why_no_podman() -> str:
    """Gives the sentence why podman cannot be used here, or nothing; installs it where that is possible."""
    if os.geteuid():
        return "podman play kube needs root here."
    if all(shutil.which(name, path=PATH) for name in ("podman", "runc")):
        return ""
    if not shutil.which("apt-get", path=PATH):
        return "podman is not installed, and there is no apt-get to install it with."
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    words = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES]
    try:
        command(words, environment, limit=300)
    except (AssertionError, subprocess.TimeoutExpired):
        return f"podman could not be installed: {' '.join(words)} failed."
    return ""


@contextmanager
def playing(podman: Podman, spec: Path) -> Iterator[None]:
    """Runs the pods of a file, and takes them away."""
    podman.run("play", "kube", str(spec))
    try:
        yield
    finally:
        podman.run("play", "kube", "--down", str(spec), check=False)
        podman.run("rm", "-fa", check=False)
