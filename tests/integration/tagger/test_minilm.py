"""The re-ranking by meaning with the real model, where `make minilm` has made it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import pytest_asyncio

from fakes.tagger_parts import ENGLISH, HINDI, document
from fakes.tagger_service import running_service, tag_request
from metatag_tagger.offline.embed import Embedder
from metatag_tagger.offline.study import study
from metatag_tagger.ports import AnalysisOptions

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / ".tools" / "minilm"
MEMORY_BAR = 350 * 1024 * 1024
ALLOWED_DROP = 2.0

pytestmark = [
    pytest.mark.skipif(
        not (FOLDER / "minilm.int8.onnx").is_file(), reason="There is no MiniLM model here; `make minilm` makes it."
    ),
    pytest.mark.xdist_group("test_minilm"),
]


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    pytest.importorskip("onnxruntime", reason="The extra metatag-tagger[embed] is not installed.")
    found = Embedder.load(FOLDER)
    assert found is not None
    return found


def test_likeness_of_meaning_is_measured(embedder: Embedder) -> None:
    lamps, lights, opera = embedder.embed(["solar street lamps", "street lights run by the sun", "opera singers"])
    assert lamps @ lights > 0.5
    assert lamps @ lights > lamps @ opera + 0.3
    assert np.linalg.norm(lamps) == pytest.approx(1.0, abs=1e-3)


def test_a_phrase_has_one_vector_whatever_stands_beside_it(embedder: Embedder) -> None:
    texts = ["water supply", "town", "the rural water supply and sanitation scheme of the state " * 8]
    together = embedder.embed(texts)
    for text, vector in zip(texts, together, strict=True):
        # Eight-bit numbers: the range of a batch moves the last digits.
        assert float(embedder.embed([text])[0] @ vector) > 0.97


def test_the_same_text_gives_the_same_tags(embedder: Embedder) -> None:
    assert study(document(ENGLISH), AnalysisOptions(10), embedder) == study(
        document(ENGLISH), AnalysisOptions(10), embedder
    )


def test_hindi_is_tagged_as_without_it(embedder: Embedder) -> None:
    assert study(document(HINDI), AnalysisOptions(10), embedder) == study(document(HINDI), AnalysisOptions(10))


def test_tags_of_the_english_gold_set_are_as_good_as_recorded(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench.tags import protocol, sets, systems

    score = protocol.Score(8)
    tag = systems.ours(embedder)
    for gold in sets.read(sets.OWN / "english.jsonl"):
        score.add(tag(gold.text, gold.language, 8), gold)
    recorded = json.loads((sets.OWN / "recorded.json").read_text(encoding="utf-8"))["english with MiniLM"]
    assert score.micro >= recorded - ALLOWED_DROP


@pytest_asyncio.fixture(loop_scope="function")
async def service() -> AsyncIterator[Any]:
    async with running_service(embed_dir=FOLDER) as stub:
        yield stub


async def test_a_service_with_the_model_names_it_and_its_child_stays_below_its_memory_bar(
    service: Any, embedder: Embedder
) -> None:
    for number in range(10):
        answer = await service.Tag(tag_request(f"{ENGLISH} {number}", num_tags=8))
    assert answer.tagger_version.endswith("+embed")
    near = [tag.text for tag in study(document(f"{ENGLISH} 9"), AnalysisOptions(20), embedder).tags[:8]]
    assert [tag.tag for tag in answer.tags] == near
    children = [child for child in psutil.Process().children() if "metatag_tagger.offline.work" in child.cmdline()]
    assert children
    assert all(child.memory_info().rss < MEMORY_BAR for child in children)
