"""Names of files from every kind of client, and on downloads."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metatag_gateway.file_names import content_disposition, pdf_name, sent_name
from metatag_gateway.routes.single import name_of_url

STAR = "filename*=UTF-8''%E0%A4%86%E0%A4%A6%E0%A5%87%E0%A4%B6.pdf"
WORDS = "=?utf-8?B?4KSG4KSm4KWH4KS2LnBkZg==?="


@pytest.mark.parametrize(
    ("header", "plain", "name"),
    [
        (f'form-data; name="f"; {STAR}', None, "आदेश.pdf"),
        (f'form-data; name="f"; filename="{WORDS}"; {STAR}', WORDS, "आदेश.pdf"),
        (f'form-data; name="f"; filename="{WORDS}"', WORDS, "आदेश.pdf"),
        ('form-data; name="f"; filename="=?utf-8?Q?caf=C3=A9.pdf?="', "=?utf-8?Q?caf=C3=A9.pdf?=", "café.pdf"),
        ("form-data; name=f; filename*=iso-8859-1'en'caf%E9.pdf", None, "café.pdf"),
        ('form-data; name="f"; filename*0*=UTF-8\'\'%E0%A4%86; filename*1="b.pdf"', None, "आb.pdf"),
        ('form-data; name="f"; filename="आदेश १.pdf"', "आदेश १.pdf", "आदेश १.pdf"),
        ('form-data; name="f"; filename="a =? b.pdf"', "a =? b.pdf", "a =? b.pdf"),
        ('form-data; name="f"; filename="a%22b.pdf"', "a%22b.pdf", 'a"b.pdf'),
        ('form-data; name="f"; filename="%E0%A4%86.pdf"', "%E0%A4%86.pdf", "आ.pdf"),
        ('form-data; name="f"; filename="&#2310;.pdf"', "&#2310;.pdf", "आ.pdf"),
        ('form-data; name="f"; filename="50%25 %E9.pdf"', "50%25 %E9.pdf", "50%25 %E9.pdf"),
        ('form-data; name="f"; filename="&#9999999;.pdf"', "&#9999999;.pdf", "&#9999999;.pdf"),
        ('form-data; name="f"; filename="=?nope?B?AAAA?="', "=?nope?B?AAAA?=", "=?nope?B?AAAA?="),
        ('form-data; name="f"; filename=""', "", ""),
        ('form-data; name="f"', None, None),
    ],
)
def test_a_name_is_read_as_its_client_wrote_it(header: str, plain: str | None, name: str | None) -> None:
    assert sent_name(header.encode(), None if plain is None else plain.encode()) == name


def test_bytes_of_an_old_encoding_are_letters_and_controls_are_none() -> None:
    assert sent_name(b"form-data", b"caf\xe9\x00\r\n.pdf") == "café.pdf"
    assert sent_name(b"form-data", b"x" * 900) == "x" * 255


@given(st.binary(max_size=200))
def test_no_header_breaks_the_reading(header: bytes) -> None:
    sent_name(b"form-data; filename*=" + header, None)
    sent_name(b"form-data; filename*0*=" + header, header)


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("report 1.pdf", 'inline; filename="report 1.pdf"'),
        ("आदेश.pdf", f'inline; filename="document.pdf"; {STAR}'),
        ('a"b;é.pdf', "inline; filename=\"a_b__.pdf\"; filename*=UTF-8''a%22b%3B%C3%A9.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "inline; filename=\"aSet-Cookie_ x.pdf\"; filename*=UTF-8''aSet-Cookie%3A%20x.pdf"),
        ("", 'inline; filename="document"'),
    ],
)
def test_a_download_bears_its_name_in_any_script(name: str, header: str) -> None:
    found = content_disposition("inline", name)
    assert found == header
    found.encode("ascii")


@pytest.mark.parametrize(
    ("name", "pdf"),
    [("/in/a.PDF", "a.PDF"), ("C:\\in\\b", "b.pdf"), ("", "document.pdf"), ("x/", "document.pdf"), ("आदेश", "आदेश.pdf")],
)
def test_a_pdf_has_its_ending_and_no_folder(name: str, pdf: str) -> None:
    assert pdf_name(name) == pdf


def test_an_address_that_cannot_be_parsed_has_no_name() -> None:
    assert name_of_url("http://a]b/x.pdf") == ""
    assert pdf_name(name_of_url("https://x.org/%E0%A4%86%20%FF.pdf?v=1")) == "आ \ufffd.pdf"
