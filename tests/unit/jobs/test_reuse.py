"""What a result is reused by."""

from __future__ import annotations

from metatag_jobs.model import Vocabulary, VocabularyTerm
from metatag_jobs.stages import identity_of


def test_a_list_made_anew_under_its_old_name_and_number_is_another() -> None:
    old = Vocabulary("soil", 1, [VocabularyTerm("clay")])
    assert identity_of(old) == identity_of(Vocabulary("soil", 1, [VocabularyTerm("clay")]))
    for terms in ([VocabularyTerm("sand")], [VocabularyTerm("clay", ["loam"])], []):
        assert identity_of(old) != identity_of(Vocabulary("soil", 1, terms))
