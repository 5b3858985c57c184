"""Every way in which a provider fails: its category, code, waiting time and calls. The table of the docs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from fakes.openrouter import FakeOpenRouter
from fakes.openrouter.quirks import ANSWERS, REQUESTS
from fakes.openrouter.scenarios import SCENARIOS
from fakes.provider import asked, question
from metatag_runtime.errors import ErrorCode
from metatag_tagger.adapters.chat_llm import ChatLlm
from metatag_tagger.errors import FAILURES, Category, ProviderError

Connect = Callable[..., ChatLlm]

# scenario, category, smallest and largest waiting time (None: none), calls made
FAILING = [
    ("400", Category.INVALID_REQUEST, None, 5),
    ("400-context", Category.CONTEXT_LENGTH, None, 1),
    ("401", Category.AUTH, None, 1),
    ("402", Category.CREDITS, None, 1),
    ("402-in-flight", Category.BUDGET_WAIT, (0.9, 1.1), 1),
    ("403-moderation", Category.MODERATION, None, 1),
    ("403-budget", Category.KEY_LIMIT, (3500, 3600), 1),
    ("403", Category.FORBIDDEN, None, 1),
    ("404", Category.MODEL_NOT_FOUND, None, 1),
    ("404-html", Category.ADDRESS, None, 1),
    ("408", Category.TIMEOUT, None, 1),
    ("413", Category.CONTEXT_LENGTH, None, 1),
    ("429", Category.RATE_LIMITED, None, 1),
    ("429-seconds", Category.RATE_LIMITED, (0.9, 1.1), 1),
    ("429-long", Category.RATE_LIMITED, (890, 900), 1),
    ("429-date", Category.RATE_LIMITED, (60, 90), 1),
    ("429-reset", Category.RATE_LIMITED, (30, 50), 1),
    ("500", Category.PROVIDER, None, 1),
    ("502", Category.PROVIDER, None, 1),
    ("503", Category.NO_PROVIDER, None, 2),
    ("503-seconds", Category.NO_PROVIDER, (0.9, 1.1), 2),
    ("529", Category.PROVIDER, None, 1),
    ("html", Category.PROVIDER, None, 1),
    ("html-200", Category.PROVIDER, None, 1),
    ("array-root", Category.PROVIDER, None, 1),
    ("redirect", Category.REDIRECT, None, 1),
    ("200-429", Category.RATE_LIMITED, None, 1),
    ("200-502", Category.PROVIDER, None, 1),
    ("200-words", Category.PROVIDER, None, 1),
    ("200-401", Category.AUTH, None, 1),
    ("empty-choices", Category.EMPTY_OUTPUT, None, 1),
    ("no-choices", Category.EMPTY_OUTPUT, None, 1),
    ("choice-error", Category.PROVIDER, None, 1),
    ("null", Category.EMPTY_OUTPUT, None, 1),
    ("empty", Category.EMPTY_OUTPUT, None, 1),
    ("reasoning-only", Category.EMPTY_OUTPUT, None, 1),
    ("content-filter", Category.MODERATION, None, 1),
    ("refusal", Category.MODERATION, None, 1),
    ("finish-error", Category.PROVIDER, None, 1),
    ("prose", Category.INVALID_OUTPUT, None, 2),
    ("deep", Category.INVALID_OUTPUT, None, 2),
    ("close", Category.NETWORK, None, 1),
    ("reset", Category.NETWORK, None, 1),
    ("half-closed", Category.NETWORK, None, 1),
    ("wrong-length", Category.NETWORK, None, 1),
    ("huge", Category.TOO_LARGE, None, 1),
    # error bodies of servers, by what they say rather than by their status
    ("or-data-policy", Category.DATA_POLICY, None, 1),
    ("or-key-limit", Category.KEY_LIMIT, None, 1),
    ("oa-quota", Category.CREDITS, None, 1),
    ("oa-region", Category.REGION, None, 1),
    ("vllm-no-model", Category.MODEL_NOT_FOUND, None, 1),
    ("ollama-no-model", Category.MODEL_NOT_FOUND, None, 1),
    ("gemini-key", Category.AUTH, None, 1),
    ("gemini-key-list", Category.AUTH, None, 1),
    ("gemini-quota", Category.RATE_LIMITED, (1.9, 2.1), 1),
    ("tgi-context", Category.CONTEXT_LENGTH, None, 1),
    ("groq-context", Category.CONTEXT_LENGTH, None, 1),
    ("groq-minute", Category.CONTEXT_LENGTH, None, 1),
    ("anthropic-overloaded", Category.PROVIDER, None, 1),
    ("anthropic-key", Category.AUTH, None, 1),
    ("anthropic-credit", Category.CREDITS, None, 1),
    ("litellm-budget", Category.KEY_LIMIT, None, 1),
    ("litellm-context", Category.CONTEXT_LENGTH, None, 1),
    ("detail-key", Category.AUTH, None, 1),
    ("dashscope-blocked", Category.MODERATION, None, 1),
    ("or-upstream", Category.CONTEXT_LENGTH, None, 1),
    ("minimax-key", Category.AUTH, None, 1),
    # what a model says instead of tags: asked once more, then an error, never a success
    ("apology", Category.INVALID_OUTPUT, None, 2),
    ("apology-commas", Category.INVALID_OUTPUT, None, 2),
    ("apology-hindi", Category.INVALID_OUTPUT, None, 2),
    ("apology-in-json", Category.INVALID_OUTPUT, None, 2),
    ("not-applicable", Category.INVALID_OUTPUT, None, 2),
    ("no-tags", Category.INVALID_OUTPUT, None, 2),
    ("empty-list", Category.INVALID_OUTPUT, None, 2),
    ("thoughts-only", Category.INVALID_OUTPUT, None, 2),
]


@pytest.mark.parametrize(("scenario", "category", "wait", "calls"), FAILING, ids=[row[0] for row in FAILING])
async def test_a_failure_has_its_category_wait_and_number_of_calls(
    fake: FakeOpenRouter,
    connect: Connect,
    scenario: str,
    category: Category,
    wait: tuple[float, float] | None,
    calls: int,
) -> None:
    llm = connect(fake)
    with pytest.raises(ProviderError) as caught:
        await llm.ask(question(), asked(f"fake/{scenario}"))
    error = caught.value
    assert error.category is category
    assert error.code is FAILURES[category].code
    assert len(fake.completions) == calls
    if wait is None:
        assert error.retry_after is None
    else:
        assert error.retry_after is not None
        assert wait[0] <= error.retry_after <= wait[1]
    assert error.message.endswith(".")
    assert "SECRET DOCUMENT TEXT" not in error.message


async def test_a_slow_drip_ends_at_the_deadline(fake: FakeOpenRouter, connect: Connect) -> None:
    llm = connect(fake, read_seconds=0.3)
    for scenario in ("slow", "drip"):
        with pytest.raises(ProviderError) as caught:
            await llm.ask(question(), asked(f"fake/{scenario}"))
        assert caught.value.category is Category.TIMEOUT


async def test_a_port_nobody_listens_on_is_a_network_failure(fake: FakeOpenRouter, connect: Connect) -> None:
    llm = connect(fake)
    await fake.__aexit__()
    with pytest.raises(ProviderError) as caught:
        await llm.ask(question(), asked("fake/ok"))
    assert caught.value.category is Category.NETWORK
    assert not llm.healthy()


async def test_a_model_that_the_provider_refuses_is_named_with_near_matches(
    fake: FakeOpenRouter, connect: Connect
) -> None:
    with pytest.raises(ProviderError) as caught:
        await connect(fake).ask(question(), asked("openai/gpt-4o-mni"))
    assert caught.value.code is ErrorCode.MODEL_NOT_FOUND
    assert "openai/gpt-4o-mini" in caught.value.message
    assert len(fake.completions) == 1


@pytest.mark.parametrize("key", ["sk-\u2026abc", "sk-a\nb", "sk-\u200bab", "sk-ключ"])
async def test_a_key_that_fits_no_header_is_a_bad_key_and_is_not_sent(
    fake: FakeOpenRouter, connect: Connect, key: str
) -> None:
    with pytest.raises(ProviderError) as caught:
        await connect(fake).ask(question(), asked(key=key))
    assert caught.value.category is Category.AUTH
    assert "copy it again" in caught.value.message
    assert not fake.completions


async def test_a_refused_key_is_not_tried_again_until_it_is_checked(fake: FakeOpenRouter, connect: Connect) -> None:
    llm = connect(fake)
    for _ in range(5):
        with pytest.raises(ProviderError) as caught:
            await llm.ask(question(), asked("fake/401"))
        assert caught.value.code is ErrorCode.PROVIDER_AUTH
    assert len(fake.completions) == 1
    assert (await llm.check_key(asked().key)).valid
    with pytest.raises(ProviderError):
        await llm.ask(question(), asked("fake/401"))
    assert len(fake.completions) == 2


def test_the_fake_knows_no_failure_that_this_table_leaves_out() -> None:
    answered = {
        "cut", "fenced", "lines", "original-shape", "duplicates", "500-tags", "wrong-types", "extra-keys",
        "other-language", "echo", "injected", "nan", "invalid-utf8", "no-schema", "no-format", "no-system",
        "short-context", "slow", "blanks", "drip", "gzip", *REQUESTS, *ANSWERS,
    }  # fmt: skip
    assert set(SCENARIOS) - answered == {row[0] for row in FAILING}


def test_the_documentation_prints_the_same_table() -> None:
    page = Path(__file__).parents[3] / "docs" / "tagging.md"
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", page.read_text(encoding="utf-8"), re.MULTILINE))
    for category, failure in FAILURES.items():
        cells = [cell.strip() for cell in rows[category.value].split("|")]
        assert cells[0] == f"`{failure.code.value}`"
        assert cells[1] == failure.retry.value
        assert cells[2] == failure.sentence
