"""The service over real gRPC against a fake provider: tags, failures, degradation, secrets."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from fakes.openrouter import FakeOpenRouter
from fakes.tagger_parts import ENGLISH, HINDI
from fakes.tagger_service import running_service, tag_request
from metatag.v1 import document_pb2, tagger_pb2
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_calls import peer_errors

LLM, AUTO = document_pb2.TAGGER_KIND_LLM, document_pb2.TAGGER_KIND_AUTO


# One provider and one service for the whole file: a service's child process takes seconds to start on a busy machine.
pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("test_llm_tags")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def provider() -> AsyncIterator[FakeOpenRouter]:
    async with FakeOpenRouter(keys=None) as server:
        yield server


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service(provider: FakeOpenRouter) -> AsyncIterator[Any]:
    async with running_service(llm_base_url=provider.url, llm_wait_seconds=0, llm_input_tokens=1_000) as stub:
        yield stub


@pytest.fixture
def fake(provider: FakeOpenRouter) -> FakeOpenRouter:
    provider.requests.clear()
    provider.queue.clear()
    return provider


@pytest.fixture
def key() -> str:
    """Give a key of the test's own: a refused key of another test is remembered for a while."""
    return f"sk-or-test-{uuid.uuid4().hex}"


async def test_tags_of_the_model_come_with_usage_cost_and_evidence(
    service: Any, fake: FakeOpenRouter, key: str
) -> None:
    answer = await service.Tag(tag_request(ENGLISH, key=key, tagger=LLM, num_tags=5))
    assert answer.tagger == "llm"
    assert answer.model_name == "openai/gpt-4o-mini"
    assert answer.usage.cost_micros == 120
    assert answer.usage.generation_id.startswith("gen-")
    assert answer.raw_response.startswith("{")
    assert all(tag.source == "llm" and tag.grounded and tag.evidence for tag in answer.tags)
    again = await service.Tag(tag_request(ENGLISH, key=key, tagger=LLM, num_tags=5))
    assert again.usage.cached
    assert [tag.tag for tag in again.tags] == [tag.tag for tag in answer.tags]
    assert len(fake.completions) == 1
    tokens = REGISTRY.get_sample_value("metatag_tagger_tokens_total", {"direction": "prompt"})
    assert tokens
    assert REGISTRY.get_sample_value("metatag_tagger_cost_micros_total")


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"metatag_tagger_{name}", labels) or 0.0


async def test_errors_by_category_cache_hits_and_latency_are_counted(service: Any, key: str) -> None:
    seen = {
        "hits": lambda: counted("cache_total", result="hit"),
        "502": lambda: counted("provider_calls_total", outcome="provider"),
        "good": lambda: counted("provider_calls_total", outcome="ok"),
        "calls timed": lambda: counted("provider_seconds_count"),
        "documents timed": lambda: counted("document_seconds_count", tagger="llm"),
    }
    before = {name: read() for name, read in seen.items()}
    for _ in range(2):
        await service.Tag(tag_request(ENGLISH, key=key, tagger=LLM))
    with pytest.raises(MetatagError), peer_errors("tagger"):
        await service.Tag(tag_request(ENGLISH, key=key, tagger=LLM, model_name="fake/502"))
    assert {name: read() - before[name] for name, read in seen.items()} == {
        "hits": 1, "502": 1, "good": 1, "calls timed": 2, "documents timed": 2,
    }  # fmt: skip


async def test_a_failed_provider_is_an_error_with_its_code_and_wait(service: Any, key: str) -> None:
    with pytest.raises(MetatagError) as caught:
        with peer_errors("tagger"):
            await service.Tag(tag_request(ENGLISH, key=key, tagger=LLM, model_name="fake/429-long"))
    assert caught.value.code is ErrorCode.PROVIDER_RATE_LIMITED
    assert caught.value.retry_after == pytest.approx(900, abs=15)


