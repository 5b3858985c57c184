"""A file's own title counts only when somebody gave it one."""

from __future__ import annotations

import pytest

from metatag_ocr.engines.titles import clean_title, outline_title

DEFAULTS = r"""
untitled|Document|Untitled Document|Microsoft Word - a.doc|Microsoft Word - Plan|(anonymous)|<unknown>|[Document title]
Untitled-1|Slide 1|PowerPoint Presentation|Binder1.pdf|Book2|loremipsum.jpg|x.html|RUBRIK_SR_2020.indd
annual report final.DOCX|D:\RM July|\\server\a b|file:///C:/Users/a/b.htm|https://example.com/report|www.example.com
/home/a/report|scan0001|IMG_2041|20240117-103000|12345|---|Scanned Document (3)|Form|Title�
Untitled spreadsheet|WhatsApp Image 2023-04-05 at 12.30.45 PM|New Microsoft Word Document|CamScanner 04-05-2023 12.30
HP LaserJet scan|Print Document|Sin título|Documento1|Letter.docx - Google Docs|पीडीएफ
PDFCreator|tmp1A2B|शीर्षकहीन दस्तावेज़|Model|e8f2b9c0-1d2e-4f3a-9b8c-7d6e5f4a3b2c
Page 1 of 10|New Doc 2023-04-05|Doc 4 Apr 2023|Copy of Document
"""
GIVEN = """
Constitution|COVID-19|Form 16|Report on Rural Water Supply|Report 2024 of the Board|जल संसाधन विभाग|The .NET handbook
A Photo Album of Kheri|Document of the Year 2020|Testing the Wells|(Draft) Water Policy|Books
Canon law of the church|HP and Dell: a comparison|Model Tenancy Act|Copy of the agreement|Temperature 2023|नया कानून
"""


def titles(text: str) -> list[str]:
    return [title for line in text.strip().splitlines() for title in line.split("|")]


@pytest.mark.parametrize("title", [None, "", "  ", *titles(DEFAULTS)])
def test_titles_that_programs_write_are_none(title: str | None):
    assert clean_title(title) == ""


@pytest.mark.parametrize("title", titles(GIVEN))
def test_titles_that_somebody_gave_are_kept(title: str):
    assert clean_title(title) == title


def test_a_title_comes_with_single_blanks_and_without_control_characters():
    assert clean_title("  Annual\n Report\x00 2024 ") == "Annual Report 2024"


def test_the_first_outline_entry_of_a_fitting_length_is_taken():
    assert outline_title(["1", None, "Introduction to wells", "Another long heading"]) == "Introduction to wells"
    assert outline_title(["chapter_one.indd", "Untitled Document", "The wells of Kheri"]) == "The wells of Kheri"
    assert outline_title(["x" * 101, "short"]) == ""
