"""The fake provider's ten duties, asked over HTTP as any client would; what rests on it can be no better than it is."""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from fakes.openrouter import FakeOpenRouter
from fakes.openrouter.limits import Limits
from fakes.openrouter.scenarios import SCENARIOS
from fakes.openrouter.server import GOOD_KEY

TEXT = "<document-x>\nSolar street lights for towns. Solar street lights save energy.\n</document-x>"
SCHEMA = {"type": "json_schema", "json_schema": {"name": "t", "strict": True, "schema": {"type": "object"}}}


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def http(fake: FakeOpenRouter) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        base_url=fake.url, headers={"Authorization": f"Bearer {GOOD_KEY}"}, trust_env=False, timeout=5
    ) as client:
        yield client


def body(model: str = "openai/gpt-4o-mini", **more: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": "Write 5 tags."}, {"role": "user", "content": TEXT}]
    return {"model": model, "messages": messages, "max_tokens": 100, **more}


async def ask(http: httpx.AsyncClient, model: str = "openai/gpt-4o-mini", **more: Any) -> httpx.Response:
    return await http.post("/chat/completions", json=body(model, **more))


async def test_duty_1_it_checks_the_request(fake: FakeOpenRouter, http: httpx.AsyncClient) -> None:
    assert (
        await http.post("/chat/completions", json=body(), headers={"Authorization": "Bearer no"})
    ).status_code == 401
    assert (await http.get("/nothing")).status_code == 404
    assert (await http.post("/chat/completions", content=b"{")).status_code == 400
    assert (await ask(http, "no/such-model")).status_code == 400
    assert (await ask(http, max_tokens=0)).status_code == 400
    wrong = {**body(), "messages": [{"role": "oracle", "content": "x"}]}
    assert (await http.post("/chat/completions", json=wrong)).status_code == 400


async def test_duty_2_it_answers_in_full_and_the_same_for_the_same_text(http: httpx.AsyncClient) -> None:
    first, second = [(await ask(http)).json() for _ in range(2)]
    assert first["id"].startswith("gen-")
    assert {"model", "provider", "created", "usage"} <= set(first)
    [choice] = first["choices"]
    assert {"role", "content", "refusal", "reasoning"} <= set(choice["message"])
    assert (choice["finish_reason"], choice["native_finish_reason"]) == ("stop", "stop")
    assert first["usage"]["cost"] == 0.00012
    assert choice["message"]["content"] == second["choices"][0]["message"]["content"]
    assert "solar street" in choice["message"]["content"]


async def test_duty_3_it_honours_or_refuses_the_form_asked_for(http: httpx.AsyncClient) -> None:
    strict = (await ask(http, response_format=SCHEMA)).json()["choices"][0]["message"]["content"]
    assert set(json.loads(strict)) == {"language", "entities", "tags"}
    assert (await ask(http, "mistralai/mistral-7b-instruct", response_format=SCHEMA)).status_code == 400
    loose = await ask(http, "meta-llama/llama-3.1-8b-instruct", response_format={"type": "json_object"})
    assert set(json.loads(loose.json()["choices"][0]["message"]["content"])) == {"tags"}
    chat = (await ask(http, "fake/fenced", response_format=SCHEMA)).json()["choices"][0]["message"]["content"]
    assert "```json" in chat


async def test_duty_4_it_tries_the_models_in_order_and_refuses_unsupported_parameters(http: httpx.AsyncClient) -> None:
    answer = (await ask(http, models=["fake/502", "openai/gpt-4o-mini"])).json()
    assert answer["model"] == "openai/gpt-4o-mini"
    refused = await ask(
        http, "mistralai/mistral-7b-instruct", response_format=SCHEMA, provider={"require_parameters": True}
    )
    assert refused.status_code == 404


@pytest.mark.parametrize(
    ("scenario", "status", "header"),
    [
        ("400", 400, ""), ("400-context", 400, ""), ("401", 401, ""), ("402", 402, ""),
        ("402-in-flight", 402, "retry-after"), ("403-moderation", 403, ""), ("403-budget", 403, ""), ("404", 404, ""),
        ("408", 408, ""), ("429", 429, ""), ("429-seconds", 429, "retry-after"), ("429-date", 429, "retry-after"),
        ("429-reset", 429, "x-ratelimit-reset"), ("500", 500, ""), ("502", 502, ""), ("503", 503, ""),
        ("503-seconds", 503, "retry-after"), ("529", 529, ""), ("html", 502, ""),
    ],
)  # fmt: skip
async def test_duty_5_it_refuses_in_every_way(http: httpx.AsyncClient, scenario: str, status: int, header: str) -> None:
    answer = await ask(http, f"fake/{scenario}")
    assert answer.status_code == status
    assert not header or header in answer.headers
    assert ("retry-after" in answer.headers) is (header == "retry-after")
    assert "text/html" in answer.headers["content-type"] or answer.json()["error"]["code"] == status


def test_duty_6_it_gives_every_odd_answer_with_status_200() -> None:
    odd = {
        "200-429", "200-502", "empty-choices", "null", "empty", "reasoning-only", "cut", "content-filter",
        "finish-error", "duplicates", "500-tags", "wrong-types", "extra-keys", "other-language", "echo", "injected",
        "invalid-utf8",
    }  # fmt: skip
    assert odd <= set(SCENARIOS)


@pytest.mark.parametrize("scenario", ["close", "reset", "wrong-length", "half-closed"])
async def test_duty_7_it_breaks_the_transport(http: httpx.AsyncClient, scenario: str) -> None:
    with pytest.raises(httpx.TransportError):
        await ask(http, f"fake/{scenario}")
    assert {"slow", "blanks", "drip", "gzip", "huge", "redirect"} <= set(SCENARIOS)


async def test_duty_8_it_keeps_count_by_a_clock_that_a_test_moves() -> None:
    clock = Clock()
    limits = Limits(calls=2, window=60.0, credit_micros=100_000, clock=clock)
    async with (
        FakeOpenRouter(limits=limits) as fake,
        httpx.AsyncClient(base_url=fake.url, headers={"Authorization": f"Bearer {GOOD_KEY}"}, trust_env=False) as http,
    ):
        codes = [(await ask(http)).status_code for _ in range(3)]
        assert codes == [200, 200, 429]
        clock.now += 60.0
        assert (await ask(http)).status_code == 200
        assert limits.credit_micros == 100_000 - 3 * 120


async def test_duty_8_its_flakes_come_by_a_seed() -> None:
    async def codes(seed: int) -> list[int]:
        async with (
            FakeOpenRouter(flake=0.5, seed=seed) as fake,
            httpx.AsyncClient(
                base_url=fake.url, headers={"Authorization": f"Bearer {GOOD_KEY}"}, trust_env=False
            ) as http,
        ):
            return [(await ask(http)).status_code for _ in range(12)]

    first = await codes(3)
    assert first == await codes(3)
    assert set(first) == {200, 502}


async def test_duty_9_it_lists_models_keys_and_generations_and_can_be_away(
    fake: FakeOpenRouter, http: httpx.AsyncClient
) -> None:
    models = {model["id"]: model for model in (await http.get("/models")).json()["data"]}
    assert isinstance(models["openai/gpt-4o-mini"]["pricing"]["prompt"], str)
    assert "structured_outputs" in models["openai/gpt-4o-mini"]["supported_parameters"]
    assert (await http.get("/key")).json()["data"]["label"] == "fake"
    made = (await ask(http)).json()["id"]
    assert (await http.get("/generation", params={"id": made})).json()["data"]["id"] == made
    fake.outage = True
    assert (await http.get("/models")).status_code == 503
    assert (await ask(http)).status_code == 200


async def test_duty_10_it_records_requests_for_assertions_and_logs_nothing_of_them(
    fake: FakeOpenRouter, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await ask(http)
    [call] = fake.completions
    assert call.headers["authorization"] == f"Bearer {GOOD_KEY}"
    assert TEXT in call.body["messages"][1]["content"]
    assert not any(secret in record.getMessage() for record in caplog.records for secret in (GOOD_KEY, "Solar street"))


async def test_a_request_scripts_its_answer_by_header_too(http: httpx.AsyncClient) -> None:
    answer = await http.post("/chat/completions", json=body(), headers={"X-Fake-Scenario": "429"})
    assert answer.status_code == 429
    assert (await ask(http)).status_code == 200
