"""What counts less than a subject: posts, places, governments, and pieces of names and sentences."""

from __future__ import annotations

import pytest

from metatag_tagger.facets.find import find
from metatag_tagger.model import Document, Page
from metatag_tagger.offline.headings import first_lines, is_letterhead, usable_title
from metatag_tagger.offline.study import lower, rank, study
from metatag_tagger.ports import AnalysisOptions


def _kept(text: str, form: str) -> float:
    pages = (Page(1, text),)
    ranked = rank(Document(pages))
    lower(ranked, find(pages))
    assert ranked.kept is not None
    return float(ranked.kept[[each.lower() for each in ranked.pool.forms].index(form)])


def _tags(text: str) -> list[str]:
    return [tag.text for tag in study(Document((Page(1, text),)), AnalysisOptions(20)).tags]


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (
            "Filter plants of the town were cleaned.\nThe executive engineer inspects the filter plants.",
            "executive engineer",
        ),
        ("Filter plants of the town were cleaned.\nNegligence invites disciplinary action.", "disciplinary action"),
        ("Filter plants were cleaned in time.\nThe repaired pump supplies the filter plants.", "repaired pump"),
        ("पेयजल योजना का निरीक्षण होगा।\nयह कार्य अधिशासी अभियन्ता की देखरेख में होगा।", "अधिशासी अभियन्ता"),
        ("पेयजल योजना का निरीक्षण होगा।\nयह कार्य ग्राम खातेगाँव में होगा।", "ग्राम खातेगाँव"),
    ],
)
def test_who_acted_and_where_and_pieces_of_sentences_keep_less(text: str, form: str) -> None:
    assert _kept(text, form) < 1


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (
            "Training of the village water committee\nThe village water committee was trained.",
            "village water committee",
        ),
        ("Filter plants were cleaned.\nThe filter plants supply the town.", "filter plants"),
        ("पेयजल योजना का निरीक्षण होगा।\nयह कार्य ग्राम पंचायत की बैठक में तय होगा।", "ग्राम पंचायत"),
    ],
)
def test_subjects_keep_their_score(text: str, form: str) -> None:
    assert _kept(text, form) == 1


def test_half_of_a_law_is_no_tag_beside_the_whole() -> None:
    tags = _tags("Reply about stray dogs\nYour application under the Right to Information Act, 2005 was received.")
    assert "information act" not in tags


def test_the_name_of_an_office_at_the_top_is_no_title() -> None:
    assert is_letterhead("GOVERNMENT OF SONPUR")
    assert is_letterhead("कार्यालय नगर पंचायत, पेंड्रा")
    assert is_letterhead("भारत सरकार")
    assert not is_letterhead("Department of Fisheries annual report")
    assert not is_letterhead("कार्यालय आदेश")
    assert usable_title("Ministry of Jal Shakti", "Ministry of Jal Shakti\nCleaning of wells") == ""
    assert first_lines("GOVERNMENT OF SONPUR\n\nRESERVOIR LEASE POLICY\n") == "RESERVOIR LEASE POLICY"


def test_filler_text_and_pangrams_give_no_tags() -> None:
    tags = _tags(
        "Duis autem vel eum iriure dolor in hendrerit in vulputate velit esse molestie consequat. "
        "The quick brown fox jumps over the lazy dog. Hydraulic pumps need clean oil; hydraulic pumps are checked."
    )
    assert tags[0] == "hydraulic pumps"
    assert not {"lazy dog", "quick brown fox", "molestie consequat", "vulputate velit esse molestie"} & set(tags)


def test_pieces_of_one_string_without_blanks_are_one_tag() -> None:
    tags = _tags(
        "安徽省建设用地使用标准。安徽省建设用地使用标准适用于公路。建设用地使用标准规定路段交通量。交通量按路段计算。"
        * 3
    )
    assert not {"徽省建设用地", "省建设用地使"} <= set(tags)
    pieces = [tag for tag in tags if "建设用" in tag]
    assert len(pieces) <= 3
