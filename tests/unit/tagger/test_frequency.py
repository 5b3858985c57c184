"""How common words are: the lists of wordfreq, read without the package."""

from __future__ import annotations

import pytest
import wordfreq

from metatag_tagger.offline import frequency


@pytest.mark.parametrize("language", ["en", "hi", "bn"])
def test_a_list_is_the_packages_own_in_its_order(language: str) -> None:
    own = wordfreq.get_frequency_dict(language, wordlist="small")
    assert list(frequency._table(language).items()) == list(own.items())


@pytest.mark.parametrize("language", ["mr", "", "../../small_en", "en.msgpack"])
def test_a_language_without_a_list_has_none(language: str) -> None:
    assert not frequency.has_table(language)
