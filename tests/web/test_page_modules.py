"""The page's own modules, run in the browser that will run them: tables, mapping, the live feed, words."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page

# In one process with the other tests of the page, which may install the browser first: that takes a minute or two.
pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]

LOAD = "async ([path, name, args]) => (await import(path))[name](...args)"
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


def test_a_wrong_row_is_named_before_anything_is_sent(page: Page) -> None:
    mapping = {"title": "Name", "file_path": "Where", "file_source_type": "", "description": ""}
    places = [("a", "https://x/1.pdf"), ("b", ""), ("c", "https://x/1.pdf"), ("d", "https://")]
    rows = [{"Name": name, "Where": place, "Dept": "Water", "Year": ""} for name, place in places]
    documents = run(page, "lib/mapping.js", "documents", rows, mapping)
    assert documents[0] == {
        "row_number": 1,
        "title": "a",
        "description": "",
        "file_path": "https://x/1.pdf",
        "file_source_type": "url",
        "Dept": "Water",
    }
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


def test_terms_of_the_editor_are_a_table_for_the_server(page: Page) -> None:
    def table(text: str) -> str:
        return str(run(page, "lib/terms.js", "toTable", text))

    assert table("wells\nroads") == "label,aliases,language,parent,label:hi\nwells\nroads"
    assert table("wells;pit") == "label;aliases;language;parent;label:hi\nwells;pit"
    assert table("Tag,aliases\nwells,pit") == "label,aliases\nwells,pit"
    assert [run(page, "lib/terms.js", "count", text) for text in ("", "label\n\n", "a\nb\n", "शब्द,x\na")] == [
        0,
        0,
        2,
        1,
    ]
    term = {"label": "-wells, deep", "aliases": ["a", "b"], "language": "en", "parent": "", "labels": {"hi": "कुएँ"}}
    text = run(page, "lib/terms.js", "toText", [term])
    assert text.splitlines()[1] == '"-wells, deep","a|b",en,,कुएँ'


def test_a_csv_field_that_a_spreadsheet_would_run_is_made_harmless(page: Page) -> None:
    assert run(page, "lib/csv.js", "line", ["=1+1", 'a"b', "क"]) == '\'=1+1,"a""b",क'


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
