"""Places on a page: of a tag, its evidence and the words of a search, in any spelling, over line ends."""

from __future__ import annotations

import pytest

from metatag_gateway.model.words import PackedWords, Word, words_of
from metatag_gateway.page_hits import MAX_HITS, Hit, search_hits, tag_hits


def page(*lines: str) -> list[Word]:
    """Return the words of lines, each word a tenth of the page wide."""
    words = [(text, row, at) for row, line in enumerate(lines) for at, text in enumerate(line.split())]
    boxes = [(1000 * at, 10 * row, 1000 * at + 900, 10 * row + 8) for _, row, at in words]
    sides = b"".join(side.to_bytes(2, "little") for box in boxes for side in box)
    text = "\n".join("\t".join(line.split()) for line in lines)
    return list(words_of(PackedWords(text, sides, bytes([90]) * len(words))))


def told(hits: list[Hit]) -> list[tuple[str, str]]:
    return [(hit.kind, hit.text) for hit in hits]


def test_words_come_with_their_boxes_and_lines():
    words = page("one two", "three")
    assert [(word.text, word.line) for word in words] == [("one", 0), ("two", 0), ("three", 1)]
    assert words[1].box == (0.1, 0.0, 0.19, 0.0008)
    assert list(words_of(PackedWords())) == []
    # What does not fit together harms nobody.
    assert [word.text for word in words_of(PackedWords("a\tb", b"12345", b""))] == ["a", "b"]


def test_a_tag_is_found_as_a_whole_with_its_evidence_and_over_a_line_end():
    words = page("The new Water", "supply scheme of the district", "and water-supply again")
    hits = tag_hits(words, "water supply", "new Water supply scheme of")
    assert told(hits) == [
        ("evidence", "new Water supply scheme of"),
        ("tag", "Water supply"),
        ("tag", "water-supply"),
    ]
    # A box for each line.
    assert hits[1].boxes == ((0.2, 0.0, 0.29, 0.0008), (0.0, 0.001, 0.09, 0.0018))


@pytest.mark.parametrize(
    ("line", "tag", "found"),
    [
        ("two irrigation canals were", "irrigation canal", [("tag", "irrigation canals")]),
        ("गाँव में नहरें बनीं", "नहर", [("tag", "नहरें")]),
        ("ग्राम पंचायत की बैठक", "ग्राम पंचायत", [("tag", "ग्राम पंचायत")]),
        ("गांव की सड़क, आज", "गाँव", [("tag", "गांव")]),
        ("the canal of the north", "canal repair", [("word", "canal")]),
        ('Café,  "CANALS"', "cafe canals", [("tag", 'Café, "CANALS"')]),
        ("nothing of it here", "water supply", []),
        ("anything", "!!", []),
    ],
)
def test_spelling_endings_and_signs_do_not_matter(line, tag, found):
    assert told(tag_hits(page(line), tag, "")) == found


def test_evidence_may_begin_and_end_within_a_word():
    hits = tag_hits(page("sanctioned the repair of tanks and wells"), "tanks", "anctioned the repair of tan")
    assert told(hits) == [("evidence", "the repair of"), ("tag", "tanks")]


def test_a_search_finds_words_by_their_beginnings():
    words = page("Canals and canal-works", "the wells of नहर")
    assert told(search_hits(words, "canal नहर")) == [("search", "Canals"), ("search", "canal-works"), ("search", "नहर")]
    assert search_hits(words, "  ") == []


def test_hits_are_bounded():
    words = page(*(["canal"] * (MAX_HITS + 10)))
    assert len(tag_hits(words[: MAX_HITS + 10], "canal", "")) == len(search_hits(words, "canal")) == MAX_HITS
