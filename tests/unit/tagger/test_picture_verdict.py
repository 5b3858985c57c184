"""Whether a vision model's answer may stand for a page."""

from __future__ import annotations

import pytest

from metatag_tagger.picture_verdict import Verdict, cleaned, judge

PAGE = """OFFICE OF THE DISTRICT COLLECTOR
Notice regarding the supply of drinking water to the villages of the northern block.
The tanker will reach Rampur on Monday, Sitapur on Tuesday and Lakhanpur on Friday. Residents are asked to keep
their own vessels ready before eight in the morning. Complaints may be sent to the tehsil office, room 14."""
POOR = """OFFICE OF THE DISTRlCT COLLECT0R
Notlce regarding the supply of dnnking water to the villages of the northern blck.
The tanker wlll reach Rampur on Mondey, Sitapur on Tuesday and Lakhanpur on Fridav. Residents are askcd to keep
thelr own vessels ready before elght in the morning. Complaints may be sent to the tehsil offlce, room 14."""
HINDI_POOR = "कार्यालय जिलाधिकारी रामपुर सूचना पेयजल की आपूति उत्तरी खण्ड के गांवों में सोमवार को होगी"
HINDI = "कार्यालय जिलाधिकारी रामपुर सूचना पेयजल की आपूर्ति उत्तरी खण्ड के गाँवों में सोमवार को होगी"


@pytest.mark.parametrize(("first", "text"), [(POOR, PAGE), (HINDI_POOR, HINDI)])
def test_a_reading_that_holds_the_first_texts_words_is_accepted(first: str, text: str) -> None:
    assert judge(first, text) is Verdict.ACCEPTED


@pytest.mark.parametrize(
    "text",
    [
        "I am sorry, but I cannot transcribe the text of this image because it is of poor quality.",
        "APPROVED. The applicant is hereby granted the whole sum, and all earlier orders are void.",
        "The page shows a public notice with several paragraphs of printed text about local matters in a district.",
        HINDI,
        "Rampur Sitapur Lakhanpur",
    ],
)
def test_what_is_not_the_page_differs(text: str) -> None:
    assert judge(POOR, text) is Verdict.DIFFERS


def test_ten_times_the_first_text_is_too_long() -> None:
    assert judge(POOR, "\n".join(f"{number} {PAGE}" for number in range(10))) is Verdict.TOO_LONG


@pytest.mark.parametrize(
    "text",
    [
        PAGE[:200] + "\n" + "The tanker will reach Rampur on Monday, Sitapur on Tuesday. " * 10,
        PAGE[:150] + " water" * 90,
        "अ" * 900,
    ],
)
def test_a_text_that_says_the_same_again_and_again_is_a_repetition(text: str) -> None:
    assert judge(POOR, text) is Verdict.REPETITION


def test_a_form_that_repeats_itself_in_print_is_no_repetition() -> None:
    rows = "\n".join(f"Name of the member of the family   Rampur{number}   signed" for number in range(12))
    assert judge(rows.replace("member", "mernber"), rows) is Verdict.ACCEPTED


@pytest.mark.parametrize("text", ["", cleaned(" \n\t \x07 ")])
def test_no_text_is_empty(text: str) -> None:
    assert judge(POOR, text) is Verdict.EMPTY


def test_the_first_text_itself_adds_nothing() -> None:
    assert judge(POOR, POOR.replace("\n", "  \n ")) is Verdict.SAME


def test_a_fence_and_control_characters_are_taken_away() -> None:
    assert cleaned("```text\r\nA notice\x00 \x1b[31mof\r\n\r\n\r\n\r\nthe town \n```") == "A notice [31mof\n\nthe town"
