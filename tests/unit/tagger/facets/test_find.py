"""Facets of whole documents: what a records clerk would file each under."""

from __future__ import annotations

import time

import pytest

from metatag_tagger.facets.find import MOST, find
from metatag_tagger.model import Facet, FacetKind, Page

CIRCULAR = """MINISTRY OF RURAL ROADS
Department of Bridges
No. RR-11/42/2022-Adm                                   New Delhi, dated the 7th March, 2022
CIRCULAR
All Chief Engineers are reminded of the National Highways Act, 1956. Please refer to our circular dated 3 May 2019.
(Vandana Kulkarni)
Under Secretary
"""
ORDER = """कार्यालय आदेश
जिला पंचायत, दतिया
आदेश क्रमांक: जि.पं./2021/512                दिनांक: १२/०८/२०२१
श्री रमेश कुमार साहू को ग्राम पंचायत सचिव के पद पर नियुक्त किया जाता है। सूचना का अधिकार अधिनियम, 2005 लागू होगा।
"""
INVOICE = """INVOICE
Harbour Tools Limited, Leeds
Invoice No: HT-3391          Date: 04/11/2023          Due date: 04/12/2023
Account No 99887766     Phone 0113 4960000
Customer: Mr. Peter Langford
"""


def values(text: str, kind: FacetKind) -> list[str]:
    return [facet.value for facet in find([Page(1, text)]) if facet.kind is kind]


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        (CIRCULAR, FacetKind.DOCUMENT_TYPE, ["circular"]),
        (CIRCULAR, FacetKind.DATE, ["2022-03-07"]),
        (CIRCULAR, FacetKind.YEAR, ["2022"]),
        (CIRCULAR, FacetKind.REFERENCE, ["RR-11/42/2022-Adm"]),
        (CIRCULAR, FacetKind.ORGANISATION, ["Ministry of Rural Roads", "Department of Bridges"]),
        (CIRCULAR, FacetKind.PERSON, ["Vandana Kulkarni"]),
        (CIRCULAR, FacetKind.PLACE, ["New Delhi"]),
        (CIRCULAR, FacetKind.LAW_OR_SCHEME, ["National Highways Act, 1956"]),
        (ORDER, FacetKind.DOCUMENT_TYPE, ["कार्यालय आदेश"]),
        (ORDER, FacetKind.DATE, ["2021-08-12"]),
        (ORDER, FacetKind.REFERENCE, ["जि.पं./2021/512"]),
        (ORDER, FacetKind.PERSON, ["रमेश कुमार साहू"]),
        (ORDER, FacetKind.LAW_OR_SCHEME, ["सूचना का अधिकार अधिनियम, 2005"]),
        (INVOICE, FacetKind.DOCUMENT_TYPE, ["invoice"]),
        (INVOICE, FacetKind.DATE, ["2023-11-04"]),
        (INVOICE, FacetKind.REFERENCE, ["HT-3391"]),
        (INVOICE, FacetKind.ORGANISATION, ["Harbour Tools Limited"]),
        (INVOICE, FacetKind.PERSON, ["Peter Langford"]),
        (INVOICE, FacetKind.PLACE, ["Leeds"]),
    ],
)
def test_a_document_is_filed_under_what_it_says(text: str, kind: FacetKind, expected: list[str]) -> None:
    assert values(text, kind) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Date: 03/25/2016\nSan Jose, CA 95110", "2016-03-25"),
        ("Zürich, 31. Dezember 2016\nBericht", "2016-12-31"),
        ("Rapport final\nJanvier 2021", "2021-01"),
        ("Annual Report 2018-19\nof the society", "2018-19"),
        ("Dated: 2021-02-29", None),
        ("Last date of receipt: 30.09.2024\nDate of issue: 02.09.2024", "2024-09-02"),
    ],
)
def test_a_date_is_the_documents_own_in_iso_form(text: str, expected: str | None) -> None:
    assert values(text, FacetKind.DATE) == ([expected] if expected else [])


def test_a_place_is_given_with_its_page_and_words() -> None:
    found = find([Page(1, "Nothing stands here at all."), Page(2, "The school stands in Udhampur since long.")])
    [place] = [facet for facet in found if facet.kind is FacetKind.PLACE]
    assert place == Facet(
        FacetKind.PLACE, "Udhampur", place.score, "local", 2, "The school stands in Udhampur since long."
    )


def test_prose_without_names_has_no_facets() -> None:
    assert find([Page(1, "Bees like flowers. One hive gives twenty kilos of honey in a season of good weather.")]) == ()
    assert find([]) == ()


@pytest.mark.parametrize(
    "part",
    [
        "A ",
        "Aa of ",
        "(A",
        "1/",
        "No. 1/",
        "Court of A, ",
        "a\n",
        "Aa Bb\n",
        "योजना ",
        "क का ",
        "श्री क ",
        "क.",
        "नाम: क ",
        "12 May ",
    ],
)
def test_a_hostile_text_takes_bounded_time_and_gives_bounded_facets(part: str) -> None:
    find([Page(1, "India")])

    def seconds(length: int) -> float:
        begun = time.thread_time()
        found = find([Page(1, (part * length)[:length])])
        assert all(sum(facet.kind is kind for facet in found) <= most for kind, most in MOST.items())
        return time.thread_time() - begun

    # Quadratic work would take a hundred times as long.
    assert seconds(40_000) < 40 * max(min(seconds(4_000), seconds(4_000)), 0.02)


@pytest.mark.parametrize(
    ("title", "date", "year"),
    [
        ("Cycling Master Plan, January 2021", "2021-01", "2021"),
        ("Report of the Commission, December 2011", "2011-12", "2011"),
        ("Annual Report 2011-12", "2011-12", "2011-12"),
        ("वार्षिक प्रतिवेदन 2023-24", "2023-24", "2023-24"),
    ],
)
def test_a_month_gives_its_year_and_a_financial_year_is_one(title: str, date: str, year: str) -> None:
    text = f"{title}\nThe committee met in the town hall and approved the plan."
    assert (values(text, FacetKind.DATE), values(text, FacetKind.YEAR)) == ([date], [year])
