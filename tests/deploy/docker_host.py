"""A Docker daemon, a base image and stand-ins for the stores, on any Debian with root and no registry.

Set DOCKER_HOST to use a daemon of your own. METATAG_TEST_BASE_IMAGE and METATAG_TEST_POSTGRES_IMAGE, _REDIS_IMAGE,
_MINIO_IMAGE and _PROMETHEUS_IMAGE take published images in place of those made here. State is kept between runs in
METATAG_TEST_DOCKER_DIR.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
STANDINS = Path(__file__).parent / "standins"
STATE = Path(os.environ.get("METATAG_TEST_DOCKER_DIR", "/var/tmp/metatag-docker"))
PACKAGES = ("docker.io", "docker-compose", "debootstrap", "iptables")
BASE_IMAGE = os.environ.get("METATAG_TEST_BASE_IMAGE", "")
# Set to try a test again without building: the images of the last run stay.
KEEP_IMAGES = bool(os.environ.get("METATAG_TEST_KEEP_IMAGES"))
OWN_BASE_IMAGE = "metatag-test/base:12"
SERVICES = ("gateway", "jobs", "ocr", "tagger")
IMAGES = (*SERVICES, "doctor", "all-in-one")
TAG = "test"
# Variables of docker-compose.yml, and what stands in for the published image that they name otherwise.
_STANDINS = {"POSTGRES": "postgres", "REDIS": "redis", "MINIO": "s3", "PROMETHEUS": "prometheus"}
# Debian's client carries BuildKit; a bare upstream client on the path may not.
PATH = "/usr/sbin:/usr/bin:/sbin:/bin"
_CA_FILE = Path(os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt"))


class Docker:
    """Runs docker and docker-compose against one daemon."""

    def __init__(self, host: str) -> None:
        self.host = host
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("METATAG_", "COMPOSE_"))},
            "PATH": PATH,
            "DOCKER_HOST": host,
            "DOCKER_BUILDKIT": "1",
            "COMPOSE_DOCKER_CLI_BUILD": "1",
        }

    def run(self, *arguments: str, check: bool = True, limit: float = 600.0, cwd: Path = ROOT) -> str:
        """Gives the standard output; on a failure the raised text holds both outputs."""
        return command(["docker", *arguments], self.environment, check=check, limit=limit, cwd=cwd)

    def logs(self, identity: str) -> str:
        """Gives both streams of a container."""
        done = subprocess.run(
            ["docker", "logs", identity], env=self.environment, capture_output=True, check=True, timeout=60
        )
        return (done.stdout + done.stderr).decode(errors="replace")

    def has_image(self, image: str) -> bool:
        found = subprocess.run(
            ["docker", "image", "inspect", image], env=self.environment, capture_output=True, check=False
        )
        return found.returncode == 0

    def build(self, image: str, *options: str, context: Path = ROOT, base: str = "", limit: float = 600.0) -> None:
        """Builds with the machine's certificates and pip settings as secrets, so that none stays in a layer."""
        secrets = [f"--secret=id=ca_bundle,src={_CA_FILE}"] if _CA_FILE.exists() else []
        pip_conf = Path("/etc/pip.conf")
        if pip_conf.exists():
            secrets.append(f"--secret=id=pip_conf,src={pip_conf}")
        base = base or self.base_image()
        chosen = [*secrets, f"--build-arg=BASE_IMAGE={base}", "-t", image, *options]
        self.run("build", "--quiet", *chosen, str(context), limit=limit)

    def base_image(self) -> str:
        if BASE_IMAGE:
            return BASE_IMAGE
        if not self.has_image(OWN_BASE_IMAGE):
            command([str(ROOT / "deploy/docker/base-image.sh"), OWN_BASE_IMAGE], self.environment)
        return OWN_BASE_IMAGE

    def store_images(self) -> dict[str, str]:
        """Gives the variables of docker-compose.yml that name the images of the stores."""
        chosen = {}
        for name, standin in _STANDINS.items():
            given = os.environ.get(f"METATAG_TEST_{name}_IMAGE", "")
            image = given or f"metatag-test/{standin}:12"
            if not given and not self.has_image(image):
                self.build(image, "-f", str(STANDINS / f"{standin}.Dockerfile"), context=STANDINS)
            chosen[f"{name}_IMAGE"] = image
        if chosen["MINIO_IMAGE"].startswith("metatag-test/"):
            chosen["MINIO_COMMAND"] = "-p 9000"
            chosen["MINIO_HEALTH"] = (
                "python3 -c \"import urllib.request as u; u.urlopen('http://127.0.0.1:9000/moto-api/')\""
            )
        return chosen

    def service_images(self) -> dict[str, str]:
        """Build every image, one after the other; return their names."""
        images = {service: f"metatag-test/{service}:{TAG}" for service in IMAGES}
        for service, image in images.items():
            if not (KEEP_IMAGES and self.has_image(image)):
                self.build(image, "-f", "deploy/docker/Dockerfile", "--target", service)
        return images


