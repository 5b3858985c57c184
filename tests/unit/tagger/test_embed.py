"""Around the model of meaning: what is measured, in which batches, and what happens where it is not at hand."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakes.tagger_parts import ENGLISH, HINDI, document
from metatag_tagger.offline.embed import MODEL_FILE, PHRASES, Embedder
from metatag_tagger.offline.features import INDEX, NAMES, Pool
from metatag_tagger.offline.study import rank
from metatag_tagger.offline.version import offline_version


class Encoded:
    def __init__(self, ids: list[int]) -> None:
        self.ids = ids


class WordTokenizer:
    """One number for each word."""

    def encode_batch(self, texts: list[str]) -> list[Encoded]:
        return [Encoded([len(word) for word in text.split()]) for text in texts]


class CountingSession:
    """Gives each row a vector that depends on its own words alone; records the shapes it was given."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, int]] = []

    def run(self, _names: list[str], given: dict[str, np.ndarray]) -> list[np.ndarray]:
        ids, mask = given["input_ids"], given["attention_mask"]
        self.shapes.append(ids.shape)
        out = np.zeros((len(ids), 384), np.float32)
        out[:, 0] = 1.0
        out[:, 1] = (ids * mask).sum(axis=1)
        return [out / np.linalg.norm(out, axis=1, keepdims=True)]


@pytest.fixture
def session() -> CountingSession:
    return CountingSession()


@pytest.fixture
def embedder(session: CountingSession) -> Embedder:
    found = Embedder.__new__(Embedder)
    inner: dict[str, Any] = {"_tokenizer": WordTokenizer(), "_session": session}
    found.__dict__.update(inner)
    return found


def test_phrases_are_never_padded_to_the_length_of_the_document(embedder: Embedder, session: CountingSession) -> None:
    embedder.embed(["word " * 120, *(f"phrase number {n}" for n in range(20)), "one"])
    assert max(rows for rows, width in session.shapes if width >= 120) == 1
    assert sum(rows for rows, _ in session.shapes) == 22
    assert sum(rows * width for rows, width in session.shapes) < 120 + 21 * 7


def test_vectors_come_back_in_the_order_of_the_texts(embedder: Embedder) -> None:
    texts = ["a bb", "a", "a bb ccc dddd eeeee ffffff", "bb"]
    vectors = embedder.embed(texts)
    alone = np.vstack([embedder.embed([text]) for text in texts])
    assert np.allclose(vectors, alone)


def test_only_the_best_phrases_are_measured_and_the_rest_count_as_the_farthest(embedder: Embedder) -> None:
    forms = [f"{'x' * (n % 9 + 1)} y" for n in range(PHRASES + 20)]
    pool = Pool([], forms, np.zeros((len(forms), len(NAMES))))
    scores = np.arange(len(forms), dtype=float)
    embedder.fill(pool, scores, "a text of some words", "a title")
    near = pool.matrix[:, INDEX["similar_head"]]
    assert (pool.matrix[20:, INDEX["similar_order"]] > 0).all()
    assert (pool.matrix[:20, INDEX["similar_order"]] == 0).all()
    assert near[:20] == pytest.approx(near[20:].min())


def test_other_languages_are_ranked_without_it(embedder: Embedder, session: CountingSession) -> None:
    rank(document(HINDI), embedder)
    assert not session.shapes
    rank(document(ENGLISH), embedder)
    assert session.shapes


def test_without_a_folder_or_a_model_in_it_there_is_no_embedder(tmp_path: Path) -> None:
    assert Embedder.load(None) is None
    assert Embedder.load(tmp_path) is None


def test_without_the_libraries_of_the_extra_there_is_no_embedder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / MODEL_FILE).write_bytes(b"a model")
    real = builtins.__import__

    def absent(name: str, *rest: Any, **more: Any) -> Any:
        if name in ("onnxruntime", "tokenizers"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    assert Embedder.load(tmp_path) is None


def test_the_version_tells_tags_with_meaning_from_tags_without(tmp_path: Path) -> None:
    assert offline_version(tmp_path) == offline_version(None)
    (tmp_path / MODEL_FILE).write_bytes(b"a model")
    assert offline_version(tmp_path).endswith("+embed")
    assert offline_version(tmp_path) != offline_version(None)
