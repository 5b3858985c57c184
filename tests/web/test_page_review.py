"""The queue of documents to check, by the keyboard alone; the trash and the way back."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import expect

from metatag_client import Client, Row
from web.steps import PASSWORD, SAMPLES, Visitor

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
LANGUAGES = ["en", pytest.param("hi", marks=pytest.mark.slow)]
SAME = 25
A_MINUTE = 20


def with_a_queue(visitor: Visitor, count: int) -> Visitor:
    """Register, and have one file in a batch again and again: all but the first are the same file twice."""
    visitor.register()
    row = Row(str(SAMPLES / "library-rules.pdf"), "local")
    with Client(visitor.base_url) as client:
        client.login(visitor.email, PASSWORD)
        # The first one alone: within one batch a later row may end before the first has its content.
        for rows in ([row], [row] * count):
            assert list(client.batch(rows))[-1].kind == "completed"
    return visitor


def wait_left(visitor: Visitor, count: int) -> None:
    expect(visitor.page.get_by_role("tab", selected=True)).to_have_text(f"{visitor.t('reason4.duplicate')} {count}")


@pytest.mark.long
@pytest.mark.parametrize("language", LANGUAGES)
def test_twenty_documents_a_minute_are_checked_with_keys_alone(visit: Any, language: str) -> None:
    asha = with_a_queue(visit(language), SAME)
    page = asha.page
    asha.go("#/review?reason=duplicate")
    wait_left(asha, SAME)
    expect(page.locator(".sheet img")).to_be_visible()
    assert asha.violations() == []
    began = time.monotonic()
    for count in range(SAME, 1, -1):
        expect(page.locator(".tag-name").first).to_be_visible()
        shown = page.locator(".review-words h2 a")
        here = str(shown.get_attribute("href"))
        page.keyboard.press("a")
        wait_left(asha, count - 1)
        expect(shown).not_to_have_attribute("href", here)
    per_minute = (SAME - 1) / (time.monotonic() - began) * 60
    print(f"{per_minute:.0f} documents a minute by keys")
    assert per_minute >= A_MINUTE
    # The last one is corrected on the way: a tag changed, one added, the title, the size and the page.
    expect(page.locator(".tag-name").first).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_role("textbox", name=asha.t("result.tag"), exact=True)).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("member rules")
    page.keyboard.press("Enter")
    page.keyboard.press("t")
    expect(page.get_by_role("textbox", name=asha.t("result.tag"), exact=True)).to_be_focused()
    page.keyboard.type("checked by hand")
    page.keyboard.press("Enter")
    page.keyboard.press("+")
    expect(page.locator(".review-page .sheet-page")).to_have_attribute("style", "width: 150%;")
    page.keyboard.press("a")
    expect(page.get_by_text(asha.t("review.empty"))).to_be_visible()
    with Client(asha.base_url) as client:
        client.login(asha.email, PASSWORD)
        assert client.search("checked by hand")[0].tags[0] == "member rules"


def test_a_document_put_off_comes_last_and_its_reason_is_shown(visit: Any) -> None:
    asha = with_a_queue(visit("en"), 3)
    page = asha.page
    asha.go("#/review?reason=duplicate")
    wait_left(asha, 3)
    expect(page.locator(".review-words .badge").first).to_have_text(asha.t("reason4.duplicate"))
    first = page.locator(".review-words h2 a").get_attribute("href")
    page.keyboard.press("s")
    expect(page.locator(".review-words h2 a")).not_to_have_attribute("href", str(first))
    page.keyboard.press("a")
    page.reload()
    expect(page.locator(".review-words h2 a")).not_to_have_attribute("href", str(first))
    wait_left(asha, 2)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_goes_to_the_trash_and_comes_back(visit: Any, language: str) -> None:
    asha = with_a_queue(visit(language), 1)
    page = asha.page
    asha.go("#/history?tab=documents")
    found = page.locator(".found > li")
    expect(found).to_have_count(2)
    found.locator("a.strong").first.click()
    asha.on_document()
    asha.button("trash.move").click()
    page.get_by_role("dialog").get_by_role("button", name=asha.t("trash.move")).click()
    asha.heading("nav.history")
    expect(found).to_have_count(1)
    asha.go("#/trash")
    asha.heading("nav.trash")
    assert asha.violations() == []
    asha.button("trash.restore").click()
    expect(page.get_by_text(asha.t("trash.empty"))).to_be_visible()
    asha.go("#/history?tab=documents")
    expect(found).to_have_count(2)