def command(
    words: Sequence[str], environment: Mapping[str, str], *, check: bool = True, limit: float = 600.0, cwd: Path = ROOT
) -> str:
    done = subprocess.run(words, env=environment, cwd=cwd, capture_output=True, text=True, check=False, timeout=limit)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(words)} ended with {done.returncode}:\n{done.stdout}\n{done.stderr}"[-6000:])
    return done.stdout


def why_not() -> str:
    """Gives the sentence why no stack can be started here, or nothing."""
    if os.environ.get("DOCKER_HOST"):
        return ""
    if os.geteuid():
        return "The stack needs root to start a Docker daemon; run it as root, or set DOCKER_HOST to a daemon of yours."
    if not _may_isolate():
        return "The stack needs a root that may mount and make networks; this one's capabilities were taken away."
    if not shutil.which("dockerd", path=PATH) and not shutil.which("apt-get"):
        return "No Docker daemon here, and no apt-get to install Debian's docker.io with."
    return ""


def _may_isolate() -> bool:
    """Tells whether this process holds CAP_NET_ADMIN (12) and CAP_SYS_ADMIN (21), as capabilities(7) numbers them."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    held = int(status["CapEff"], 16)
    return all(held >> number & 1 for number in (12, 21))


@contextlib.contextmanager
def docker_host() -> Iterator[Docker]:
    """Gives a daemon: the caller's own, or one started here and stopped at the end; images stay for the next run."""
    given = os.environ.get("DOCKER_HOST")
    if given:
        yield Docker(given)
        return
    _install()
    STATE.mkdir(parents=True, exist_ok=True)
    docker = Docker(f"unix://{STATE}/docker.sock")
    if _answers(docker):
        yield docker
        return
    daemon = _start(docker)
    try:
        yield docker
    finally:
        daemon.send_signal(signal.SIGTERM)
        daemon.wait(60)


def _install() -> None:
    missing = [
        name for name in ("dockerd", "docker-compose", "debootstrap", "iptables") if not shutil.which(name, path=PATH)
    ]
    if missing:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command(["apt-get", "update", "-qq"], environment)
        command(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES], environment)


def _answers(docker: Docker) -> bool:
    asked = subprocess.run(["docker", "info"], env=docker.environment, capture_output=True, check=False, timeout=30)
    return asked.returncode == 0


def _start(docker: Docker) -> subprocess.Popen[bytes]:
    pid_file = STATE / "dockerd.pid"
    pid_file.unlink(missing_ok=True)
    with (STATE / "dockerd.log").open("wb") as log:
        daemon = subprocess.Popen(
            [
                "dockerd",
                f"--data-root={STATE / 'data'}",
                f"--exec-root={STATE / 'exec'}",
                f"--host={docker.host}",
                f"--pidfile={pid_file}",
            ],
            env=docker.environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    for _ in range(120):
        if _answers(docker):
            return daemon
        if daemon.poll() is not None:
            break
        time.sleep(0.5)
    raise AssertionError(f"The Docker daemon did not start:\n{(STATE / 'dockerd.log').read_text()[-3000:]}")
