"""What is told apart by where words stand: types of documents, numbers of files, places and offices."""

from __future__ import annotations

import pytest

from metatag_tagger.facets.find import find
from metatag_tagger.model import Page


def values(text: str, kind: str) -> list[str]:
    return [facet.value for facet in find([Page(1, text)]) if facet.kind == kind]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("CURRICULUM VITAE\nAnanya Sen\nEducation: M.Sc. Geology", "resume"),
        (
            "City Hospital\nDISCHARGE SUMMARY\nDiagnosis: fever\n" + "Note\n" * 12 + "Examination:\tpulse 58",
            "discharge summary",
        ),
        ("RECORD OF RIGHTS (KHATIAN)\nMouza: Chandipur", "record of rights"),
        (
            "Hillview Owners Association\nMinutes of the Annual General Meeting held on 7 July 2019\n"
            + "Present: all\n" * 10
            + "Treasurer's report",
            "minutes",
        ),
        ("Public Information Officer\nSubject: Information under the Right to Information Act, 2005", "rti reply"),
        ("SECOND SEMESTER B.COM. DEGREE EXAMINATION, MAY 2023\nTime: 3 hours", "question paper"),
    ],
)
def test_the_type_is_what_the_heading_says(text: str, expected: str) -> None:
    assert values(text, "document_type") == [expected]


def test_the_number_of_a_file_is_no_date() -> None:
    text = "NOTIFICATION\nNew Delhi, the 18th January, 2024\nThe rules are amended.\n[F. No. 17/6/2021-HSM]"
    assert values(text, "date") == ["2024-01-18"]


def test_officers_of_a_district_are_no_place() -> None:
    text = "Copy to all District Collectors and Block Development Officers. जिला चिकित्सा अधिकारी रिपोर्ट भेजें।"
    assert values(text, "place") == []


def test_an_office_order_is_no_organisation() -> None:
    text = "कार्यालय आदेश। सभी अधिकारियों एवं कर्मचारियों को सूचित किया जाता है। क्षति का मूल्यांकन राजस्व विभाग द्वारा किया जाएगा।"
    assert values(text, "organisation") == ["राजस्व विभाग"]
