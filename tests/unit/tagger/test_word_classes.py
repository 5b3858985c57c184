"""English word classes: sentences whose classes are known, and the hashes by which words find their rows."""

from __future__ import annotations

import numpy as np
import pytest

from metatag_tagger.offline.tokens import classes
from metatag_tagger.offline.word_classes import word_classes
from metatag_tagger.offline.word_hash import rows_of, string_id


@pytest.mark.parametrize(
    ("sentence", "tags"),
    [
        ("The committee approved the water supply scheme .", "DT NN VBD DT NN NN NN ."),
        ("The Head Start program serves children .", "DT NNP NNP NN VBZ NNS ."),
        ("She reports that prices rose quickly in 2021 .", "PRP VBZ IN NNS VBD RB IN CD ."),
    ],
)
def test_words_get_the_class_they_have_in_their_sentence(sentence: str, tags: str) -> None:
    assert word_classes().tag(sentence.split()) == tags.split()


def test_a_long_text_has_the_same_classes_everywhere() -> None:
    sentence = [
        "The",
        "committee",
        "approved",
        "the",
        "water",
        "supply",
        "scheme",
        "of",
        "the",
        "northern",
        "district",
        ".",
    ]
    size = len(sentence)
    tags = word_classes().tag(sentence * 100)
    inner = [tags[start : start + size] for start in range(size, 99 * size, size)]
    assert all(part == inner[0] for part in inner)


def test_no_words_have_no_classes() -> None:
    assert word_classes().tag([]) == []


def test_a_word_joined_by_hyphens_has_the_class_of_its_last_part() -> None:
    assert classes(["a", "data-base", "was", "built"])[1] == "NN"


def test_a_heading_in_capitals_is_read_as_if_it_were_small() -> None:
    assert classes(["REPORT", "ON", "THE", "SUPPLY", "OF", "DRINKING", "WATER"])[-1] == "NN"


def test_strings_have_the_numbers_that_spacy_gives_them() -> None:
    # As spaCy's StringStore numbers them.
    assert string_id("the") == 7425985699627899538
    assert string_id("quick") == 12442504647632856847
    assert string_id("ORG") == 383


def test_rows_are_four_numbers_of_32_bits_for_each_word() -> None:
    rows = rows_of(np.array([1, 2, 1], np.uint64), 8)
    assert rows.shape == (3, 4)
    assert (rows[0] == rows[2]).all()
    assert (rows[0] != rows[1]).any()
    assert int(rows.max()) < 2**32


def test_a_word_met_late_in_a_long_text_has_its_class_and_the_others_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metatag_tagger.offline.word_classes._WHOLE", 20)
    sentence = ["The", "old", "engine", "pumps", "water", "into", "the", "upper", "tank", "."]
    words = [*sentence * 4, *["The", "clerk", "quickly", "repaired", "every", "broken", "turbine", "."]]
    words += ["The", "clerk", "quickly", "repaired", "the", "turbine", "and", "the", "governor", "."]
    found = dict(zip(words, word_classes().tag(words), strict=True))
    assert found["water"] == "NN"
    assert found["turbine"] == "NN"
    assert found["quickly"] == "RB"
    assert found["repaired"] == "VBD"
    # What stands once so late makes no phrase that the text repeats.
    assert found["governor"] == ""
