"""The images: small, without rights, with what their service needs and nothing else."""

from __future__ import annotations

import json
import time

import pytest

from deploy.docker_host import SERVICES, Docker

# Unpacked, over the base image. Millions of bytes. The tagger carries a model of meaning (91), ocr two more readers of
# PDFs; measured 290 and 246.
MAX_SIZE = {"gateway": 120, "jobs": 150, "tagger": 350, "ocr": 260}
# Belongs to another service.
FOREIGN = {
    "gateway": ("tesserocr", "numpy", "torch", "metatag_ocr", "metatag_jobs", "metatag_tagger", "minio"),
    "jobs": ("tesserocr", "numpy", "torch", "fastapi", "uvicorn", "metatag_ocr", "metatag_gateway", "metatag_tagger"),
    "ocr": ("torch", "fastapi", "sqlalchemy", "redis", "httpx", "asyncpg", "minio", "metatag_gateway", "metatag_jobs"),
    "tagger": ("tesserocr", "torch", "fastapi", "sqlalchemy", "asyncpg", "minio", "metatag_ocr", "metatag_jobs"),
}
TOOLS = ("gcc", "cc", "g++", "make", "pip", "uv", "pytest", "mypy", "ruff", "curl", "wget")

every_service = pytest.mark.parametrize("service", SERVICES)


def inside(docker: Docker, image: str, *words: str) -> str:
    return docker.run("run", "--rm", "--network=none", "--read-only", "--cap-drop=ALL", image, *words)


@every_service
def test_an_image_is_small(docker: Docker, images: dict[str, str], service: str) -> None:
    own, base = (int(docker.run("inspect", "-f", "{{.Size}}", each)) for each in (images[service], docker.base_image()))
    size = (own - base) / 1e6
    print(f"{service}: {size:.0f} MB over the base image")
    assert size <= MAX_SIZE[service]


@every_service
def test_an_image_holds_its_own_service_and_no_other(docker: Docker, images: dict[str, str], service: str) -> None:
    program = (
        "import importlib, importlib.util as u, json, sys; "
        f"importlib.import_module('metatag_{service}.bootstrap'); "
        "importlib.import_module('opentelemetry.exporter.otlp.proto.grpc.trace_exporter'); "
        f"print(json.dumps([name for name in {FOREIGN[service]!r} if u.find_spec(name)]))"
    )
    assert json.loads(inside(docker, images[service], "python", "-c", program)) == []


@every_service
def test_an_image_runs_as_nobody_special(docker: Docker, images: dict[str, str], service: str) -> None:
    assert inside(docker, images[service], "id", "-u", "-n").strip() == "metatag"
    status = inside(docker, images[service], "cat", "/proc/self/status")
    fields = dict(line.split(":", 1) for line in status.splitlines())
    assert fields["Uid"].split() == ["10001"] * 4
    assert int(fields["CapEff"], 16) == 0


@every_service
def test_an_image_holds_no_tools(docker: Docker, images: dict[str, str], service: str) -> None:
    looked = inside(
        docker, images[service], "sh", "-c", f"for each in {' '.join(TOOLS)}; do command -v $each; done; true"
    )
    assert looked.split() == []


@every_service
def test_no_secret_of_the_build_is_in_the_layers(docker: Docker, images: dict[str, str], service: str) -> None:
    history = docker.run("history", "--no-trunc", "--format", "{{.CreatedBy}}", images[service])
    assert "BEGIN CERTIFICATE" not in history
    files = inside(docker, images[service], "sh", "-c", "ls /etc/pip.conf /etc/uv /run/ca.pem 2>/dev/null; true")
    assert files.split() == []


@pytest.mark.parametrize("service", ["ocr", "tagger"])
def test_pid_1_ends_on_sigterm_with_a_clean_exit(docker: Docker, images: dict[str, str], service: str) -> None:
    name = f"metatag-test-{service}-stop"
    docker.run("rm", "-f", name, check=False)
    docker.run("run", "-d", "--name", name, "--network=none", "--read-only", "--tmpfs=/tmp", images[service])
    try:
        for _ in range(60):
            if "service started" in docker.run("exec", name, "cat", "/proc/1/comm") + _logs(docker, name):
                break
            time.sleep(0.5)
        began = time.monotonic()
        docker.run("stop", "-t", "60", name)
        took = time.monotonic() - began
        assert docker.run("inspect", "-f", "{{.State.ExitCode}}", name).strip() == "0"
        assert took < 20, "nothing ran, so nothing had to be waited for"
    finally:
        docker.run("rm", "-f", name, check=False)


def _logs(docker: Docker, name: str) -> str:
    import subprocess

    done = subprocess.run(["docker", "logs", name], env=docker.environment, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr
