"""The page's own modules, run in the browser that will run them: tables, mapping, the live feed, words."""

from __future__ import annotations

import io
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page

# In one process with the other tests of the page, which may install the browser first: that takes a minute or two.
pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]

LOAD = "async ([path, name, args]) => (await import(path))[name](...args)"
DECODE = """async (bytes) => {
  const csv = await import('/app/js/lib/csv.js');
  const { text, encoding } = csv.decode(new Uint8Array(bytes).buffer);
  return { encoding, rows: csv.parse(text) };
}"""
WORKBOOK = "async (bytes) => (await import('/app/js/lib/xlsx.js')).read(new Uint8Array(bytes).buffer)"
FEED = """async (frames) => {
  const { Feed } = await import('/app/js/lib/feed.js');
  const feed = new Feed('x');
  for (const frame of frames) feed.apply(frame);
  feed.close();
  return { state: feed.state, seq: feed.seq, link: feed.link.value, rows: feed.rows };
}"""
CAUSES = """async (rows) => {
  const { Causes } = await import('/app/js/lib/causes.js');
  const causes = new Causes();
  rows.forEach((row, at) => causes.note(at, row));
  return causes.groups.map((group) => group.rows.size);
}"""
SPEED = """async (marks) => {
  const { Speed } = await import('/app/js/lib/speed.js');
  const speed = new Speed();
  for (const [at, done] of marks) speed.mark(done, at);
  return { rate: speed.perMinute, rest: speed.remaining(60), line: speed.line().length };
}"""


def run(page: Page, module: str, name: str, *args: Any) -> Any:
    return page.evaluate(LOAD, [f"/app/js/{module}", name, list(args)])


def done(row: int, seq: int, status: str = "success", **more: Any) -> dict[str, Any]:
    return {"type": "progress", "seq": seq, "row_id": row, "title": f"t{row}", "status": status, "tags": ["a"], **more}


@pytest.mark.parametrize(
    ("text", "encoding", "said", "second"),
    [
        ("Titre;Fichier\r\nÉté;https://a/b.pdf\r\n", "cp1252", "Latin-1", ["Été", "https://a/b.pdf"]),
        ("title,file_path\nजल आपूर्ति,https://a/b.pdf\n", "utf-8-sig", "UTF-8", ["जल आपूर्ति", "https://a/b.pdf"]),
        ("a\tb\n1\t2", "utf-16", "UTF-16", ["1", "2"]),
        ('a,b\n"one, ""two""\nthree",4\n\n', "utf-8", "UTF-8", ['one, "two"\nthree', "4"]),
    ],
)
def test_a_table_is_read_in_the_encoding_and_with_the_separator_it_has(
    page: Page, text: str, encoding: str, said: str, second: list[str]
) -> None:
    found = page.evaluate(DECODE, list(text.encode(encoding)))
    assert found["encoding"] == said
    assert found["rows"][1] == second


def test_a_workbook_gives_its_first_sheet_with_merged_headers_spread_and_entities_resolved(page: Page) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "Source"
    sheet.merge_cells("A1:B1")
    sheet["C1"] = "शीर्षक & <title>"
    sheet["A2"], sheet["C2"] = "https://a/b.pdf", 42
    buffer = io.BytesIO()
    book.save(buffer)
    rows = page.evaluate(WORKBOOK, list(buffer.getvalue()))
    assert rows == [["Source", "Source", "शीर्षक & <title>"], ["https://a/b.pdf", "", "42"]]


@pytest.mark.parametrize("content", [b"PK\x03\x04 not a zip", b"", b"\xd0\xcf\x11\xe0" * 200])
def test_what_is_no_workbook_is_refused_with_a_reason(page: Page, content: bytes) -> None:
    # The reason is a word of the module; the view makes a sentence of it.
    message = page.evaluate(
        f"async (bytes) => {{ try {{ await ({WORKBOOK})(bytes); }} catch (error) {{ return error.message; }} }}",
        list(content),
    )
    assert message == "not-a-zip"


def test_columns_are_guessed_by_name_in_both_languages_and_the_path_by_its_look(page: Page) -> None:
    rows = [["x", "https://a/1.pdf"], ["y", "https://a/2.pdf"]]
    assert run(page, "lib/mapping.js", "guess", ["Name", "Where"], rows)["file_path"] == 1
    hindi = run(page, "lib/mapping.js", "guess", ["शीर्षक", "पथ", "विवरण"], [])
    assert (hindi["title"], hindi["file_path"], hindi["description"]) == (0, 1, 2)


def test_a_wrong_row_is_named_before_anything_is_sent(page: Page) -> None:
    mapping = {"title": 0, "file_path": 1, "file_source_type": -1, "description": -1}
    rows = [["a", "https://x/1.pdf"], ["b", ""], ["c", "https://x/1.pdf"], ["d", "https://"]]
    documents = run(page, "lib/mapping.js", "documents", rows, mapping)
    assert [document["file_source_type"] for document in documents][:1] == ["url"]
    wrong = page.evaluate(
        "async (documents) => [...(await import('/app/js/lib/mapping.js')).problems(documents)]", documents
    )
    assert wrong == [[2, "row.noPath"], [3, "row.twice"], [4, "row.badUrl"]]


def test_the_feed_counts_each_event_once_however_often_it_comes(page: Page) -> None:
    catchup = {"type": "catchup", "seq": 2, "state": {"status": "processing", "total": "3", "processed_count": "1"}}
    frames = [
        {**catchup, "results": [{"row_id": 0, "success": True, "tags": ["x"]}]},
        done(1, 3, "failed", error="no", error_code="too_large"),
        done(1, 3, "failed"),
        done(2, 4),
        {"type": "completed", "seq": 5, "total_documents": 3, "processed_count": 2, "failed_count": 1},
    ]
    found = page.evaluate(FEED, frames)
    assert found["state"] == {"status": "completed", "total": 3, "processed": 2, "failed": 1}
    assert (found["seq"], found["link"]) == (5, "ended")
    assert found["rows"][1]["code"] == "too_large"


def test_a_retried_row_leaves_the_failures(page: Page) -> None:
    frames = [done(0, 1, "failed", error="x"), done(0, 2, "processing"), done(0, 3)]
    assert page.evaluate(FEED, frames)["state"] == {"status": "processing", "total": 0, "processed": 1, "failed": 0}


def test_pause_is_told_by_a_frame_without_a_row(page: Page) -> None:
    frames = [done(0, 1), {"type": "keepalive", "seq": 2, "status": "paused"}]
    assert page.evaluate(FEED, frames)["state"]["status"] == "paused"


def test_speed_and_remaining_time_come_from_the_last_minute(page: Page) -> None:
    found = page.evaluate(SPEED, [[at * 1000, at * 2] for at in range(120)])
    assert found["rate"] == pytest.approx(120)
    assert found["rest"] == pytest.approx(30)
    assert 10 < found["line"] <= 48


def test_failures_are_gathered_by_code_and_by_sentence_without_its_particulars(page: Page) -> None:
    rows = [
        {"status": "failed", "error": "HTTP 404 for https://a/1.pdf", "code": ""},
        {"status": "failed", "error": "HTTP 404 for https://a/2.pdf", "code": ""},
        {"status": "failed", "error": "Too little text", "code": "insufficient_text"},
        {"status": "success"},
    ]
    assert page.evaluate(CAUSES, rows) == [2, 1]
    # A row that is tried again leaves its group.
    rows[0] = {"status": "pending"}
    assert page.evaluate(CAUSES, [*rows, rows[1]]) == [2, 1]


def test_a_vocabulary_survives_being_written_as_lines_and_read_again(page: Page) -> None:
    terms = run(page, "lib/terms.js", "fromText", "label,aliases\nwater supply,tap water|piped water,en,,जल आपूर्ति\n")
    assert terms[0]["aliases"] == ["tap water", "piped water"]
    assert terms[0]["labels"] == {"hi": "जल आपूर्ति"}
    again = run(page, "lib/terms.js", "fromText", run(page, "lib/terms.js", "toText", terms))
    assert again == terms


def test_a_csv_field_that_a_spreadsheet_would_run_is_made_harmless(page: Page) -> None:
    assert run(page, "lib/csv.js", "line", ["=1+1", 'a"b', "क"]) == '\'=1+1,"a""b",क'


@pytest.mark.parametrize(("text", "rows"), [("file_path,,\n/a.pdf,,\n", 1), ("Register,,\nname,path,\na,/a.pdf,\n", 1)])
def test_a_name_alone_in_its_row_is_a_header_and_a_title_is_none(page: Page, text: str, rows: int) -> None:
    found = page.evaluate(
        "async (text) => (await import('/app/js/lib/table.js')).readTable(new File([text], 'a.csv'))", text
    )
    assert (found["headed"], len(found["rows"])) == (True, rows)
    assert found["rows"][0][found["mapping"]["file_path"]] == "/a.pdf"


def test_what_history_knew_of_a_failure_outlives_a_catchup_that_knows_less(page: Page) -> None:
    frames = [{"type": "catchup", "seq": 1, "state": {}, "results": [{"row_id": 0, "success": False, "error": "gone"}]}]
    found = page.evaluate(
        """async (frames) => {
          const { Feed } = await import('/app/js/lib/feed.js');
          const feed = new Feed('x');
          feed.seed(0, { title: 'A', status: 'failed', tags: [], error: 'gone', code: 'source_unavailable' });
          for (const frame of frames) feed.apply(frame);
          feed.close();
          return feed.causes.groups.map((group) => group.key);
        }""",
        frames,
    )
    assert found == ["source_unavailable"]
