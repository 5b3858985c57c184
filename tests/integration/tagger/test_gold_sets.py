"""The quality gate: F1@8 on the project's own gold sets must not fall 2 points below the recorded figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
ALLOWED_DROP = 2.0


@pytest.mark.parametrize("name", ["english", "hindi"])
def test_tags_of_the_gold_set_are_as_good_as_recorded(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    from bench.tags import protocol, sets, systems

    documents = sets.read(sets.OWN / f"{name}.jsonl")
    score = protocol.Score(8)
    tag = systems.ours(None)
    for document in documents:
        score.add(tag(document.text, document.language, 8), document)
    recorded = json.loads((sets.OWN / "recorded.json").read_text(encoding="utf-8"))[name]
    assert len(documents) == 30
    assert score.micro >= recorded - ALLOWED_DROP
