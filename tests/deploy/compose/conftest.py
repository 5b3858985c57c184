"""One daemon, one set of images, one stack for the session. `make test-compose` runs this floor."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.compose.stack import Stack, running
from deploy.docker_host import Docker, docker_host, why_not


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.slow)
            item.add_marker(pytest.mark.timeout(1800))


@pytest.fixture(scope="session")
def docker() -> Iterator[Docker]:
    reason = why_not()
    if reason:
        pytest.skip(reason)
    with docker_host() as host:
        yield host


@pytest.fixture(scope="session")
def images(docker: Docker) -> dict[str, str]:
    """The four images, built here."""
    return docker.service_images()


@pytest.fixture(scope="session")
def stack(docker: Docker, images: dict[str, str]) -> Iterator[Stack]:
    with running(docker, docker.store_images()) as started:
        yield started
