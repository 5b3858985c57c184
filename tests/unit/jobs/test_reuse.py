"""What a result is reused by."""

from __future__ import annotations

from metatag_jobs.model import Vocabulary, VocabularyTerm
from metatag_jobs.pipeline import _identity


def test_a_list_made_anew_under_its_old_name_and_number_is_another() -> None:
    old = Vocabulary("soil", 1, [VocabularyTerm("clay")])
    assert _identity(old) == _identity(Vocabulary("soil", 1, [VocabularyTerm("clay")]))
    for terms in ([VocabularyTerm("sand")], [VocabularyTerm("clay", ["loam"])], []):
        assert _identity(old) != _identity(Vocabulary("soil", 1, terms))
