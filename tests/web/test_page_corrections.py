"""What a person corrects on the page is kept: with its history, undo, and both versions where two were at it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from metatag_client import Client
from web.steps import PASSWORD, SAMPLES, Visitor

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
LANGUAGES = ["en", pytest.param("hi", marks=pytest.mark.slow)]


def with_a_document(visitor: Visitor) -> Visitor:
    """Register, have one document tagged, and open it."""
    visitor.register()
    with Client(visitor.base_url) as client:
        client.login(visitor.email, PASSWORD)
        client.process(SAMPLES / "library-rules.pdf")
        document = client.search("library")[0].id
    visitor.go(f"#/documents/{document}")
    visitor.on_document()
    return visitor


def retag(visitor: Visitor, text: str) -> str:
    """Give the first tag other words; returns what it was."""
    first = visitor.page.locator(".tag-name").first
    before = first.inner_text()
    visitor.page.get_by_role("button", name=visitor.t("result.edit", tag=before), exact=True).click()
    visitor.page.get_by_role("textbox", name=visitor.t("result.tag"), exact=True).fill(text)
    visitor.page.keyboard.press("Enter")
    return before


def save(visitor: Visitor) -> None:
    visitor.button("correct.save").click()
    expect(visitor.page.locator(".save-bar")).to_have_count(0)


@pytest.mark.parametrize("language", LANGUAGES)
def test_corrections_are_saved_shown_in_the_history_and_undone(visit: Any, language: str) -> None:
    asha = with_a_document(visit(language))
    page = asha.page
    before = retag(asha, "town library rules")
    # Other words rest on nothing that was read: score and evidence of the old tag are not kept.
    changed = page.locator(".tags > li").first
    expect(changed).to_contain_text(asha.t("tagSource.person"))
    expect(changed.locator(".score")).to_have_count(0)
    expect(changed.locator("q")).to_have_count(0)
    page.get_by_label(asha.t("file.title"), exact=True).fill("नियम 2024")
    page.get_by_text(asha.t("correct.texts"), exact=True).click()
    page.get_by_label(asha.t("correct.note"), exact=True).fill("Shelf 12, <b>box</b> 3")
    save(asha)
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("नियम 2024")
    expect(page.locator(".tag-name").first).to_have_text("town library rules")
    expect(page.get_by_label(asha.t("correct.note"), exact=True)).to_have_value("Shelf 12, <b>box</b> 3")
    past = page.locator("section.card", has=page.get_by_role("heading", name=asha.t("change.title")))
    expect(past).to_contain_text(asha.t("change.you"))
    expect(past.locator("del", has_text=re.compile(f"^{re.escape(before)}$"))).to_be_visible()
    assert asha.violations() == []
    asha.button("change.undo").click()
    expect(page.locator(".tag-name").first).to_have_text(before)
    expect(past).to_contain_text(asha.t("change.undone"))


def test_what_is_not_saved_waits_through_a_look_elsewhere(visit: Any) -> None:
    asha = with_a_document(visit("en"))
    address = asha.page.url.split("#")[1]
    retag(asha, "not saved yet")
    asha.go("#/history")
    asha.heading("nav.history")
    asha.go(f"#{address}")
    expect(asha.page.locator(".tag-name").first).to_have_text("not saved yet")
    expect(asha.page.locator(".save-bar")).to_be_visible()
    asha.button("correct.discard").click()
    expect(asha.page.locator(".tag-name").first).not_to_have_text("not saved yet")


def test_a_tag_that_stands_there_is_not_added_again(visit: Any) -> None:
    asha = with_a_document(visit("en"))
    page = asha.page
    first = page.locator(".tag-name").first.inner_text()
    count = page.locator(".tag-name").count()
    asha.button("result.add").click()
    page.get_by_role("textbox", name=asha.t("result.tag"), exact=True).fill(first.upper())
    page.keyboard.press("Enter")
    expect(page.get_by_text(asha.t("result.tagTwice", tag=first.upper()))).to_be_visible()
    expect(page.locator(".tag-name")).to_have_count(count)


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_people_at_one_document_see_both_versions(visit: Any, language: str) -> None:
    asha = with_a_document(visit(language))
    address = asha.page.url.split("#")[1]
    other = visit(language, beside=asha)
    other.open(f"#{address}")
    other.on_document()
    retag(asha, "the first correction")
    save(asha)
    retag(other, "the second correction")
    other.button("correct.save").click()
    dialog = other.page.get_by_role("dialog")
    expect(dialog).to_contain_text("the first correction")
    expect(dialog).to_contain_text("the second correction")
    assert other.violations() == []
    dialog.get_by_role("button", name=other.t("conflict.keepMine")).click()
    expect(other.page.locator(".save-bar")).to_have_count(0)
    expect(other.page.locator(".tag-name").first).to_have_text("the second correction")
    asha.page.reload()
    expect(asha.page.locator(".tag-name").first).to_have_text("the second correction")
    # The browser writes its own line for the refusal.
    assert all("412" in line for line in other.complaints)
    other.complaints.clear()


def test_the_words_of_a_tag_are_marked_in_the_text_and_the_page_comes_into_sight(visit: Any) -> None:
    asha = with_a_document(visit("en"))
    page = asha.page
    page.get_by_role("button", name=re.compile("^" + asha.t("result.onPage", n=1))).first.click()
    expect(page.locator("pre.text mark")).to_be_visible()
    expect(page.locator("#reader")).to_be_in_viewport()


def test_a_document_is_marked_as_checked_and_taken_back(visit: Any) -> None:
    asha = with_a_document(visit("en"))
    asha.button("review.approve").click()
    expect(asha.page.locator(".badge").first).to_have_text(asha.t("status.reviewed"))
    asha.page.reload()
    expect(asha.page.locator(".badge").first).to_have_text(asha.t("status.reviewed"))
    asha.button("review.takeBack").click()
    expect(asha.page.locator(".badge").first).to_have_text(asha.t("status.success"))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_document_is_processed_again_and_keeps_what_a_person_gave(visit: Any, language: str) -> None:
    asha = with_a_document(visit(language))
    page = asha.page
    retag(asha, "given by hand")
    save(asha)
    asha.button("again.title").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(asha.t("options.tags"), exact=True).fill("3")
    assert asha.violations() == []
    dialog.get_by_role("button", name=asha.t("again.start")).click()
    expect(page.get_by_text(asha.t("again.done"))).to_be_visible(timeout=120_000)
    expect(page.locator(".tag-name").first).to_have_text("given by hand")
    past = page.locator("section.card", has=page.get_by_role("heading", name=asha.t("change.title")))
    expect(past).to_contain_text(asha.t("change.process_again"))
    expect(page.locator(".tag-name")).to_have_count(4)
