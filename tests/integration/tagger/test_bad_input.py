"""Bad input through the whole service: each kind of the documentation's table comes to what the table says."""

from __future__ import annotations

import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from fakes.openrouter import FakeOpenRouter
from fakes.tagger_parts import ENGLISH
from fakes.tagger_service import running_service, tag_request
from metatag.v1 import document_pb2
from metatag_runtime.errors import MetatagError
from metatag_runtime.grpc_calls import peer_errors
from metatag_tagger.errors import FAILURES

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("test_bad_input")]

LLM = {"tagger": document_pb2.TAGGER_KIND_LLM}
BINARY = "".join(chr(n % 256) for n in range(100_000))
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "empty text": ("", {}),
    "punctuation only": ("--- *** /// ..." * 200, {}),
    "a megabyte on one line": ("the municipal water supply of the district " * 25_000, {}),
    "binary-looking text": (BINARY, {}),
    "mixed scripts": ("जल supply வழி ਪਾਣੀ 水 вода ماء " * 300, {}),
    "no noun at all": ("and or but if then when where how why " * 100, {}),
    "more tags wished for than the text holds": ("Solar street lights.", {"num_tags": 50}),
    "51 tags wished for": (ENGLISH, {"num_tags": 51}),
    "strict without a list": (ENGLISH, {"strict": True}),
    "a model without any key": (ENGLISH, {**LLM, "key": ""}),
    "an unknown model": (ENGLISH, {**LLM, "model_name": "openai/gpt-4o-mni"}),
    "a wrong key": (ENGLISH, {**LLM, "model_name": "fake/401"}),
    "exhausted credit": (ENGLISH, {**LLM, "model_name": "fake/402"}),
    "HTML from a proxy": (ENGLISH, {**LLM, "model_name": "fake/html"}),
    "a half-closed socket": (ENGLISH, {**LLM, "model_name": "fake/half-closed"}),
}


def table() -> dict[str, list[str]]:
    page = (Path(__file__).parents[3] / "docs" / "tagging.md").read_text(encoding="utf-8")
    part = page.split("## Bad input")[1]
    rows = [[cell.strip() for cell in row.split("|")] for row in re.findall(r"^\| (.+) \|$", part, re.MULTILINE)]
    return {row[0]: row[1:] for row in rows[1:] if set(row[0]) != {"-"}}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service() -> AsyncIterator[Any]:
    async with (
        FakeOpenRouter(keys=None) as provider,
        running_service(llm_base_url=provider.url, llm_wait_seconds=0) as stub,
    ):
        yield stub


async def test_the_documentation_names_the_same_kinds() -> None:
    assert list(table()) == list(CASES)


@pytest.mark.parametrize("name", CASES)
async def test_bad_input_comes_to_what_the_documentation_says(service: Any, name: str) -> None:
    text, tag_options = CASES[name]
    comes_to, again, sentence = table()[name]
    request = tag_request(
        text, **{"key": f"sk-{uuid.uuid4().hex}", "tagger": document_pb2.TAGGER_KIND_LOCAL, **tag_options}
    )
    if comes_to == "tags":
        answer = await service.Tag(request)
        assert len(answer.tags) <= (tag_options.get("num_tags") or 8)
        assert (again, sentence) == ("-", "-")
        if "more tags" in name:
            assert answer.tags
            assert "fewer_than_asked" in answer.notes
        return
    with pytest.raises(MetatagError) as caught:
        with peer_errors("tagger"):
            await service.Tag(request)
    assert f"`{caught.value.code.value}`" == comes_to
    assert caught.value.message.rstrip(".").startswith(sentence.rstrip("."))
    decisions = {failure.retry.value for failure in FAILURES.values() if failure.sentence == caught.value.message}
    assert decisions == {again} or (not decisions and again == "never")
