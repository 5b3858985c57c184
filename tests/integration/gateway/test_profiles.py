"""Profiles hold wherever documents are processed, behind what a request says itself; what is learnt, for clients."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fakes.gateway_system import PASSWORD, System
from metatag.v1 import jobs_pb2 as j
from metatag_client.aio import AsyncClient
from metatag_client.errors import ApiError
from metatag_client.models import Options

pytestmark = pytest.mark.asyncio(loop_scope="module")
SETTINGS = {
    "num_tags": 5,
    "instructions": "Prefer names of schemes.",
    "exclusion_words": ["draft"],
    "tagger": "local",
    "use_existing_tags": True,
    "examples": [{"text": "Wells of the block", "tags": ["wells"]}],
}
CONFIG = {"profile": "orders", "num_tags": 7, "exclusion_words": ["copy"]}


async def sent(system: System, user: dict[str, Any], path: str, **request: Any) -> j.ProcessOptions:
    """Send a request that processes something and return the options that reached jobs."""
    before = {job.job.id for job in system.jobs.engine.of_user(user["user"]["id"])}
    answer = await system.client.post(path, headers=user["headers"], **request)
    assert answer.is_success, answer.text
    (job,) = (job for job in system.jobs.engine.of_user(user["user"]["id"]) if job.job.id not in before)
    return job.options


async def with_profile(system: System) -> dict[str, Any]:
    user = await system.register()
    stored = await system.client.put("/api/profiles/Orders", headers=user["headers"], json=SETTINGS)
    assert stored.json()["data"]["settings"] == SETTINGS
    return user


def check(options: j.ProcessOptions) -> None:
    wanted = options.tag_options
    assert (wanted.num_tags, wanted.instructions, wanted.use_existing_tags) == (7, "Prefer names of schemes.", True)
    assert list(wanted.exclusion_words) == ["draft", "copy"]
    assert [list(each.tags) for each in wanted.examples] == [["wells"]]


async def test_a_profile_holds_for_one_document_for_a_batch_and_for_documents_processed_again(system: System) -> None:
    user = await with_profile(system)
    files = {"config": (None, json.dumps(CONFIG)), "pdf_url": (None, "http://x/a.pdf")}
    check(await sent(system, user, "/api/single/process", files=files))
    rows = [{"title": "A", "file_source_type": "url", "file_path": "http://x/b.pdf"}]
    check(await sent(system, user, "/api/batch/start", json={"documents": rows, "config": CONFIG}))
    csv = {
        "config": (None, json.dumps(CONFIG)),
        "csv_file": ("a.csv", b"title,file_source_type,file_path\nA,url,http://x/c.pdf\n"),
    }
    check(await sent(system, user, "/api/batch/process", files=csv))
    (document, *_) = system.jobs.engine.of_user(user["user"]["id"])[0].documents
    again = {"document_ids": [document.id], "config": CONFIG}
    check(await sent(system, user, "/api/history/documents/process-again", json=again))


async def test_history_shows_the_settings_that_were_used_and_no_key(system: System) -> None:
    user = await with_profile(system)
    config = {**CONFIG, "api_key": "sk-or-secret"}
    files = {"config": (None, json.dumps(config)), "pdf_url": (None, "http://x/a.pdf")}
    answer = await system.client.post("/api/single/process", headers=user["headers"], files=files)
    job_id = answer.json()["data"]["job_id"]
    found = await system.client.get(f"/api/history/jobs/{job_id}", headers=user["headers"])
    shown = found.json()["data"]["config"]
    assert (shown["profile"], shown["instructions"], shown["num_tags"]) == ("orders", "Prefer names of schemes.", 7)
    assert "sk-or-secret" not in found.text


async def test_a_profile_of_another_user_is_not_found(system: System) -> None:
    await with_profile(system)
    other = await system.register()
    files = {"config": (None, json.dumps(CONFIG)), "pdf_url": (None, "http://x/a.pdf")}
    answer = await system.client.post("/api/single/process", headers=other["headers"], files=files)
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no profile named 'orders'.")


@pytest.mark.parametrize(
    "settings",
    [
        {"instructions": "x" * 2_001},
        {"examples": [{"text": "x" * 2_001, "tags": ["a"]}]},
        {"examples": [{"text": "a", "tags": ["b"]}] * 6},
        {"existing_tags": ["x"] * 501},
        {"exclusion_words": ["x" * 200] * 2_000},
        {"api_key": "sk-or-secret"},
        {"numTags": 5},
    ],
)
async def test_a_profile_beyond_its_bounds_is_refused(system: System, settings: dict[str, Any]) -> None:
    user = await system.register()
    answer = await system.client.put("/api/profiles/Orders", headers=user["headers"], json=settings)
    assert answer.status_code == 400
    assert "sk-or-secret" not in answer.text


async def test_the_client_keeps_profiles_and_uses_them(system: System) -> None:
    user = await system.register()
    async with AsyncClient(system.url) as client:
        await client.login(user["email"], PASSWORD)
        await client.put_profile("Orders", Options(tags=5, instructions="Short.", use_examples=True))
        assert [each["name"] for each in await client.profiles()] == ["Orders"]
        assert (await client.profile("orders"))["settings"] == {
            "num_tags": 5,
            "instructions": "Short.",
            "use_examples": True,
        }
        await client.delete_profile("Orders")
        with pytest.raises(ApiError, match="no profile named 'Orders'"):
            await client.profile("Orders")


async def test_the_client_sees_switches_and_forgets_what_was_learnt(system: System) -> None:
    user = await system.register()
    system.jobs_service.learning.teach(user["user"]["id"])
    async with AsyncClient(system.url) as client:
        await client.login(user["email"], PASSWORD)
        known = await client.learning()
        assert (known["enabled"], known["documents"], known["kept"], known["removed"]) == (True, 1, 1, 1)
        assert known["tags"][1] == {"tag": "rivers", "kept": 0, "removed": 1, "added": 0}
        measured = await client.evaluation()
        assert (measured["f1_at_10"], measured["facet_coverage"]) == (0.6667, {"year": 1.0})
        assert not (await client.set_learning(False))["enabled"]
        assert await client.forget_learning() == 1
        assert (await client.learning())["documents"] == 0
