"""Whose key pays for which model: the server's own key for listed models of a known price only."""

from __future__ import annotations

from typing import Any

import pytest

from metatag_tagger.adapters.model_list import priced
from metatag_tagger.errors import ProviderError
from metatag_tagger.model import ModelInfo, TagOptions
from metatag_tagger.ports import LlmOptions, PriceRule
from metatag_tagger.tagging import Tagging, TaggingOptions

KNOWN = {
    "a/cheap": ModelInfo("a/cheap", prompt_price_micros=1, completion_price_micros=1),
    "a/dear": ModelInfo("a/dear", prompt_price_micros=10**7, completion_price_micros=10**7),
    "a/router": ModelInfo("a/router"),
}


def asked(key: str = "", offered: tuple[str, ...] = (), default_key: str = "server", **wanted: Any) -> LlmOptions:
    own = TaggingOptions(
        default_key=default_key, default_model="a/cheap", fallback_models=("a/spare",), offered_models=offered,
        max_cost_micros=50_000,
    )  # fmt: skip
    nobody: Any = None
    return Tagging(nobody, nobody, nobody, own, nobody)._llm_options(TagOptions(**wanted), key)


def test_without_a_wish_the_servers_own_models_are_asked() -> None:
    assert asked().models == ("a/cheap", "a/spare")
    assert asked().unknown_price is PriceRule.IF_PUBLISHED


@pytest.mark.parametrize(
    "wanted",
    [
        {"model_name": "a/dear"},
        {"model_name": "a/cheap:nitro"},
        {"model_name": "a/cheap", "fallback_models": ("a/dear",)},
    ],
)
def test_on_the_servers_key_no_other_model_is_asked(wanted: dict[str, Any]) -> None:
    with pytest.raises(ProviderError, match="only these models may be used: a/cheap, a/spare"):
        asked(**wanted)
    assert asked(key="mine", **wanted).key == "mine"
    assert asked(offered=("*",), **wanted).key == "server"
    assert asked(default_key="", **wanted).key == ""


def test_models_that_the_operator_offers_may_be_chosen() -> None:
    assert asked(offered=("a/dear",), model_name="a/dear").models == ("a/dear", "a/spare")


def test_a_cap_of_ones_own_refuses_what_has_no_price() -> None:
    assert asked(key="mine", model_name="x", max_cost_micros=1).unknown_price is PriceRule.REFUSE
    assert asked(key="mine", model_name="x").unknown_price is PriceRule.IGNORE


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("a/cheap", "a/cheap"),
        ("a/cheap:free", "a/cheap"),
        ("a/cheap:floor", "a/cheap"),
        ("a/cheap:nitro", None),
        ("a/cheap:online", None),
        ("a/router", None),
        ("a/unknown", None),
    ],
)
def test_a_price_is_known_for_the_listed_model_and_its_cheaper_variants_only(name: str, found: str | None) -> None:
    info = priced(name, KNOWN)
    assert (info.id if info else None) == found
