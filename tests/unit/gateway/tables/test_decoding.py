"""The text of files in the encodings that spreadsheets write."""

from __future__ import annotations

import pytest

from metatag_gateway.tables.decoding import decode

HINDI = "शीर्षक,लिंक\nकार्यालय आदेश,https://x.org/a.pdf\n"


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
    ],
)
def test_every_unicode_is_read_with_and_without_its_mark(codec: str, name: str) -> None:
    found = decode(HINDI.encode(codec))
    assert (found.text, found.encoding, found.warnings) == (HINDI, name, [])


def test_windows_1252_keeps_its_quotes_and_dashes_and_says_so() -> None:
    found = decode("\u201cSmart\u201d \u2013 Straße\n".encode("cp1252"))
    assert found.text == "\u201cSmart\u201d \u2013 Straße\n"
    assert found.encoding == "Windows-1252"
    assert "not UTF-8" in found.warnings[0]


def test_capitals_beside_closing_quotes_do_not_make_windows_1252_look_like_utf_8() -> None:
    # The two bytes of the last letter and its quote are a well-formed sequence of UTF-8.
    found = decode("Zoë, Émile, \u201cCAFÉ\u201d".encode("cp1252"))
    assert found.text == "Zoë, Émile, \u201cCAFÉ\u201d"


def test_one_line_of_another_encoding_costs_no_other_line_its_letters() -> None:
    content = "title\nआदेश क्रमांक\n".encode() + "Café\n".encode("latin-1") + "सूचना\n".encode()
    found = decode(content)
    assert found.text == "title\nआदेश क्रमांक\nCafé\nसूचना\n"
    assert found.encoding == "UTF-8"
    assert found.warnings == ["Not all of the file is UTF-8; look over line 3, whose letters may be wrong."]


def test_a_stray_byte_within_a_line_of_hindi_is_one_wrong_letter() -> None:
    found = decode("आदेश ".encode() + b"\xe9" + " क्रमांक\nसूचना\n".encode())
    assert found.text == "आदेश \ufffd क्रमांक\nसूचना\n"
    assert "line 1" in found.warnings[0]