async def test_local_tags_stand_in_when_allowed_and_say_why(service: Any, key: str) -> None:
    tag_options = {"tagger": AUTO, "model_name": "fake/402", "allow_degraded": True}
    answer = await service.Tag(tag_request(ENGLISH, key=key, **tag_options))
    assert answer.degraded
    assert answer.degraded_because.code == "provider_credits"
    assert answer.tagger == "local"
    assert answer.tags


async def test_a_wrong_key_is_named_as_such(service: Any, fake: FakeOpenRouter, key: str) -> None:
    fake.keys = {key}
    try:
        state = await service.CheckKey(tagger_pb2.CheckKeyRequest(provider_key="sk-wrong"))
        assert not state.valid
        assert state.problem.code == "provider_auth"
        with pytest.raises(MetatagError) as caught:
            with peer_errors("tagger"):
                await service.Tag(tag_request(ENGLISH, key="sk-wrong", tagger=LLM))
        assert caught.value.code is ErrorCode.PROVIDER_AUTH
        assert (await service.CheckKey(tagger_pb2.CheckKeyRequest(provider_key=key))).valid
    finally:
        fake.keys = None


async def test_the_models_are_listed_with_prices(service: Any, key: str) -> None:
    answer = await service.ListModels(tagger_pb2.ListModelsRequest(provider_key=key))
    mini = next(model for model in answer.models if model.id == "openai/gpt-4o-mini")
    assert (mini.prompt_price_micros, mini.completion_price_micros) == (150_000, 600_000)
    assert mini.structured_outputs
    assert mini.context_length == 128_000


async def test_a_long_document_is_sampled_within_the_budget_and_all_of_it_hinted_at(
    service: Any, fake: FakeOpenRouter, key: str
) -> None:
    pages = [
        tagger_pb2.TagPage(
            number=n, text=f"Page about subject number{n}. " + "The ward committee met and adjourned. " * 80
        )
        for n in range(1, 41)
    ]
    request = tagger_pb2.TagRequest(pages=pages, provider_key=key, tag_options=document_pb2.TagOptions(tagger=LLM))
    await service.Tag(request)
    sent = fake.completions[0].body["messages"][1]["content"]
    assert len(sent) < 5_500
    assert "number1" in sent
    assert "number40" in sent


async def test_a_hindi_document_gets_its_language_told(service: Any, fake: FakeOpenRouter, key: str) -> None:
    answer = await service.Tag(tag_request(HINDI, key=key, tagger=LLM, tag_language="document"))
    assert answer.language == "hi"
    assert "Write the tags in Hindi." in fake.completions[0].body["messages"][0]["content"]


async def test_neither_key_nor_text_reaches_logs_or_errors(
    service: Any, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    caplog.set_level(logging.DEBUG)
    seen = []
    for model in ("openai/gpt-4o-mini", "fake/403-moderation", "fake/502", "fake/prose", "fake/html", "fake/reset"):
        try:
            with peer_errors("tagger"):
                await service.Tag(tag_request(ENGLISH, key=key, tagger=LLM, model_name=model))
        except MetatagError as error:
            seen.append(str(error))
    seen += [record.getMessage() for record in caplog.records]
    for secret in (key, "lithium battery", "SECRET DOCUMENT TEXT"):
        assert not any(secret in text for text in seen)


async def test_the_provider_going_away_and_coming_back_shows_in_the_list_of_taggers(
    service: Any, fake: FakeOpenRouter, key: str
) -> None:
    fake.queue.append("502")
    with pytest.raises(MetatagError), peer_errors("tagger"):
        await service.Tag(tag_request(ENGLISH, key=key, tagger=LLM))
    llm = (await service.ListTaggers(tagger_pb2.ListTaggersRequest())).taggers[1]
    assert not llm.healthy
    await service.Tag(tag_request(ENGLISH, key=key, tagger=LLM))
    llm = (await service.ListTaggers(tagger_pb2.ListTaggersRequest())).taggers[1]
    assert llm.healthy
    assert llm.provider_host == "127.0.0.1"
