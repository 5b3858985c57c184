"""The API against its own description, by Schemathesis: no 5xx, no undocumented answer, wrong data refused."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from fakes.gateway_system import running
from metatag_gateway.app import create_app
from metatag_gateway.openapi import describe
from metatag_gateway.routes.parts import Parts
from metatag_gateway.settings import GatewaySettings

# Each path gets this many requests of each kind; `make fuzz-gateway` sends many more.
EXAMPLES = 5
# Their parts are JSON or files in strings, which OpenAPI cannot describe: a string of the right type is often refused.
FORMS = {"/api/single/process", "/api/batch/process", "/api/batch/uploads"}
# Right in shape and yet refused, as the contract says: an email that is taken, a wrong password, two columns mapped to
# one field.
REFUSED = {"/api/auth/register", "/api/auth/login", "/api/auth/password", "/api/batch/start"}


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, Any]]:
    """A gateway in a thread of its own: Schemathesis blocks."""
    found: dict[str, Any] = {}
    ready, done = threading.Event(), threading.Event()

    async def serve() -> None:
        async with running(login_attempts=0, socket_keepalive_seconds=1) as system:
            user = await system.register()
            found.update(url=system.url, headers=user["headers"])
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert ready.wait(30)
    yield found
    done.set()
    thread.join(30)


def described() -> dict[str, Any]:
    """Give the description without a running gateway."""
    chosen = GatewaySettings(database_url="sqlite+aiosqlite://", secret_key="x" * 32)
    app = create_app(Parts(chosen, *[cast(Any, None)] * 11))
    return describe(app, version="2.0.0", max_pages=chosen.max_pages)


SCHEMA = schemathesis.openapi.from_dict(described())
OPERATIONS = {found.ok().label: found.ok() for found in SCHEMA.get_all_operations()}
# Ends the session that the other requests need.
LAST = {"POST /api/auth/logout-all"}


EVERY = pytest.mark.parametrize(
    ("label", "mode"),
    [(label, mode) for label in sorted(set(OPERATIONS) - LAST) for mode in GenerationMode],
    ids=lambda value: getattr(value, "value", value),
)


@EVERY
def test_every_answer_is_as_described(served: dict[str, Any], label: str, mode: GenerationMode) -> None:
    send(served, label, mode, EXAMPLES)


@pytest.mark.slow
@pytest.mark.timeout(600)
@EVERY
def test_every_answer_is_as_described_many_times_over(served: dict[str, Any], label: str, mode: GenerationMode) -> None:
    send(served, label, mode, 200)


def send(served: dict[str, Any], label: str, mode: GenerationMode, examples: int) -> None:
    """Send made-up requests to one path, right or wrong in shape, and hold the answers to the description."""
    operation = OPERATIONS[label]
    excluded = [ignored_auth]
    if operation.path in REFUSED:
        excluded.append(positive_data_acceptance)
    if operation.path in FORMS:
        excluded += [positive_data_acceptance, negative_data_rejection]

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def once(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=served["url"], headers=served["headers"], excluded_checks=excluded, timeout=30)

    # Where nothing can be wrong, or nothing made up, there is nothing to send.
    with contextlib.suppress(Unsatisfiable):
        once()


def test_the_checks_are_all_there() -> None:
    assert len(list(CHECKS.get_all())) >= 10
