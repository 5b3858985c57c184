"""What corrections teach, measured on an archive made by script."""

from __future__ import annotations

from pathlib import Path

import pytest

from metatag_tagger.model import Archive

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def benches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def test_twenty_corrected_documents_lift_the_tags_of_thirty_others_of_the_archive() -> None:
    from bench.tags import house, learning

    before, after = learning.lift(house.documents(), 8)
    assert len(before.per_document) == len(after.per_document) == 30
    assert after.micro > before.micro + 20


def test_what_one_archive_taught_is_not_known_to_another() -> None:
    from bench.tags import house, learning

    documents = house.documents()
    taught = learning.corrected(documents[: learning.CORRECTED], 8)
    other = documents[-1]
    assert learning.tags_of(other, 8, taught) != learning.tags_of(other, 8, None)
    assert learning.tags_of(other, 8, None) == learning.tags_of(other, 8, Archive())
