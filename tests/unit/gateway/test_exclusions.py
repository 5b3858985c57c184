"""Exclusion lists in all their shapes."""

from __future__ import annotations

import pytest

from metatag_gateway.exclusions import MAX_TERMS, decode, merge, parse, read
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError


class OneText:
    async def read_text(self, content: bytes, max_pages: int) -> str:
        if not content:
            raise MetatagError("The file is no PDF.", code=ErrorCode.UNSUPPORTED_MEDIA)
        return "Rivers\nwells"


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("a\nb", ["a", "b"]),
        ("a, b ,c", ["a", "b", "c"]),
        ("# no\na", ["a"]),
        ("  # no\na", ["a"]),
        ("a, #no, b", ["a", "b"]),
        ("a # still part of it", ["a # still part of it"]),
        ("A\na\n a ", ["a"]),
        ("two   words", ["two words"]),
        ("\r\na\r\n\r\n,,b", ["a", "b"]),
        ("भारत, INDIA", ["भारत", "india"]),
        ("", []),
    ],
)
def test_lines_and_commas_separate_and_a_mark_comments(text: str, terms: list[str]) -> None:
    assert parse(text) == terms


def test_a_list_without_end_is_refused() -> None:
    with pytest.raises(InvalidArgument, match=str(MAX_TERMS)):
        parse("\n".join(map(str, range(MAX_TERMS + 1))))


def test_words_and_list_are_merged_once_each() -> None:
    assert merge(["Annual  Report", "x"], ["X", "y", " "]) == ("annual report", "x", "y")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "latin-1"])
def test_common_encodings_are_understood(encoding: str) -> None:
    text = "Gebühr\nStraße\nÜbersicht der Gemeinde über die Gebühren für das Jahr"
    assert decode(text.encode(encoding)) == text


async def test_a_pdf_list_is_read_by_ocr() -> None:
    assert await read("list.PDF", b"x", OneText()) == ["rivers", "wells"]  # type: ignore[arg-type]


async def test_a_failure_says_which_file_and_keeps_its_code() -> None:
    with pytest.raises(MetatagError, match="^Failed to parse exclusion file: The file is no PDF.$") as caught:
        await read("list.pdf", b"", OneText())  # type: ignore[arg-type]
    assert caught.value.code is ErrorCode.UNSUPPORTED_MEDIA
    with pytest.raises(MetatagError, match=r"Unsupported file format: list.doc"):
        await read("list.doc", b"", OneText())  # type: ignore[arg-type]


def test_a_piece_that_is_no_term_is_left_out() -> None:
    assert parse("draft\n" + "a " * 2_000_000 + "\n" + "b" * 201 + ", " + "c" * 200) == ["draft", "c" * 200]
