"""Batches on the page against the running system: files and tables in, a live table, a cut line, exports."""

from __future__ import annotations

import csv
import io
import json
import re
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Route, expect

from metatag_client import Client, Row
from web.line import Line
from web.steps import FAKE_SOCKET, PASSWORD, PATIENCE, SAMPLES, BatchSteps, Visitor, until

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
RULES = SAMPLES / "library-rules.pdf"
# So many that a batch is far from its end when its first document is done.
MANY = 40
LANGUAGES = ["en", pytest.param("hi", marks=pytest.mark.slow)]
HINDI_FIRST = ["hi", pytest.param("en", marks=pytest.mark.slow)]


def saved(visitor: Visitor, name: str) -> bytes:
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name=visitor.t("job.export", name=name), exact=True).click()
    return Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("language", LANGUAGES)
def test_pdfs_with_any_name_are_sent_watched_and_exported(visit: Any, language: str) -> None:
    asha = visit(language)
    asha.register()
    content = RULES.read_bytes()
    asha.batch.choose(
        BatchSteps.file("RULES.PDF", content),
        BatchSteps.file("पुस्तकालय नियम 📚.pdf", content),
        BatchSteps.file("broken.pdf", b"no pdf"),
    )
    asha.batch.start(3)
    asha.batch.done(3)
    assert asha.violations() == []
    # The refused file is a row like the others, and named with its reason.
    expect(asha.batch.tile("job.bad")).to_have_text("1")
    expect(asha.page.locator(".cause")).to_contain_text("broken.pdf")
    rows = list(csv.reader(io.StringIO(saved(asha, "CSV").decode("utf-8-sig"))))
    assert len(rows) == 4
    assert len([json.loads(text) for text in saved(asha, "JSON Lines").decode().splitlines()]) == 3
    sheet = openpyxl.load_workbook(io.BytesIO(saved(asha, "XLSX"))).active
    assert sheet is not None
    assert sheet.max_row == 4
    asha.page.get_by_role("cell").get_by_role("link").first.click()
    asha.on_document()


@pytest.mark.parametrize("language", HINDI_FIRST)
def test_a_latin_1_table_with_semicolons_is_mapped_and_its_failures_are_retried_by_cause(
    visit: Any, language: str
) -> None:
    ravi = visit(language)
    ravi.register()
    good, bad = RULES, SAMPLES / "nowhere.pdf"
    text = f"Bezeichnung;Datei\nBücher;{good}\nÜbrig;{bad}\nNoch;{SAMPLES / 'gone.pdf'}\nLeer;\n"
    ravi.batch.choose(BatchSteps.file("liste.csv", text.encode("latin-1")))
    page = ravi.page
    expect(page.get_by_text(ravi.t("map.found", n=4, encoding="Windows-1252"))).to_be_visible()
    page.get_by_label(ravi.t("field.title"), exact=True).select_option(label="Bezeichnung")
    expect(page.get_by_role("cell", name="Bücher")).to_be_visible()
    expect(page.get_by_text(ravi.t("map.wrong", n=1))).to_be_visible()
    assert ravi.violations() == []
    ravi.batch.start(4)
    ravi.batch.done(4)
    expect(ravi.batch.tile("job.good")).to_have_text("1")
    causes = page.locator(".cause")
    assert causes.count() >= 2
    causes.filter(has_text="2").first.get_by_role("button", name=ravi.t("job.retry")).click()
    expect(page.get_by_text(ravi.t("job.retried", n=2))).to_be_visible()
    ravi.batch.done(4)
    expect(ravi.batch.tile("job.bad")).to_have_text("3")


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_is_read_and_a_paused_batch_waits_for_its_return(visit: Any, language: str) -> None:
    asha = visit(language)
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
    asha.batch.choose(BatchSteps.file("register.xlsx", buffer.getvalue()))
    asha.batch.start(40)
    asha.button("job.pause").click()
    expect(asha.button("job.resume")).to_be_visible()
    expect(asha.page.locator(".badge").first).to_have_text(asha.words["status.paused"])
    address = asha.page.url.split("#")[1]
    # The tab is closed; a new one resumes where the batch stands.
    later = visit(language, beside=asha)
    asha.page.close()
    later.email = asha.email
    later.open(f"#{address}")
    if later.page.get_by_label(later.t("sign.password"), exact=True).is_visible():
        later.sign_in(asha.email)
    later.button("job.resume").click()
    later.batch.done(40)
    expect(later.batch.tile("job.good")).to_have_text("40")


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_cut_line_loses_nothing_and_two_tabs_agree(visit: Any, line: Line, language: str) -> None:
    asha = visit(language, base_url=f"http://127.0.0.1:{line.port}")
    asha.register()
    asha.batch.choose(BatchSteps.file("many.csv", BatchSteps.table(MANY)))
    asha.batch.start(MANY)
    other = visit(language, beside=asha, base_url=f"http://127.0.0.1:{line.port}")
    # The second tab is signed in by the first: they share the worker that holds the tokens.
    other.open("#" + asha.page.url.split("#")[1])
    expect(other.page.locator(".tile").first).to_be_visible()
    until(lambda: int(asha.batch.tile("job.good").inner_text()) > 0)
    line.cut()
    lost = asha.page.get_by_text(asha.t("job.lost"))
    expect(lost).to_be_visible()
    asha.page.wait_for_timeout(1500)
    line.restore()
    for tab in (asha, other):
        tab.batch.done(MANY)
        expect(tab.page.get_by_role("cell").get_by_text("<b>Rules 0</b><img src=x>")).to_be_visible()
        assert tab.page.locator("main img").count() == 0
        expect(tab.batch.tile("job.good")).to_have_text(str(MANY))
        expect(tab.batch.tile("job.bad")).to_have_text("0")
        expect(tab.page.get_by_text(tab.t("job.lost"))).to_have_count(0)
        # A line that breaks is what the browser writes of itself; nothing else may be complained of.
        assert all("ERR_" in text or "WebSocket" in text for text in tab.complaints)
        tab.complaints.clear()


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_batch_is_cancelled_after_a_question(visit: Any, language: str) -> None:
    asha = visit(language)
    asha.register()
    asha.batch.choose(BatchSteps.file("many.csv", BatchSteps.table(400)))
    asha.batch.start(400)
    asha.button("job.cancel").click()
    asha.button("job.cancelYes").click()
    expect(asha.page.locator(".badge").first).to_have_text(asha.words["status.cancelled"], timeout=PATIENCE)


