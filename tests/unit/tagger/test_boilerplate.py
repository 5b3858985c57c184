"""What parts phrases instead of joining them: dates, sums, contact lines, closing words, the ends of lines."""

from __future__ import annotations

import pytest

from fakes.tagger_parts import document
from metatag_tagger.model import Document, Page
from metatag_tagger.offline.boilerplate import spans
from metatag_tagger.offline.figures import figures
from metatag_tagger.offline.study import study
from metatag_tagger.ports import AnalysisOptions

INVOICE = """TAX INVOICE
River Valley Electricals Ltd.
Plot No. 14, North Industrial Area
GSTIN: 27AAAAA1429B1ZP   PAN: AAAAA1429B
Phone: 0253 2451234   Email: accounts@rivervalley.example
Invoice No: RV/2024-25/0817      Date: 12-Aug-2024
Bill To: Municipal Council, Hill District
Due Date: 11-Sep-2024   Payment Terms: Net 30 days
S.No Description                     HSN    Qty   Unit Rate   Amount
1    LED street light fitting        9405   120   2,450.00    2,94,000.00
2    Copper cable 4 sq mm (100 m)    8544   15    6,200.00    93,000.00
3    Galvanised iron pole 6 m        7308   40    5,100.00    2,04,000.00
Grand Total: 7,50,480.00
Bank Details: Central Bank, A/c No. 30112233445, IFSC SBIN0000432
Authorised Signatory
Page 1 of 1"""
LETTER = """To: The Executive Engineer, Public Works Department
Date: 5th March 2023
Respected Sir,
The bridge over the Kolar river has developed cracks in the deck slab and the approach road was washed away on
1st March 2023. The school bus takes a detour of eighteen kilometres. We request repair of the deck slab and a
retaining wall along the approach road.
Yours faithfully,
Asha Verma
Copy to:
1. The Collector, Hill District
2. The Compiler, State Gazette"""


def kept(text: str) -> str:
    tokens = text.split()
    gone = set(figures(tokens))
    return " ".join(token for place, token in enumerate(tokens) if place not in gone)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("meeting on 12 August 2024 about roads", "meeting on about roads"),
        ("August 12 order", "order"),
        ("dated 31.08.2022 order", "dated order"),
        ("Rs 12.4 crore subsidy", "subsidy"),
        ("hall of forty square metres area", "hall of area"),
        ("square metres", ""),
        ("a 60 - watt lamp", "a - lamp"),
        ("account SBIN0000432 branch", "account branch"),
        ("type 2 diabetes", "type 2 diabetes"),
        ("five year plan", "five year plan"),
        ("five years", ""),
        ("three phase motor", "three phase motor"),
        ("30 जून 2021 तक", "तक"),
    ],
)
def test_numbers_go_with_what_they_count_and_names_stay(text: str, left: str) -> None:
    assert kept(text) == left


@pytest.mark.parametrize(
    "line",
    ["Phone: 0253 2451234", "E-mail: a@b.example", "Invoice No: 17", "Dated: 18.07.2022", "Yours faithfully,",
     "Sd/-", "Page 3 of 9", "क्रमांक: एफ 4(12)", "भवदीय", "www.town.example/roads", "Authorised Signatory"],
)  # fmt: skip
def test_a_line_of_boilerplate_is_known(line: str) -> None:
    text = f"The council met.\n{line}\nThe road was built."
    assert line in [text[start:end] for start, end in spans(text)]


@pytest.mark.parametrize(
    "line",
    ["Telephone exchanges of the town", "The order of the court", "Order in council", "Page layout", "Datedness",
     "Total quality management", "Respected elders met", "Place names of the north", "Tax reform"],
)  # fmt: skip
def test_a_line_that_only_begins_alike_stays(line: str) -> None:
    assert not spans(f"The council met.\n{line}\nThe road was built.")


@pytest.mark.parametrize("text", [INVOICE, LETTER])
def test_tags_of_office_papers_hold_no_dates_sums_or_contact_data(text: str) -> None:
    tags = " | ".join(tag.text for tag in study(document(text), AnalysisOptions(12)).tags)
    for word in ("sep", "march", "2024", "ifsc", "gstin", "email", "rivervalley.example", "signatory", "faithfully",
                 "gazette", "collector", "kilometres"):  # fmt: skip
        assert word not in tags
    assert "deck slab" in tags or "copper cable" in tags


def test_a_line_end_where_the_next_word_would_have_fitted_parts_phrases() -> None:
    text = "Counsel: Anil Kumar\nState Water Board\n" + "The water board of the state met and adjourned again. " * 8
    tags = {tag.text for tag in study(document(text), AnalysisOptions(20)).tags}
    assert not any("kumar state" in tag for tag in tags)
    wrapped = (
        "In this long and full line of running text the members praised the Central Ground\n"
        "Water Board of the union for its work, and the Central Ground Water Board replied to them."
    )
    assert "central ground water board" in {tag.text for tag in study(document(wrapped), AnalysisOptions(20)).tags}


def test_a_badly_read_page_is_mended_before_it_is_tagged() -> None:
    text = """The assessmcnt of ground water res0urces was carricd out by the Central Ground Watcr Board. The stage 0f
    ground water devclopment is high. Rainfall recharge and the return flow frorn irrigation were measured."""
    tags = {tag.text for tag in study(Document((Page(1, text, 72.0),)), AnalysisOptions(20)).tags}
    assert {"ground water resources", "water development"} <= tags
    unread = {tag.text for tag in study(document(text), AnalysisOptions(20)).tags}
    assert "water development" not in unread


@pytest.mark.parametrize("text", [" " * 200_000 + "word", "ماء نظيف للقرية " * 40, "вода чиста для села " * 40])
def test_odd_text_is_studied_whatever_its_script_or_blanks(text: str) -> None:
    assert study(document(text), AnalysisOptions(5)).language
