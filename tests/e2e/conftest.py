"""One system for the session, one account for each test."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.running import QUICK_TO_START, Server
from fakes.openrouter import ThreadedOpenRouter
from metatag_client import Client

PASSWORD = "correct horse battery"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the floor on one worker of `pytest -n`, so that one system serves all of it; give it time."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("e2e"))
            if item.get_closest_marker("timeout") is None:
                # Starting a system takes three seconds on a quiet machine and a minute on one that others use too.
                item.add_marker(pytest.mark.timeout(300))


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[Server]:
    """A running system that no test may stop."""
    running = Server(
        tmp_path_factory.mktemp("system") / "data",
        local_root=samples,
        # Registrations of one address are throttled; here one address is all users.
        METATAG_GATEWAY_REGISTER_ATTEMPTS="0",
        # A minute by default, which pages made to last for years use up to its end.
        METATAG_OCR_PAGE_SECONDS="15",
    )
    running.start()
    yield running
    running.stop()
    running.kill()


@pytest.fixture(scope="session")
def base_url(request: pytest.FixtureRequest) -> str:
    """Where the system is: METATAG_E2E_SERVER, or one of our own."""
    given = os.environ.get("METATAG_E2E_SERVER")
    return given.rstrip("/") if given else str(request.getfixturevalue("server").base_url)


@pytest.fixture(scope="session")
def provider() -> Iterator[ThreadedOpenRouter]:
    """A fake provider of language models, for `provided`."""
    found = ThreadedOpenRouter()
    found.start()
    yield found
    found.stop()


@pytest.fixture(scope="session")
def provided(tmp_path_factory: pytest.TempPathFactory, samples: Path, provider: ThreadedOpenRouter) -> Iterator[Server]:
    """A running system whose language models are the fake provider's; no test may stop it."""
    running = Server(
        tmp_path_factory.mktemp("provided") / "data",
        local_root=samples,
        METATAG_GATEWAY_REGISTER_ATTEMPTS="0",
        METATAG_TAGGER_LLM_BASE_URL=provider.fake.url,
        METATAG_TAGGER_LLM_WAIT_SECONDS="0",
        METATAG_TAGGER_LLM_CONNECT_SECONDS="2",
        METATAG_TAGGER_LLM_READ_SECONDS="20",
        **QUICK_TO_START,
    )
    running.start()
    yield running
    running.stop()
    running.kill()


@pytest.fixture
def client(base_url: str) -> Iterator[Client]:
    """A client of a user of its own."""
    with Client(base_url) as own:
        email = f"{uuid.uuid4().hex}@example.com"
        own.register(email, PASSWORD, "Test")
        own.login(email, PASSWORD)
        yield own
