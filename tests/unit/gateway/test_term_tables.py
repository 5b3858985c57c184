"""Vocabularies as tables: what spreadsheets of all ages save, and what is wrong with a row."""

from __future__ import annotations

import pytest

from metatag_gateway.routes.vocabularies import MAX_TERMS, _from_table
from metatag_gateway.schemas.system import TermBody
from metatag_gateway.term_tables import rows
from metatag_runtime.errors import ErrorCode, InvalidArgument, MetatagError


@pytest.mark.parametrize(
    "text",
    [
        "label,aliases\nwells,well;pits\n",
        "Label;Aliases\nwells;well|pits\n",
        "LABEL\tnotes\taliases\nwells\tanything\twell ; pits ;\n",
        '\ufefflabel,aliases\r\nwells,"well\npits"\r\n\r\n , \r\n',
    ],
    ids=["commas", "semicolons", "tabs and a column more", "marked, with breaks in a cell and blank rows"],
)
def test_a_table_reads_the_same_however_it_is_written(text: str) -> None:
    assert [row for _, row in rows(text.encode())] == [{"label": "wells", "aliases": ["well", "pits"]}]


def test_labels_in_other_languages_have_columns_of_their_own() -> None:
    table = "label,label:hi,Label:PT-BR\nwells,कुएँ,poços\nrivers,,\n"
    found = [row for _, row in rows(table.encode())]
    assert found == [{"label": "wells", "labels": {"hi": "कुएँ", "pt-br": "poços"}}, {"label": "rivers"}]


def test_what_is_not_utf_8_is_read_as_windows_1252_and_said() -> None:
    warnings: list[str] = []
    found = [row for _, row in rows("label\n\u201cSmart\u201d cities \u2013 plan\n".encode("cp1252"), warnings)]
    assert found == [{"label": "\u201cSmart\u201d cities \u2013 plan"}]
    assert "Windows-1252" in warnings[0]


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_every_unicode_is_read(codec: str) -> None:
    assert [row for _, row in rows("label\taliases\nजल\tपानी\n".encode(codec))] == [
        {"label": "जल", "aliases": ["पानी"]}
    ]


def test_a_row_is_named_by_the_line_it_begins_on() -> None:
    table = 'label,aliases\n"wells",\n"rivers","a\nb"\n\ncanals,\n'
    assert [line for line, _ in rows(table.encode())] == [2, 3, 6]


@pytest.mark.parametrize("text", ["", "name\nwells\n", 'label\n"wells" x\n', 'label\n"never closed\n'])
def test_what_is_no_such_table_is_said_with_its_line(text: str) -> None:
    with pytest.raises(InvalidArgument, match=r"^line \d+: "):
        list(rows(text.encode()))


def test_a_wrong_cell_is_named_with_its_line_and_column() -> None:
    long = "x" * 300
    answer = _from_table(f"label,language\nwells,en\n{long},en\nrivers,not a language\n".encode())
    assert not isinstance(answer, list)
    assert answer.status_code == 400
    body = bytes(answer.body).decode()
    assert "line 3.label: " in body
    assert '"field": "line 4.language"' in body


def test_a_table_has_bounds() -> None:
    table = "label\n" + "".join(f"t{number}\n" for number in range(MAX_TERMS + 5))
    with pytest.raises(MetatagError) as caught:
        _from_table(table.encode())
    assert caught.value.code is ErrorCode.TOO_LARGE
    found = _from_table(table.encode()[: len("label\nt0\nt1\n")])
    assert isinstance(found, list)
    assert [term.label for term in found if isinstance(term, TermBody)] == ["t0", "t1"]
