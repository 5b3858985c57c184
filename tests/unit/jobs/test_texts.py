"""Words for the search, titles, cells, JSON and messages."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metatag.v1 import jobs_pb2, ocr_pb2
from metatag_jobs.adapters.keybox import AesKeyBox
from metatag_jobs.adapters.sql.dialect import as_json
from metatag_jobs.exports import harmless, harmless_in_csv
from metatag_jobs.jsonable import pack, unpack
from metatag_jobs.model import Document, DocumentSpec, JobEvent, PageRead, ProcessOptions, Source, TagOptions
from metatag_jobs.outcome import succeeded, title_of
from metatag_jobs.results import DocumentResult, Heading, OcrOutcome, Page, Problem, Tag, TagOutcome
from metatag_jobs.search_text import fold, index_words, like_pattern, words
from metatag_jobs.usage import Usage
from metatag_jobs.wire import from_message, to_message
from metatag_jobs.work import Claim
from metatag_runtime.errors import InvalidArgument


def claim(title: str = "") -> Claim:
    return Claim("d", 1, "j", 3, title, "", Source("url", "https://x.org/a/water%20plan.PDF?v=2"), "ocr", 0, 0, 0, 0.0)


def test_points_of_hebrew_and_arabic_cut_no_word() -> None:
    assert index_words(["كِتَابٌ جديد", "שָׁלוֹם"]) == ["كتاب", "جديد", "שלום"]
    assert words("كتاب") == ["كتاب"]


def test_words_keep_vowel_signs_and_joiners_out_of_the_way() -> None:
    assert words("वार्षिक रिपोर्ट, 2024!") == ["वार्षिक", "रिपोर्ट", "2024"]
    assert words("क्‍ष") == words("क्ष")
    assert words("Straße ÉCOLE") == ["strasse", "ecole"]
    assert words("தமிழ் மொழி") == ["தமிழ்", "மொழி"]


@pytest.mark.parametrize(
    ("written", "typed"),
    [
        ("Café Résumé", "cafe resume"),
        ("फ़ाइल संख्या १२३/२०२४", "फाइल संख्या 123/2024"),
        ("सड़क", "सडक"),
        ("सड़क", "सड़क"),
        ("हिंदी गांव नदियां", "हिन्दी गाँव नदियाँ"),
        ("co­ope\u200brate", "cooperate"),
        ("İSTANBUL ısı", "istanbul isi"),
        ("１２ ﬁle", "12 file"),
    ],
)
def test_spellings_of_one_word_are_one(written: str, typed: str) -> None:
    assert words(written) == words(typed)


def test_names_with_signs_are_words_and_found_by_their_letters_too() -> None:
    texts = ["Programming in C++, C# and .NET. C++11; A+ and x+y, No. 5#, end.Next"]
    found = index_words(texts)
    for query in ("C++", "c#", ".net", "A+", "c", "net", "x+y", "end.next"):
        assert set(words(query)) <= set(found), query
    assert len(words("C++")) == len(words(".NET")) == 1
    plain = index_words(["Category cloud, network of networks, asp.network"])
    for query in ("C++", "C#", ".NET"):
        assert not any(word.startswith(words(query)[0]) for word in plain)


def test_wildcards_stand_for_themselves() -> None:
    assert like_pattern("50%_!") == "%50!%!_!!%"


def test_the_index_is_bounded() -> None:
    assert len(index_words([" ".join(f"w{i}" for i in range(30_000))])) == 20_000
    assert all(len(word) <= 64 for word in index_words(["x" * 1000]))


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("given_title", "meta", "outline", "text", "expected"),
    [
        ("Own", "Meta", "Outline", "A line long enough", "Own"),
        ("", "Meta", "Outline", "A line long enough", "Meta"),
        ("", "", "Outline", "A line long enough", "Outline"),
        ("", "", "", "Short\n\nA line long enough\nAnother", "A line long enough"),
        ("", "", "", "1\n2\n3\n4\n5\nA line long enough", "water plan"),
        ("  ", "", "", "", "water plan"),
        ("Untitled Document", "", "", "", "water plan"),
        (" untitled ", "Meta", "", "", "Meta"),
    ],
)
def test_the_title_is_the_best_that_there_is(
    given_title: str, meta: str, outline: str, text: str, expected: str
) -> None:
    ocr = OcrOutcome(pages=[Page(1, text)], title=meta, outline_title=outline)
    assert title_of(claim(given_title), ocr) == expected


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (Source("upload", "upload://आदेश १.pdf"), "आदेश १.pdf"),
        (Source("upload", "upload://roads/scan 1.pdf"), "scan 1.pdf"),
        (Source("url", "https://x.org/a/%E0%A4%86%E0%A4%A6%E0%A5%87%E0%A4%B6.pdf?x=/y#z"), "आदेश.pdf"),
        (Source("url", "https://x.org/a%2Fb.pdf/"), "a/b.pdf"),
        (Source("url", "https://x.org"), ""),
        (Source("s3", "s3://bucket/in/a%20b.pdf"), "a%20b.pdf"),
        (Source("local", "/srv/in/c.pdf"), "c.pdf"),
        (Source("local", "C:\\in\\d.pdf"), "d.pdf"),
    ],
)
def test_a_document_bears_the_name_of_its_file(source: Source, name: str) -> None:
    assert Document(source=source).file_name == name
    message = to_message(jobs_pb2.Document(), Document(source=source))
    assert message.file_name == name


def test_events_leave_out_pages_and_the_models_words() -> None:
    ocr = OcrOutcome(pages=[Page(1, "x" * 60, "tesseract"), Page(2, "", "text_layer")], page_count=2)
    finish = succeeded(claim(), ocr, TagOutcome(tags=[Tag("law")], raw_response="secret words"))
    assert finish.result is not None
    assert finish.document.result is not None
    assert finish.document.result.pages == []
    assert finish.document.result.raw_response == ""
    assert (finish.result.extraction_method, finish.result.is_scanned) == ("mixed", True)
    assert all(page.text == "" for page in finish.result.pages)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "＝1"])
def test_a_cell_that_would_be_a_formula_becomes_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


def test_numbers_and_plain_words_stay_as_they_are() -> None:
    assert [harmless(value) for value in (5, "report", "", None)] == [5, "report", "", None]


def test_the_model_survives_json_and_the_wire() -> None:
    result = DocumentResult(tags=[Tag("a", 0.5)], usage=Usage(cost_micros=0), ocr_confidence=0.0, notes=["n"])
    event = JobEvent(
        seq=3, at=12.5, document=Document("d", "j", 1, state="success", result=result, source=Source("s3", "s3://b/k"))
    )
    assert unpack(JobEvent, pack(event)) == event
    message = to_message(jobs_pb2.JobEvent(), event)
    assert message.document.state == jobs_pb2.DOCUMENT_STATE_SUCCESS
    assert message.document.result.HasField("ocr_confidence")
    assert message.document.result.usage.HasField("cost_micros")
    assert from_message(JobEvent, message) == event
    page = JobEvent(seq=1, at=1.0, page=PageRead("d", 0, Page(1, error=Problem("internal", "x"), method="failed")))
    assert from_message(JobEvent, to_message(jobs_pb2.JobEvent(), page)) == page


def test_an_unset_message_is_none_and_unknown_enums_are_empty() -> None:
    spec = from_message(DocumentSpec, jobs_pb2.DocumentSpec(source=jobs_pb2.Source(type=99)))  # type: ignore[arg-type]
    assert spec.problem is None
    assert spec.source.type == ""
    assert from_message(Page, ocr_pb2.RecognizeResponse().page).confidence is None


def test_nul_never_reaches_the_database_and_backslashes_stay() -> None:
    assert as_json("a\x00b") == '"ab"'
    assert as_json("a\\u0000b") == '"a\\\\u0000b"'


def test_a_sealed_key_opens_for_its_own_job_and_secret_only() -> None:
    box = AesKeyBox("one secret")
    sealed = box.seal("job-1", "sk-1")
    assert b"sk-1" not in sealed
    assert box.open("job-1", sealed) == "sk-1"
    for other, job_id in ((box, "job-2"), (AesKeyBox("another"), "job-1")):
        with pytest.raises(ValueError, match="another secret"):
            other.open(job_id, sealed)
    assert box.fingerprint("sk-1") == box.fingerprint("sk-1") != box.fingerprint("sk-2")
    assert "sk-1" not in box.fingerprint("sk-1")
    with pytest.raises(InvalidArgument):
        AesKeyBox("").seal("job", "key")


def test_the_largest_heading_of_the_first_page_with_words_is_the_title():
    pages = [
        Page(1, ""),
        Page(2, "Sonpur\nWATER SUPPLY\nREPORT\nbody of the page", headings=[
            Heading("Sonpur", 2), Heading("WATER SUPPLY\nREPORT", 1), Heading("Canals", 2),
        ]),
    ]  # fmt: skip

    assert (
        title_of(claim(""), OcrOutcome(pages=pages, outline_title="Introduction of the report"))
        == "WATER SUPPLY REPORT"
    )
    assert title_of(claim(""), OcrOutcome(pages=pages, title="Annual Report")) == "Annual Report"


def test_a_document_needs_a_review_when_one_of_its_pages_does() -> None:
    pages = [Page(1, "x" * 60, "text_layer"), Page(2, "y" * 60, "tesseract", confidence=71.0, needs_review=True)]
    finish = succeeded(
        claim(), OcrOutcome(pages=pages, notes=["file_repaired"]), TagOutcome(notes=["fewer_than_asked"])
    )

    assert finish.result is not None
    assert finish.result.needs_review
    assert finish.result.notes == ["file_repaired", "fewer_than_asked"]
    assert finish.document.result.needs_review, "events tell it too"


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("x;=cmd|' /C calc'!A0", "x;'=cmd|' /C calc'!A0"),
        ('x; "=1+1', "x; \"'=1+1"),
        ("x\t@SUM(A1)", "x\t'@SUM(A1)"),
        ("a\n-1+1", "a\n'-1+1"),
        ("=1;=2", "'=1;'=2"),
        ("wells; pumps - 3", "wells; pumps - 3"),
        (5, 5),
    ],
)
def test_nothing_behind_a_separator_of_a_spreadsheet_becomes_a_formula(cell: object, written: object) -> None:
    assert harmless_in_csv(cell) == written


def test_folders_become_tags_where_that_is_asked_for() -> None:
    lying = replace(claim(), folder="Collectorate/water works/Law/law")
    ocr, tags = OcrOutcome(pages=[Page(1, "words")]), TagOutcome(tags=[Tag("law")])
    asked = ProcessOptions(folder_tags=True)
    found = succeeded(lying, ocr, tags, asked)
    assert found.result is not None
    assert [(tag.tag, tag.source) for tag in found.result.tags[1:]] == [
        ("Collectorate", "folder"),
        ("water works", "folder"),
    ]
    assert "collectorate" in found.search_label
    for options in (None, replace(asked, tag_options=TagOptions(strict=True))):
        unchanged = succeeded(lying, ocr, tags, options).result
        assert unchanged is not None
        assert [tag.tag for tag in unchanged.tags] == ["law"]
