"""Every view has an address: what was searched, filtered and opened is there again after Back and after a reload."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from metatag_client import Client, Row
from web.steps import PASSWORD, PATIENCE, SAMPLES, Visitor

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]


def with_a_past(visitor: Visitor) -> Visitor:
    """Register, and have a batch done: three documents, and four failures of two causes."""
    visitor.register()
    rows = [Row(str(SAMPLES / name), "local") for name in ("library-rules.pdf", "water-supply-report.pdf")]
    rows += [Row(str(SAMPLES / f"absent-{number}.pdf"), "local") for number in range(3)]
    rows += [Row("/etc/hostname", "local"), Row(str(SAMPLES / "road-tender.pdf"), "local")]
    with Client(visitor.base_url) as client:
        client.login(visitor.email, PASSWORD)
        assert list(client.batch(rows))[-1].kind == "completed"
    return visitor


def test_back_brings_the_search_the_filter_and_the_place_in_the_list(visit: Any) -> None:
    asha = with_a_past(visit("en"))
    page = asha.page
    asha.go("#/history?tab=documents")
    found = page.locator(".found > li")
    expect(found).to_have_count(7)
    page.get_by_label(asha.t("file.status"), exact=True).select_option("success")
    expect(found).to_have_count(3)
    page.mouse.wheel(0, 400)
    page.wait_for_function("scrollY > 100")
    before = page.evaluate("scrollY")
    found.locator("a.strong").last.click()
    asha.on_document()
    page.go_back()
    expect(page.get_by_label(asha.t("file.status"), exact=True)).to_have_value("success")
    expect(found).to_have_count(3)
    page.wait_for_function("(before) => Math.abs(scrollY - before) < 3", arg=before)
    # One step further back the filter is not chosen yet.
    page.go_back()
    expect(found).to_have_count(7)
    page.get_by_label(asha.t("history.search"), exact=True).fill("drinking water")
    expect(found).to_have_count(1)
    found.locator("a.strong").click()
    asha.on_document()
    page.go_back()
    expect(page.get_by_label(asha.t("history.search"), exact=True)).to_have_value("drinking water")
    expect(found).to_have_count(1)
    page.reload()
    expect(page.get_by_label(asha.t("history.search"), exact=True)).to_have_value("drinking water")
    expect(found).to_have_count(1)


def test_particulars_lead_to_what_else_has_them_and_narrow_a_search(visit: Any) -> None:
    asha = with_a_past(visit("en"))
    page = asha.page
    asha.go("#/history?q=public")
    found = page.locator(".found > li")
    expect(found.first).to_be_visible()
    everything = found.count()
    link = found.locator("a.facet").first
    value = link.inner_text().splitlines()[-1].strip()
    link.click()
    chosen = page.get_by_role("list", name=asha.t("facet.filter")).get_by_role("button")
    expect(chosen).to_contain_text(value)
    expect(found.first).to_contain_text(value)
    chosen.click()
    page.wait_for_url(re.compile(r"#/history$"))
    page.go_back()
    page.go_back()
    expect(found).to_have_count(everything)


def test_a_single_document_has_an_address_and_a_reload_shows_it_again(visit: Any) -> None:
    asha = visit("en")
    asha.register()
    asha.page.locator("input[type=file]").first.set_input_files(SAMPLES / "road-tender.pdf")
    asha.button("single.start").click()
    expect(asha.page).to_have_url(re.compile(r"#/documents/"), timeout=PATIENCE)
    heading = asha.page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("Tender", timeout=PATIENCE)
    name = heading.inner_text()
    asha.page.reload()
    expect(asha.page.get_by_role("heading", level=1)).to_have_text(name)
    asha.page.go_back()
    asha.heading("single.title")


@pytest.mark.parametrize("language", ["en", "hi"])
def test_failures_name_their_files_and_offer_a_retry_only_where_it_can_help(visit: Any, language: str) -> None:
    asha = with_a_past(visit(language))
    page = asha.page
    asha.go("#/history")
    page.locator(".plate.jobs a").first.click()
    away = page.locator(".cause", has_text=asha.t("code.source_unavailable"))
    away.locator("summary").click()
    expect(away.get_by_role("listitem").filter(has_text="absent-2.pdf")).to_be_visible()
    expect(away.get_by_role("button", name=asha.t("job.retry"))).to_be_visible()
    refused = page.locator(".cause", has_text=asha.t("code.source_refused"))
    expect(refused).to_contain_text(asha.t("job.noRetry"))
    expect(refused.get_by_role("button", name=asha.t("job.retry"))).to_have_count(0)
    # A row is found by its file, and the search stands in the address.
    page.get_by_label(asha.t("rows.search"), exact=True).fill("absent-1")
    expect(page.locator(".grid-row")).to_have_count(1)
    page.reload()
    expect(page.locator(".grid-row")).to_have_count(1)
    expect(page.locator(".grid-row")).to_contain_text("absent-1.pdf")


def test_an_address_that_leads_nowhere_says_so(visit: Any) -> None:
    asha = visit("en")
    asha.register()
    asha.go("#/nothing/here")
    asha.heading("no.place")
    asha.go("#/admin")
    expect(asha.page.get_by_text(asha.t("no.admin"))).to_be_visible()
    asha.go("#/documents/nope")
    expect(asha.page.get_by_role("alert")).to_contain_text(asha.t("say.noSuch"))
    expect(asha.button("again")).to_have_count(0)
    asha.complaints.clear()
