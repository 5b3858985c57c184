"""Webhooks on the page: made with a secret that is shown once, tried, paused and deleted."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from web.steps import Visitor

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
LANGUAGES = ["en", pytest.param("hi", marks=pytest.mark.slow)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_webhook_is_made_tried_paused_and_deleted(visit: Any, language: str) -> None:
    asha: Visitor = visit(language)
    asha.register()
    page = asha.page
    asha.go("#/webhooks")
    expect(page.get_by_text(asha.t("hooks.empty"), exact=True)).to_be_visible()
    address = page.get_by_label(asha.t("hooks.url"), exact=False)
    address.fill("http://127.0.0.1:9/inside")
    asha.button("hooks.make").click()
    # An address inside is refused beside its field, and stays there to be changed.
    expect(address).to_have_attribute("aria-invalid", "true")
    assert all("400" in complaint for complaint in asha.complaints)
    asha.complaints.clear()
    # A public address where nothing answers: a sink for questions about private names.
    address.fill("https://192.31.196.1/metatag")
    page.get_by_label(asha.t("event.document.corrected"), exact=False).uncheck()
    asha.button("hooks.make").click()
    secret = page.locator("code.key")
    expect(secret).to_contain_text("whsec_")
    hook = page.get_by_role("listitem", name="https://192.31.196.1/metatag")
    expect(hook).to_contain_text(asha.t("event.tag_job.finished"))
    expect(hook).not_to_contain_text(asha.t("event.document.corrected"))
    hook.get_by_role("button", name=asha.t("hooks.test"), exact=True).click()
    expect(hook).to_contain_text(asha.t("event.webhook.test"))
    hook.get_by_role("button", name=asha.t("hooks.pause"), exact=True).click()
    expect(hook.get_by_role("button", name=asha.t("hooks.resume"), exact=True)).to_be_visible()
    page.reload()
    expect(hook.get_by_role("button", name=asha.t("hooks.resume"), exact=True)).to_be_visible()
    # Shown once.
    expect(secret).to_have_count(0)
    hook.get_by_role("button", name=asha.t("hooks.delete"), exact=True).click()
    asha.button("hooks.deleteYes").click()
    expect(page.get_by_text(asha.t("hooks.empty"), exact=True)).to_be_visible()
