"""The API against its own description, by Schemathesis: no 5xx, no undocumented answer, wrong data refused.

First path by path, then along the description's links: what one answer names, the next request uses.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import FlakyStrategyDefinition, Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    negative_data_rejection,
    positive_data_acceptance,
)

from fakes.gateway_description import described
from fakes.gateway_system import PASSWORD, running

# Each path gets this many requests of each kind, and the links this many walks; `make fuzz-gateway` sends many more.
EXAMPLES = 5
WALKS = 72
STEPS = 12
ROUND = 6
# Their parts are JSON or files in strings, which OpenAPI cannot describe: a string of the right type is often refused.
FORMS = {"/api/single/process", "/api/batch/process", "/api/batch/uploads"}
# The same, unless they are sent as JSON.
TABLES = {"PUT /api/vocabularies/{name}"}
# Right in shape and yet refused, as the contract says: an email that is taken, a wrong password, two columns mapped to
# one field, an address with no document behind it, a search for nothing at all, a provider's key of characters that no
# key has, a change without the version that was seen.
REFUSED = {
    "/api/history/documents/{doc_id}", "/api/history/documents/{doc_id}/undo",
    "/api/auth/register", "/api/auth/login", "/api/auth/password", "/api/batch/start", "/api/single/preview",
    "/api/history/documents/search", "/api/models", "/api/models/check-key",
}  # fmt: skip


@pytest.fixture(scope="module")
def served() -> Iterator[dict[str, Any]]:
    """A gateway in a thread of its own: Schemathesis blocks."""
    found: dict[str, Any] = {}
    ready, done = threading.Event(), threading.Event()

    async def serve() -> None:
        async with running(login_attempts=0, socket_keepalive_seconds=1, api_keys_per_user=1000) as system:
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


# The tests bring a token that holds; who may call what without one is the matrix's affair (test_who_may_call.py).
# A value above its bound may be too large for the path before anybody reads it.
REFUSALS = ["400", "401", "403", "404", "405", "409", "413", "415", "429", "5xx"]
CONFIG = SchemathesisConfig.from_dict(
    {
        "generation": {"with-security-parameters": False},
        "checks": {"negative_data_rejection": {"expected-statuses": REFUSALS}},
    }
)
SCHEMA = schemathesis.openapi.from_dict(described(), config=CONFIG)
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
        case.call_and_validate(
            base_url=served["url"], headers=served["headers"], excluded_checks=excluded(case), timeout=30
        )

    # Where nothing can be wrong, or nothing made up, there is nothing to send.
    with contextlib.suppress(Unsatisfiable):
        once()


def excluded(case: schemathesis.Case) -> list[Any]:
    """Give the checks that cannot hold on a path; every other one does."""
    found: list[Any] = [ignored_auth]
    path = case.operation.path
    if case.operation.label in TABLES and case.media_type != "application/json":
        found += [positive_data_acceptance, negative_data_rejection]
    if path in REFUSED | FORMS:
        found.append(positive_data_acceptance)
    if path in FORMS:
        found.append(negative_data_rejection)
    return found


def test_the_links_of_the_description_lead_on(served: dict[str, Any]) -> None:
    walk(served, WALKS, REACHED)


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_the_links_of_the_description_lead_on_for_long(served: dict[str, Any]) -> None:
    walk(served, 600, REACHED_AT_LAST)


# After these a walk would only be refused.
ENDS_SESSIONS = ("logout_all", "change_password", "delete_account")
# Only along a link does a request to these find something: nobody makes up a UUID that is there.
REACHED = {"job_status", "get_job", "delete_job", "get_document", "document_file", "revoke_key", "logout"}
REACHED_AT_LAST = {
    *REACHED,
    "job_documents",
    "export_job",
    "pause_job",
    "cancel_job",
    "get_vocabulary",
    "delete_vocabulary",
    "refresh",
}


def startable() -> dict[str, Any]:
    """Give the description without the job id that a client may choose: Schemathesis would wait for one to be made."""
    found = described()
    del found["components"]["schemas"]["BatchBody"]["properties"]["job_id"]
    return found


def walk(served: dict[str, Any], walks: int, must_reach: set[str]) -> None:
    """Start jobs, follow, control, read and delete them as the links say; deleted things must be gone."""
    reached: set[str] = set()
    faults: list[BaseException] = []
    linked = schemathesis.openapi.from_dict(startable(), config=CONFIG).exclude(operation_id=list(ENDS_SESSIONS))

    class Walk(linked.as_state_machine()):  # type: ignore[misc]
        def setup(self) -> None:
            # Somebody new each time: a walk must not depend on what the one before left behind.
            self.person = {"email": f"{uuid.uuid4().hex}@example.com", "password": PASSWORD}
            with httpx.Client(base_url=served["url"], timeout=30) as client:
                client.post("/api/auth/register", json=self.person).raise_for_status()
                login = client.post("/api/auth/login", json=self.person).raise_for_status()
                self.headers = {"Authorization": f"Bearer {login.json()['data']['tokens']['access_token']}"}
                # Walks begin at POST or GET, and this is a PUT.
                terms = {"terms": [{"label": "wells"}]}
                client.put("/api/vocabularies/water", headers=self.headers, json=terms).raise_for_status()

        def get_call_kwargs(self, case: schemathesis.Case) -> dict[str, Any]:
            return {"base_url": served["url"], "headers": self.headers, "timeout": 30}

        def before_call(self, case: schemathesis.Case) -> None:
            # What OpenAPI cannot describe well enough to be accepted: JSON in a form, a password.
            if case.operation.path == "/api/single/process":
                case.body = {"config": "{}", "pdf_url": "http://x/a.pdf"}
            elif case.operation.path == "/api/auth/login":
                case.body = self.person
            elif case.operation.path == "/api/batch/start":
                # In work until a step of the walk ends it, so that two walks alike see the same.
                case.body = {"documents": [{"file_path": "http://x/hold.pdf"}], "config": {}}
            elif case.operation.path == "/api/history/jobs/{job_id}/documents":
                case.query = {}

        def validate_response(self, response: Any, case: schemathesis.Case, **more: Any) -> None:
            if response.status_code < 300:
                reached.add(case.operation.definition.raw["operationId"])
            # A wrong body was put right above, and a fresh id is not found: neither is a fault.
            checks = [*excluded(case), negative_data_rejection, positive_data_acceptance]
            try:
                case.validate_response(response, excluded_checks=checks)
            except BaseException as fault:
                faults.append(fault)
                raise

    walk_settings = settings(
        max_examples=ROUND,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    # Ids decide which walks are alike, so that now and then a run meets less: it may walk on.
    for number in range(3 * walks // ROUND):
        if number >= walks // ROUND and must_reach <= reached:
            break
        Walk._hypothesis_internal_use_seed = Walk.rule_order_seed = number
        # Ids are new in each walk, so that Hypothesis may find two walks unlike that began alike: it ends the round.
        with contextlib.suppress(FlakyStrategyDefinition):
            Walk.run(settings=walk_settings)
    assert faults == []
    assert must_reach - reached == set()


def test_the_checks_are_all_there() -> None:
    assert len(list(CHECKS.get_all())) >= 10
