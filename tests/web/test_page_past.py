"""History and dashboard in both languages: what was done is found, filtered, counted and taken away."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import expect

from metatag_client import Client, Row
from web.steps import PASSWORD, SAMPLES, Visitor

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
LANGUAGES = ["en", pytest.param("hi", marks=pytest.mark.slow)]


def with_a_past(visitor: Visitor) -> Visitor:
    """Register, and have one document and a batch of four done, one of which failed."""
    visitor.register()
    with Client(visitor.base_url) as client:
        client.login(visitor.email, PASSWORD)
        client.process(SAMPLES / "library-rules.pdf")
        names = ("library-rules.pdf", "water-supply-report.pdf", "karyalaya-adesh.pdf", "absent.pdf")
        events = list(client.batch([Row(str(SAMPLES / name), "local") for name in names]))
        assert events[-1].kind == "completed"
    return visitor


@pytest.mark.parametrize("language", LANGUAGES)
def test_history_is_filtered_and_searched_and_a_job_taken_out_of_it(visit: Any, language: str) -> None:
    asha = with_a_past(visit(language))
    page = asha.page
    asha.go("#/history")
    rows = page.locator(".plate.jobs tbody tr")
    expect(rows).to_have_count(2)
    page.get_by_label(asha.t("history.kind"), exact=True).select_option("single")
    expect(rows).to_have_count(1)
    page.get_by_label(asha.t("history.kind"), exact=True).select_option("")
    expect(rows).to_have_count(2)
    today = datetime.now().astimezone().date()
    page.get_by_label(asha.t("history.until"), exact=True).fill(str(today - timedelta(days=2)))
    expect(rows).to_have_count(0)
    page.get_by_label(asha.t("history.until"), exact=True).fill(str(today + timedelta(days=1)))
    page.get_by_label(asha.t("history.from"), exact=True).fill(str(today - timedelta(days=1)))
    expect(rows).to_have_count(2)
    page.get_by_label(asha.t("file.status"), exact=True).select_option("cancelled")
    expect(page.get_by_text(asha.t("history.noRun"), exact=True)).to_be_visible()

    page.get_by_role("tab", name=asha.t("history.documents")).click()
    found = page.locator(".found > li")
    expect(found).to_have_count(5)
    page.get_by_label(asha.t("file.status"), exact=True).select_option("failed")
    expect(found).to_have_count(1)
    page.get_by_label(asha.t("file.status"), exact=True).select_option("")
    page.get_by_label(asha.t("fact.method"), exact=True).select_option(label=asha.t("method.text_layer"))
    expect(found).to_have_count(3)
    page.get_by_label(asha.t("fact.method"), exact=True).select_option("")

    page.get_by_label(asha.t("history.search"), exact=True).fill("भोजन")
    expect(page.get_by_role("status").filter(has_text=asha.t("history.found", n=1))).to_be_visible()
    page.locator(".found a.strong").click()
    asha.on_document()
    page.get_by_role("link", name=asha.t("detail.job")).click()
    expect(page.get_by_role("table", name=asha.t("job.rows"))).to_have_attribute("aria-rowcount", "5")

    asha.go("#/history")
    page.get_by_label(asha.t("history.kind"), exact=True).select_option("batch")
    expect(rows).to_have_count(1)
    rows.get_by_role("button").click()
    page.get_by_role("dialog").get_by_role("button", name=asha.t("history.deleteYes"), exact=True).click()
    expect(page.get_by_text(asha.t("history.noRun"), exact=True)).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_dashboard_counts_what_was_done_and_says_what_it_covers(visit: Any, language: str) -> None:
    asha = with_a_past(visit(language))
    asha.go("#/dashboard")
    page = asha.page
    expect(asha.batch.tile("dashboard.jobs")).to_have_text("2")
    expect(asha.batch.tile("dashboard.documents")).to_have_text("5")

    def card(key: str) -> Any:
        title = page.get_by_role("heading", name=asha.t(key), exact=True)
        return page.locator("section.card").filter(has=title)

    expect(card("dashboard.overTime")).to_contain_text(asha.t("dashboard.days", n=14))
    card("dashboard.overTime").get_by_text(asha.t("chart.figures")).click()
    expect(card("dashboard.overTime").locator("tbody tr").last).to_contain_text("4")
    expect(card("dashboard.methods")).to_contain_text(asha.t("method.text_layer"))
    page.get_by_label(asha.t("dashboard.period"), exact=True).select_option("90")
    expect(card("dashboard.methods")).to_contain_text(asha.t("dashboard.days", n=90))
    expect(card("dashboard.confidence")).to_be_visible()
    expect(card("dashboard.failures")).to_contain_text(asha.t("code.source_unavailable"))
    expect(card("dashboard.tags").locator("li").first).to_be_visible()
    assert asha.violations() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_search_is_saved_opened_renamed_and_deleted(visit: Any, language: str) -> None:
    asha = visit(language)
    asha.register()
    page = asha.page
    asha.go("#/history?tab=documents&q=library&status=success&until=2026-03-31")
    asha.button("saved.save").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label(asha.t("saved.name"))).to_have_value("library")
    dialog.get_by_label(asha.t("saved.name")).fill("<b>Library</b> 2026")
    assert asha.violations() == []
    page.keyboard.press("Enter")
    saved = page.get_by_role("list", name=asha.t("saved.title"))
    expect(saved.get_by_role("link", name="<b>Library</b> 2026")).to_be_visible()
    # The same name again is refused beside the field.
    asha.button("saved.save").click()
    dialog.get_by_label(asha.t("saved.name")).fill("<b>LIBRARY</b> 2026")
    page.keyboard.press("Enter")
    expect(dialog.get_by_label(asha.t("saved.name"))).to_have_attribute("aria-invalid", "true")
    page.keyboard.press("Escape")
    asha.go("#/history")
    expect(asha.button("saved.save")).to_have_count(0)
    saved.get_by_role("link", name="<b>Library</b> 2026").click()
    expect(page.get_by_label(asha.t("history.search"), exact=True)).to_have_value("library")
    expect(page.get_by_label(asha.t("file.status"), exact=True)).to_have_value("success")
    expect(page.get_by_label(asha.t("history.until"), exact=True)).to_have_value("2026-03-31")
    page.get_by_role("button", name=asha.t("saved.renameNamed", name="<b>Library</b> 2026")).click()
    dialog.get_by_label(asha.t("saved.name")).fill("Rules")
    page.keyboard.press("Enter")
    expect(saved.get_by_role("link", name="Rules")).to_be_visible()
    page.get_by_role("button", name=asha.t("saved.deleteNamed", name="Rules")).click()
    page.get_by_role("dialog").get_by_role("button", name=asha.t("saved.delete"), exact=True).click()
    expect(saved.get_by_role("link")).to_have_count(0)
    # The browser writes its own line for the refusal.
    assert all("409" in line for line in asha.complaints)
    asha.complaints.clear()


def test_a_selection_is_processed_again_as_a_batch(visit: Any) -> None:
    asha = with_a_past(visit("en"))
    page = asha.page
    asha.go("#/history?tab=documents&status=success")
    boxes = page.locator(".choose")
    expect(boxes).to_have_count(4)
    boxes.nth(0).check()
    boxes.nth(1).check()
    asha.button("again.title").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=asha.t("again.start")).click()
    expect(page.get_by_text("Processed again", exact=False).first).to_be_visible()
    assert "#/jobs/" in page.url
