"""Profiles are kept and used on the page; learning is switched off and on in the account."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from web.steps import PATIENCE, SAMPLES, Visitor

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
LANGUAGES = ["en", pytest.param("hi", marks=pytest.mark.slow)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_settings_kept_as_a_profile_hold_for_a_document(visit: Any, language: str) -> None:
    asha: Visitor = visit(language)
    asha.register()
    page = asha.page
    asha.go("#/")
    page.get_by_text(asha.t("options.more"), exact=True).click()
    page.get_by_label(asha.t("options.exclude"), exact=True).fill("water")
    page.get_by_label(asha.t("options.tags"), exact=True).fill("3")
    page.get_by_label(asha.t("profile.name"), exact=True).fill("जल <b>x")
    asha.button("profile.save").click()
    chosen = page.get_by_label(asha.t("profile.title"), exact=True)
    expect(chosen).to_have_value("जल <b>x")
    page.reload()
    page.get_by_text(asha.t("options.more"), exact=True).click()
    page.get_by_label(asha.t("options.tags"), exact=True).fill("8")
    page.get_by_label(asha.t("options.exclude"), exact=True).fill("")
    page.get_by_label(asha.t("profile.title"), exact=True).select_option("जल <b>x")
    page.locator("input[type=file]").first.set_input_files(SAMPLES / "water-supply-report.pdf")
    asha.button("single.start").click()
    expect(page.get_by_role("list", name=asha.t("result.tags"))).to_be_visible(timeout=PATIENCE)
    tags = page.locator(".tag-name").all_inner_texts()
    assert 0 < len(tags) <= 3
    assert "water" not in tags


@pytest.mark.parametrize("language", LANGUAGES)
def test_learning_is_switched_off_and_stays_off(visit: Any, language: str) -> None:
    asha: Visitor = visit(language)
    asha.register()
    page = asha.page
    asha.go("#/account")
    switch = page.get_by_label(asha.t("learning.on"), exact=True)
    expect(switch).to_be_checked()
    expect(page.get_by_text(asha.t("learning.none"), exact=True)).to_be_visible()
    with page.expect_response(lambda answer: answer.url.endswith("/api/learning") and answer.request.method == "PUT"):
        switch.click()
    page.reload()
    expect(page.get_by_label(asha.t("learning.on"), exact=True)).not_to_be_checked()
