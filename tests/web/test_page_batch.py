"""Batches on the page against the running system: files and tables in, a live table, a cut line, exports."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Locator, expect

from web.line import Line
from web.steps import PATIENCE, SAMPLES, Visitor, until

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
RULES = SAMPLES / "library-rules.pdf"


def file(name: str, content: bytes) -> Any:
    return {"name": name, "mimeType": "application/octet-stream", "buffer": content}


def choose(visitor: Visitor, *files: Any) -> None:
    visitor.go("#/batch")
    visitor.heading("batch.title")
    visitor.page.locator("input[type=file][multiple]").set_input_files(list(files))


def start(visitor: Visitor, count: int) -> None:
    visitor.button("batch.start", n=count).click()
    expect(visitor.page.get_by_role("heading", level=1)).to_contain_text(
        visitor.words["job.title"].split("{")[0].strip() + " 0"
    )


def done(visitor: Visitor, count: int, status: str = "completed") -> None:
    said = visitor.page.get_by_text(visitor.t("job.done", done=count, all=count), exact=True)
    expect(said).to_be_visible(timeout=PATIENCE)
    expect(visitor.page.locator(".badge").first).to_have_text(visitor.words[f"status.{status}"], timeout=PATIENCE)


def tile(visitor: Visitor, key: str) -> Locator:
    return visitor.page.locator(".tile", has_text=visitor.t(key)).locator("b")


def saved(visitor: Visitor, name: str) -> bytes:
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name=visitor.t("job.export", name=name), exact=True).click()
    return Path(download.value.path()).read_bytes()


def table(rows: int) -> bytes:
    # A title with markup in it, which must be shown as text.
    lines = [f"<b>Rules {row}</b><img src=x>,{RULES}" for row in range(rows)]
    return "\n".join(["title,file_path", *lines]).encode()


def test_pdfs_with_any_name_are_sent_watched_and_exported(visit: Any) -> None:
    asha = visit("en")
    asha.register()
    content = RULES.read_bytes()
    choose(asha, file("RULES.PDF", content), file("पुस्तकालय नियम 📚.pdf", content), file("broken.pdf", b"no pdf"))
    start(asha, 3)
    done(asha, 2)
    assert asha.violations() == []
    # The refused file is told of, with the reason.
    expect(asha.page.locator(".toasts .bad")).to_be_visible()
    rows = list(csv.reader(io.StringIO(saved(asha, "CSV").decode("utf-8-sig"))))
    assert len(rows) == 3
    assert len([json.loads(text) for text in saved(asha, "JSON Lines").decode().splitlines()]) == 2
    sheet = openpyxl.load_workbook(io.BytesIO(saved(asha, "XLSX"))).active
    assert sheet is not None
    assert sheet.max_row == 3
    asha.page.get_by_role("cell").get_by_role("link").first.click()
    asha.heading("detail.title")


def test_a_latin_1_table_with_semicolons_is_mapped_and_its_failures_are_retried_by_cause(visit: Any) -> None:
    ravi = visit("hi")
    ravi.register()
    good, bad = RULES, SAMPLES / "nowhere.pdf"
    text = f"Bezeichnung;Datei\nBücher;{good}\nÜbrig;{bad}\nNoch;{SAMPLES / 'gone.pdf'}\nLeer;\n"
    choose(ravi, file("liste.csv", text.encode("latin-1")))
    page = ravi.page
    expect(page.get_by_text(ravi.t("map.found", n=4, encoding="Latin-1"))).to_be_visible()
    page.get_by_label(ravi.t("field.title"), exact=True).select_option(label="Bezeichnung")
    expect(page.get_by_role("cell", name="Bücher")).to_be_visible()
    expect(page.get_by_text(ravi.t("map.wrong", n=1))).to_be_visible()
    assert ravi.violations() == []
    start(ravi, 4)
    done(ravi, 4)
    expect(tile(ravi, "job.good")).to_have_text("1")
    causes = page.locator(".cause")
    assert causes.count() >= 2
    causes.filter(has_text="2").first.get_by_role("button", name=ravi.t("job.retry")).click()
    expect(page.get_by_text(ravi.t("job.retried", n=2))).to_be_visible()
    done(ravi, 4)
    expect(tile(ravi, "job.bad")).to_have_text("3")


@pytest.mark.slow
def test_a_workbook_is_read_and_a_paused_batch_waits_for_its_return(visit: Any) -> None:
    asha = visit("en")
    asha.register()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"] = "Register of documents"
    sheet.merge_cells("A1:B1")
    sheet.append(["Name", "Path"])
    for row in range(40):
        sheet.append([f"Rules {row}", str(RULES)])
    buffer = io.BytesIO()
    book.save(buffer)
    choose(asha, file("register.xlsx", buffer.getvalue()))
    start(asha, 40)
    asha.button("job.pause").click()
    expect(asha.button("job.resume")).to_be_visible()
    expect(asha.page.locator(".badge").first).to_have_text(asha.words["status.paused"])
    address = asha.page.url.split("#")[1]
    # The tab is closed; a new one resumes where the batch stands.
    later = visit(beside=asha)
    asha.page.close()
    later.email = asha.email
    later.open(f"#{address}")
    if later.page.get_by_label(later.t("sign.password"), exact=True).is_visible():
        later.sign_in(asha.email)
    later.button("job.resume").click()
    done(later, 40)
    expect(tile(later, "job.good")).to_have_text("40")


def test_a_cut_line_loses_nothing_and_two_tabs_agree(visit: Any, line: Line) -> None:
    asha = visit("en", base_url=f"http://127.0.0.1:{line.port}")
    asha.register()
    choose(asha, file("many.csv", table(120)))
    start(asha, 120)
    other = visit(beside=asha, base_url=f"http://127.0.0.1:{line.port}")
    # The second tab is signed in by the first: they share the worker that holds the tokens.
    other.open("#" + asha.page.url.split("#")[1])
    expect(other.page.get_by_role("heading", level=1)).to_contain_text("Batch")
    until(lambda: int(tile(asha, "job.good").inner_text()) > 0)
    line.cut()
    lost = asha.page.get_by_text(asha.t("job.lost"))
    expect(lost).to_be_visible()
    asha.page.wait_for_timeout(1500)
    line.mend()
    for tab in (asha, other):
        done(tab, 120)
        expect(tab.page.get_by_role("cell").get_by_text("<b>Rules 0</b><img src=x>")).to_be_visible()
        assert tab.page.locator("main img").count() == 0
        expect(tile(tab, "job.good")).to_have_text("120")
        expect(tile(tab, "job.bad")).to_have_text("0")
        expect(tab.page.get_by_text(tab.t("job.lost"))).to_have_count(0)
        # A line that breaks is what the browser writes of itself; nothing else may be complained of.
        assert all("ERR_" in text or "WebSocket" in text for text in tab.complaints)
        tab.complaints.clear()


@pytest.mark.slow
def test_a_batch_is_cancelled_after_a_question(visit: Any) -> None:
    asha = visit("en")
    asha.register()
    choose(asha, file("many.csv", table(400)))
    start(asha, 400)
    asha.button("job.cancel").click()
    asha.button("job.cancelYes").click()
    expect(asha.page.locator(".badge").first).to_have_text(asha.words["status.cancelled"], timeout=PATIENCE)


@pytest.mark.slow
def test_five_thousand_files_are_listed_without_drawing_them_all(visit: Any, tmp_path: Path) -> None:
    asha = visit("en")
    asha.register()
    paths = [tmp_path / f"{number}.pdf" for number in range(5000)]
    for path in paths:
        path.write_bytes(b"%PDF-1.4")
    choose(asha, *paths)
    expect(asha.page.get_by_role("heading", name=asha.t("batch.files", n="5,000"))).to_be_visible()
    assert asha.page.get_by_role("row").count() < 60


@pytest.mark.slow
def test_what_cannot_become_a_batch_is_answered_with_a_sentence(visit: Any) -> None:
    asha = visit("en")
    asha.register()
    for name, content, key in (
        ("old.xls", b"\xd0\xcf\x11\xe0", "batch.oldExcel"),
        ("broken.xlsx", b"PK no zip", "table.badXlsx"),
        ("empty.csv", b"title,file_path\n", "table.empty"),
        ("photo.png", b"\x89PNG", "batch.nothing"),
    ):
        choose(asha, file(name, content))
        expect(asha.page.get_by_role("alert")).to_have_text(asha.t(key))