@pytest.mark.slow
def test_five_thousand_files_are_listed_without_drawing_them_all_and_all_are_sent(visit: Any, tmp_path: Path) -> None:
    asha = visit("en")
    asha.register()
    paths = [tmp_path / f"{number}.pdf" for number in range(5000)]
    for number, path in enumerate(paths):
        path.write_bytes(RULES.read_bytes() + b"\n%%%d" % number)
    asha.batch.choose(*paths)
    expect(asha.page.get_by_role("heading", name=asha.t("batch.files", n="5,000"))).to_be_visible()
    assert asha.page.get_by_role("row").count() < 60
    began = time.monotonic()
    asha.button("batch.start", n="5,000").click()
    rows = asha.page.get_by_role("table", name=asha.t("job.rows"))
    expect(rows).to_have_attribute("aria-rowcount", "5001", timeout=500_000)
    print(f"5,000 files sent by the page and started in {time.monotonic() - began:.0f} s")
    expect(asha.page.locator(".toasts .bad")).to_have_count(0)
    asha.button("job.cancel").click()
    asha.button("job.cancelYes").click()
    expect(asha.page.locator(".badge").first).to_have_text(asha.words["status.cancelled"], timeout=PATIENCE)


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_become_a_batch_is_answered_with_a_sentence(visit: Any, tmp_path: Path, language: str) -> None:
    asha = visit(language)
    asha.register()
    for name, content, sentence in (
        ("old.xls", b"\xd0\xcf\x11\xe0", asha.t("batch.oldExcel")),
        ("broken.xlsx", b"PK no zip", asha.t("say.badXlsx")),
        ("empty.csv", b"title,file_path\n", asha.t("table.empty")),
        ("photo.png", b"\x89PNG", asha.t("batch.nothing")),
    ):
        asha.batch.choose(BatchSteps.file(name, content))
        expect(asha.page.get_by_role("alert")).to_have_text(sentence)
    large = tmp_path / "large.PDF"
    with large.open("wb") as sparse:
        sparse.truncate(600 * 1000 * 1000)
    asha.batch.choose(large)
    expect(asha.page.get_by_role("alert")).to_contain_text(asha.words["batch.large_one"].split("{most}")[1])


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_batch_that_its_provider_holds_back_says_why_and_until_when(visit: Any, language: str) -> None:
    asha = visit(language)
    asha.page.add_init_script(FAKE_SOCKET)
    asha.register()
    with Client(asha.base_url) as client:
        client.login(asha.email, PASSWORD)
        job = client.start_batch([Row("/nowhere.pdf", "local")])
    held = {
        "status": "processing",
        "error_message": "The provider takes no more calls just now; the job goes on by itself.",
        "waits_until": "2030-01-02T03:04:05Z",
    }

    def hold(route: Route) -> None:
        answer = route.fetch()
        body = answer.json()
        route.fulfill(response=answer, json={**body, "data": body["data"] | held})

    asha.page.route(re.compile(rf"/api/(history/jobs/{job.id}|batch/jobs/{job.id}/status)$"), hold)
    asha.go(f"#/jobs/{job.id}")
    notice = asha.page.get_by_role("status").filter(has_text=asha.t("say.heldBack"))
    expect(notice).to_contain_text(asha.words["job.waits"].split("{when}")[0].strip())
    expect(notice).to_contain_text("2030")
