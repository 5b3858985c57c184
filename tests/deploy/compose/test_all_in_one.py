"""One container holds the whole system: the README's line, without rights, and what it keeps outlives it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from deploy.docker_host import ROOT, Docker
from fakes.ports import free_port
from metatag_client import Client

PASSWORD = "correct horse battery"
NAME, VOLUME = "metatag-test-all-in-one", "metatag-test-all-in-one"
# Unpacked, over the base image. Millions of bytes.
MAX_SIZE = 470


@pytest.fixture(scope="module")
def image(docker: Docker) -> str:
    name = "metatag-test/all-in-one:test"
    docker.build(name, "-f", "deploy/docker/Dockerfile", "--target", "all-in-one", limit=1500)
    return name


@pytest.fixture
def line(docker: Docker) -> Iterator[list[str]]:
    """The README's `docker run`, with a volume, a name and a port of this test."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    [line] = [each for each in text.splitlines() if each.startswith("docker run ")]
    assert "-p 8000:8000 -v metatag:/data metatag/all-in-one" in line
    yield ["run", "-d", "--rm", "--name", NAME, "--read-only", "--tmpfs=/tmp", "--cap-drop=ALL"]
    docker.run("rm", "-f", NAME, check=False)
    docker.run("volume", "rm", "-f", VOLUME, check=False)


def start(docker: Docker, line: list[str], image: str) -> Client:
    port = free_port()
    docker.run(*line, "-p", f"127.0.0.1:{port}:8000", "-v", f"{VOLUME}:/data", image)
    end = time.monotonic() + 180
    while time.monotonic() < end:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=5).is_success:
                return Client(f"http://127.0.0.1:{port}")
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise AssertionError(docker.logs(NAME))


def test_a_hindi_scan_becomes_tags_and_is_there_in_the_next_container(
    docker: Docker, image: str, line: list[str], samples: Path
) -> None:
    with start(docker, line, image) as client:
        client.register("asha@example.com", PASSWORD)
        client.login("asha@example.com", PASSWORD)
        result = client.process(samples / "karyalaya-adesh.pdf")
        assert (result.language, result.is_scanned) == ("hi", True)
        assert len(result.tags) >= 3
    docker.run("stop", "-t", "20", NAME)
    # With --rm the daemon removes it in its own time; until then its name is taken.
    while docker.run("ps", "-aq", "--filter", f"name=^{NAME}$").strip():
        time.sleep(0.1)
    with start(docker, line, image) as client:
        client.login("asha@example.com", PASSWORD)
        assert [document.id for document in client.documents()[0]] == [result.document_id]


def test_it_is_small_and_holds_no_tools(docker: Docker, image: str) -> None:
    own, base = (int(docker.run("inspect", "-f", "{{.Size}}", each)) for each in (image, docker.base_image()))
    print(f"all-in-one: {(own - base) / 1e6:.0f} MB over the base image")
    assert (own - base) / 1e6 <= MAX_SIZE
    looked = docker.run("run", "--rm", "--network=none", image, "sh", "-c", "command -v gcc pip uv pytest curl; true")
    assert looked.split() == []
