"""What the client makes of answers: good ones, odd ones, and those it has to ask again for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack

import pytest

from fakes.openrouter import FakeOpenRouter
from fakes.openrouter.quirks import ANSWERS
from fakes.provider import TEXT, asked, question
from metatag_tagger.adapters.chat_llm import ChatLlm
from metatag_tagger.errors import Category, ProviderError

Connect = Callable[..., ChatLlm]


async def texts(llm: ChatLlm, model: str) -> list[str]:
    return [tag.text for tag in (await llm.ask(question(), asked(model))).tags]


async def test_a_good_answer_carries_tags_usage_cost_and_the_model(fake: FakeOpenRouter, connect: Connect) -> None:
    answer = await connect(fake).ask(question(), asked())
    assert "solar street" in [tag.text for tag in answer.tags]
    assert answer.model == "openai/gpt-4o-mini"
    assert answer.usage.cost_micros == 120
    assert answer.usage.prompt_tokens > 0
    assert (answer.usage.calls, answer.usage.generation_id) == (1, "gen-000001")


async def test_the_request_is_bounded_quiet_and_keeps_the_document_apart(
    fake: FakeOpenRouter, connect: Connect
) -> None:
    await connect(fake).ask(question(), asked())
    [call] = fake.completions
    body = call.body
    assert body["temperature"] == 0
    assert body["seed"] == 7
    assert 0 < body["max_tokens"] < 2_000
    assert body["response_format"]["json_schema"]["strict"] is True
    assert body["provider"] == {"data_collection": "deny", "require_parameters": True}
    assert "tools" not in body
    assert "plugins" not in body
    assert TEXT not in body["messages"][0]["content"]
    assert TEXT in body["messages"][1]["content"]
    assert "http-referer" not in call.headers
    assert "x-title" not in call.headers


async def test_the_marks_around_a_document_differ_with_every_request(fake: FakeOpenRouter, connect: Connect) -> None:
    llm = connect(fake)
    await llm.ask(question(), asked())
    await llm.ask(question(), asked())
    first, second = (call.body["messages"][1]["content"].splitlines()[0] for call in fake.completions)
    assert first.startswith("<document-")
    assert first != second


@pytest.mark.parametrize(
    ("model", "kind"),
    [
        ("openai/gpt-4o-mini", "json_schema"),
        ("meta-llama/llama-3.1-8b-instruct", "json_object"),
        ("mistralai/mistral-7b-instruct", None),
    ],
)
async def test_the_form_asked_for_follows_what_the_model_supports(
    fake: FakeOpenRouter, connect: Connect, model: str, kind: str | None
) -> None:
    assert await texts(connect(fake), model)
    [call] = fake.completions
    assert (call.body.get("response_format") or {}).get("type") == kind


@pytest.mark.parametrize(
    ("scenario", "calls"), [("no-schema", 2), ("no-format", 3), ("no-system", 4), ("short-context", 1)]
)
async def test_a_refused_form_is_eased_until_it_is_taken(
    fake: FakeOpenRouter, connect: Connect, scenario: str, calls: int
) -> None:
    assert "solar street" in await texts(connect(fake), f"fake/{scenario}")
    assert len(fake.completions) == calls


async def test_a_text_too_long_for_the_model_is_halved_once(fake: FakeOpenRouter, connect: Connect) -> None:
    answer = await connect(fake).ask(question("municipal budget " * 800), asked("fake/short-context"))
    assert answer.tags
    assert len(fake.completions) == 2


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("fenced", ["street lights", "battery"]),
        ("lines", ["street lights", "battery", "energy audit"]),
        ("original-shape", ["street lights", "battery", "energy audit"]),
        ("wrong-types", ["x", "battery"]),
        ("extra-keys", ["battery"]),
        ("nan", ["battery", "street lights"]),
    ],
)
async def test_odd_answers_are_read(fake: FakeOpenRouter, connect: Connect, scenario: str, expected: list[str]) -> None:
    assert await texts(connect(fake), f"fake/{scenario}") == expected


@pytest.mark.parametrize("quirk", ANSWERS)
async def test_answers_of_every_reported_shape_are_read(fake: FakeOpenRouter, connect: Connect, quirk: str) -> None:
    assert await texts(connect(fake), f"fake/{quirk}") == ["street lights", "battery", "energy audit"]
    assert len(fake.completions) == 1


@pytest.mark.parametrize(
    ("quirk", "calls"),
    [
        ("oa-token-name", 3), ("oa-temperature", 2), ("or-no-endpoint", 2), ("mistral-extra", 2),
        ("oa-answer-bound", 2), ("stream-only", 2), ("events", 1),
    ],
)  # fmt: skip
async def test_a_part_of_the_request_that_is_refused_is_changed_and_remembered_for_the_model(
    fake: FakeOpenRouter, connect: Connect, quirk: str, calls: int
) -> None:
    llm = connect(fake)
    assert "solar street" in await texts(llm, f"fake/{quirk}")
    assert len(fake.completions) == calls
    assert "solar street" in await texts(llm, f"fake/{quirk}")
    assert len(fake.completions) == calls + 1


async def test_a_token_bound_is_renamed_and_a_temperature_left_out(fake: FakeOpenRouter, connect: Connect) -> None:
    await texts(connect(fake), "fake/oa-token-name")
    sent = fake.completions[-1].body
    assert sent["max_completion_tokens"] == fake.completions[0].body["max_tokens"]
    assert not {"max_tokens", "temperature"} & set(sent)


async def test_a_parameter_that_the_list_does_not_name_is_not_sent(fake: FakeOpenRouter, connect: Connect) -> None:
    await texts(connect(fake), "openai/gpt-5-mini")
    [call] = fake.completions
    assert "temperature" not in call.body
    assert call.body["provider"]["require_parameters"] is True


async def test_a_text_is_shortened_to_what_the_context_length_leaves(fake: FakeOpenRouter, connect: Connect) -> None:
    llm = connect(fake)
    long = question("municipal budget of the year " * 700)
    assert (await llm.ask(long, asked("fake/vllm-context"))).tags
    assert 2 <= len(fake.completions) <= 4
    before = len(fake.completions)
    assert (await llm.ask(long, asked("fake/vllm-context"))).tags
    assert len(fake.completions) == before + 1


@pytest.mark.parametrize("name", ["llama3", " llama3 ", "llama3:latest", "models/llama3", "openai/anything"])
async def test_the_list_of_models_forbids_nothing(connect: Connect, name: str) -> None:
    async with FakeOpenRouter(manner="plain", keys=None) as plain:
        assert (await connect(plain).ask(question(), asked(name, key=""))).tags
        assert plain.completions[0].body["model"] == name.strip()


async def test_answers_are_bounded_in_number_and_length(fake: FakeOpenRouter, connect: Connect) -> None:
    llm = connect(fake)
    assert len(await texts(llm, "fake/500-tags")) == 100
    assert max(map(len, await texts(llm, "fake/injected"))) <= 200


async def test_scores_that_are_no_numbers_do_not_come_out(fake: FakeOpenRouter, connect: Connect) -> None:
    answer = await connect(fake).ask(question(), asked("fake/nan"))
    assert all(0 <= tag.score <= 1 for tag in answer.tags)


@pytest.mark.parametrize("scenario", ["blanks", "gzip", "invalid-utf8"])
async def test_odd_transports_are_read(fake: FakeOpenRouter, connect: Connect, scenario: str) -> None:
    assert await texts(connect(fake), f"fake/{scenario}")


async def test_an_answer_cut_off_is_asked_for_again_with_twice_the_service(
    fake: FakeOpenRouter, connect: Connect
) -> None:
    answer = await connect(fake).ask(question(), asked("fake/cut-then-ok"))
    first, second = (call.body["max_tokens"] for call in fake.completions)
    assert second == 2 * first
    assert answer.usage.calls == 2
    assert answer.usage.cost_micros == 240


async def test_an_unreadable_answer_is_repaired_by_one_more_call(fake: FakeOpenRouter, connect: Connect) -> None:
    assert await texts(connect(fake), "fake/prose-then-ok")
    roles = [message["role"] for message in fake.completions[1].body["messages"]]
    assert roles == ["system", "user", "assistant", "user"]


@pytest.mark.parametrize(
    "scenario", ["429-seconds", "503-seconds", "502", "empty", "empty-choices", "reset", "html", "200-502"]
)
async def test_a_passing_failure_is_retried_inside_the_call(
    fake: FakeOpenRouter, connect: Connect, scenario: str
) -> None:
    assert await texts(connect(fake, wait=3.0), f"fake/{scenario}-then-ok")
    assert len(fake.completions) == 2


async def test_the_providers_own_list_of_fallbacks_is_used_and_the_answering_model_named(
    fake: FakeOpenRouter, connect: Connect
) -> None:
    answer = await connect(fake).ask(question(), asked("fake/503", "openai/gpt-4o-mini"))
    [call] = fake.completions
    assert call.body["models"] == ["fake/503", "openai/gpt-4o-mini"]
    assert answer.model == "openai/gpt-4o-mini"


async def test_at_a_plain_server_fallbacks_are_tried_by_the_client_and_cost_stays_unknown(connect: Connect) -> None:
    async with FakeOpenRouter(manner="plain", keys=None) as plain:
        llm = connect(plain)
        plain.queue.extend(["502"])
        answer = await llm.ask(question(), asked("llama3", "llama3:latest", key=""))
        assert answer.model == "llama3:latest"
        assert answer.usage.cost_micros is None
        assert all("provider" not in call.body and "models" not in call.body for call in plain.completions)
        assert all("authorization" not in call.headers for call in plain.completions)
        assert (await llm.check_key("")).valid


async def test_a_document_dearer_than_its_cap_is_refused_before_the_call(
    fake: FakeOpenRouter, connect: Connect
) -> None:
    with pytest.raises(ProviderError) as caught:
        await connect(fake).ask(question(), asked("anthropic/claude-opus-expensive", max_cost_micros=50_000))
    assert caught.value.category is Category.PRICE_CAP
    assert "0.0500" in caught.value.message
    assert not fake.completions


async def test_while_the_list_of_models_is_away_documents_are_still_tagged(
    fake: FakeOpenRouter, connect: Connect
) -> None:
    fake.outage = True
    llm = connect(fake)
    assert await texts(llm, "openai/gpt-4o-mini")
    with pytest.raises(ProviderError):
        await llm.models(asked().key)


async def test_the_list_of_models_tells_prices_and_schemas_and_is_fetched_once(
    fake: FakeOpenRouter, connect: Connect
) -> None:
    llm = connect(fake)
    models = {model.id: model for model in await llm.models(asked().key)}
    await llm.models(asked().key)
    mini = models["openai/gpt-4o-mini"]
    assert (mini.prompt_price_micros, mini.completion_price_micros) == (150_000, 600_000)
    assert mini.structured_outputs
    assert not models["mistralai/mistral-7b-instruct"].structured_outputs
    assert sum(request.path.endswith("/models") for request in fake.requests) == 1


async def test_checking_a_key_tells_what_is_left_or_why_not(fake: FakeOpenRouter, connect: Connect) -> None:
    llm = connect(fake)
    fake.limits.credit_micros = 2_500_000
    assert (await llm.check_key(asked().key)).remaining_micros == 2_500_000
    bad = await llm.check_key("sk-wrong")
    assert not bad.valid
    assert bad.problem is not None
    assert bad.problem.code == "provider_auth"


async def test_credit_runs_down_to_a_clear_refusal(fake: FakeOpenRouter, connect: Connect) -> None:
    fake.limits.credit_micros = 200
    llm = connect(fake)
    await llm.ask(question(), asked())
    await llm.ask(question(), asked())
    with pytest.raises(ProviderError) as caught:
        await llm.ask(question(), asked())
    assert caught.value.category is Category.CREDITS


async def test_the_key_reaches_the_configured_host_only(connect: Connect) -> None:
    async with AsyncExitStack() as stack:
        thief = await stack.enter_async_context(FakeOpenRouter(port=0))
        fake = await stack.enter_async_context(FakeOpenRouter())
        llm = connect(fake)
        with pytest.raises(ProviderError):
            await llm.ask(question(), asked("fake/redirect"))
        assert not thief.requests
        assert all(call.headers["authorization"].startswith("Bearer ") for call in fake.completions)


async def test_more_calls_at_once_than_the_provider_takes_settle_down(fake: FakeOpenRouter, connect: Connect) -> None:
    fake.limits.at_once, fake.latency = 2, 0.05
    llm = connect(fake, wait=5.0)
    answers = await asyncio.gather(*(llm.ask(question(f"{TEXT} {n}"), asked()) for n in range(8)))
    assert all(answer.tags for answer in answers)
    assert fake.limits.most_running <= 2
