"""Batches whose tags a model writes: the whole system before a fake provider that refuses, runs dry and comes back."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from e2e.http_user import PATIENCE, User
from e2e.running import Server, command, run, terminal
from fakes.openrouter import FakeOpenRouter, ThreadedOpenRouter


@pytest.fixture
def fake(provider: ThreadedOpenRouter) -> FakeOpenRouter:
    provider.fake.queue.clear()
    provider.fake.requests.clear()
    return provider.fake


@pytest.fixture
def user(provided: Server, samples: Path, fake: FakeOpenRouter) -> Iterator[User]:
    found = User(provided.base_url, samples)
    yield found
    found.http.close()


def test_a_models_tags_come_with_evidence_and_with_what_they_cost(user: User, fake: FakeOpenRouter) -> None:
    job_id = user.start(2, tagger="llm")
    assert user.until(job_id, "completed", "failed")["processed_count"] == 2
    for document in user.documents(job_id):
        assert document["usage"]["cost_usd"] == pytest.approx(0.00012)
        assert document["processing_metadata"]["model_name"] == "openai/gpt-4o-mini"
        assert all(tag["source"] == "llm" and tag["evidence"] for tag in document["tag_details"])
    assert {call.headers["authorization"] for call in fake.completions} == {f"Bearer {user.key}"}


def test_a_provider_that_names_a_time_makes_the_job_wait_and_say_why_and_until_when(
    user: User, fake: FakeOpenRouter
) -> None:
    fake.queue.append("429-long")
    job_id = user.start(3, tagger="llm")
    begun = time.monotonic()
    while not (status := user.status(job_id))["waits_until"]:
        assert time.monotonic() - begun < PATIENCE, status
        time.sleep(0.1)
    assert status["status"] == "processing"
    assert "provider takes no more calls" in status["error_message"]
    until = datetime.fromisoformat(status["waits_until"])
    assert timedelta(minutes=5) < until - datetime.now(UTC) <= timedelta(minutes=15, seconds=40)
    assert status["failed_count"] == 0
    _is_told_by_the_command(user, job_id, f"{until.astimezone():%H:%M:%S}")


def _is_told_by_the_command(user: User, job_id: str, until: str) -> None:
    """The command tells of a job that waits in a log file, on a terminal and in a list; JSON stays JSON."""
    said = f"waiting: The provider takes no more calls just now. It goes on by itself at {until}."
    token = user.http.headers["Authorization"].removeprefix("Bearer ")
    settings = {"METATAG_CLI_SERVER": str(user.http.base_url), "METATAG_CLI_TOKEN": token}
    with command("watch", job_id, "--json", **settings) as log, terminal("watch", job_id, **settings) as screen:
        assert log.stderr is not None
        # A document whose call went out beside the refused one may be done before.
        while (line := log.stderr.readline().rstrip()) != said:
            assert "✓" in line
        shown = screen.until(said)
        assert shown.rstrip().splitlines()[-1].startswith("waiting ")
        assert f"waits until {until}" in run("jobs", **settings).stdout
        one = run("jobs", job_id, **settings).stdout
        assert one.count("goes on by itself") == 1
        assert f"It goes on by itself at {until}." in one
        user.data(user.http.post(f"/api/batch/jobs/{job_id}/cancel"))
        answer, rest = log.communicate(timeout=60)
        assert json.loads(answer)["status"] == "cancelled"
        assert re.fullmatch(r"cancelled: [012] of 3 tagged, 0 failed", rest.splitlines()[-1])


def test_a_key_without_credit_pauses_the_job_and_a_checked_key_goes_on(user: User, fake: FakeOpenRouter) -> None:
    fake.queue.append("402")
    job_id = user.start(3, tagger="llm", allow_degraded=False)
    paused = user.until(job_id, "paused", "failed", "completed")
    assert paused["status"] == "paused"
    assert "no credit left" in paused["error_message"]
    assert paused["failed_count"] == 0
    user.data(user.http.post("/api/models/check-key", json={"api_key": user.key}))
    user.data(user.http.post(f"/api/batch/jobs/{job_id}/resume"))
    assert user.until(job_id, "completed", "failed", "paused")["processed_count"] == 3


def test_a_job_that_met_its_budget_pauses_with_the_reason(user: User, fake: FakeOpenRouter) -> None:
    job_id = user.start(40, tagger="llm", budget_usd=0.0002)
    paused = user.until(job_id, "paused", "failed", "completed")
    assert paused["status"] == "paused"
    assert "budget" in paused["error_message"].lower()
    # Those already under way when the budget was met are finished, no more are begun.
    assert 2 <= len(fake.completions) < 40


def test_a_refused_key_fails_a_batch_once_and_not_the_provider_again_and_again(
    user: User, fake: FakeOpenRouter
) -> None:
    fake.queue.extend(["401"] * 20)
    job_id = user.start(8, tagger="llm", allow_degraded=False)
    status = user.until(job_id, "paused", "failed", "completed")
    assert status["processed_count"] == 0
    # By this user's key: documents of the test before may still be under way.
    asked = [each for each in fake.completions if user.key in each.headers.get("authorization", "")]
    assert 1 <= len(asked) <= 8
    fake.queue.clear()


def test_local_tags_stand_in_for_a_model_that_answers_nobody_and_the_result_says_so(
    user: User, fake: FakeOpenRouter
) -> None:
    job_id = user.start(1, tagger="auto", model_name="fake/402")
    assert user.until(job_id, "completed", "failed", "paused")["status"] == "completed"
    [document] = user.documents(job_id)
    assert document["tags"]
    assert "no credit left" in document["processing_metadata"]["degraded_reason"]
    assert all(tag["source"] == "local" for tag in document["tag_details"])
