"""Tags as things: counted, renamed, merged, split and deleted everywhere, and changed over a selection; each undone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from metatag_client import Client, Row
from web.steps import PASSWORD, PATIENCE, SAMPLES, Visitor

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
LANGUAGES = ["en", pytest.param("hi", marks=pytest.mark.slow)]


def with_tags(visitor: Visitor) -> Visitor:
    """Register, and have two documents tagged."""
    visitor.register()
    with Client(visitor.base_url) as client:
        client.login(visitor.email, PASSWORD)
        rows = [Row(str(SAMPLES / name), "local") for name in ("library-rules.pdf", "road-tender.pdf")]
        assert list(client.batch(rows))[-1].kind == "completed"
    return visitor


def rows_of(visitor: Visitor) -> Locator:
    return visitor.page.locator(".tags-table tbody tr")


def choose(visitor: Visitor, *names: str) -> None:
    for name in names:
        visitor.page.get_by_label(visitor.t("chooseOne", name=name), exact=True).check()


@pytest.mark.parametrize("language", LANGUAGES)
def test_two_tags_are_merged_everywhere_and_taken_apart_again(visit: Any, language: str) -> None:
    asha = with_tags(visit(language))
    page = asha.page
    asha.go("#/tags?sort=name")
    rows = rows_of(asha)
    expect(rows.first).to_be_visible()
    assert asha.violations() == []
    names = [rows.nth(at).get_by_role("link").inner_text() for at in range(2)]
    before = rows.count()
    choose(asha, *names)
    asha.button("tags.merge").click()
    dialog = page.get_by_role("dialog")
    assert asha.violations() == []
    dialog.get_by_label(asha.t("tags.mergeInto"), exact=True).fill("merged by hand")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="merged by hand")).to_be_visible(timeout=PATIENCE)
    expect(rows).to_have_count(before - 1)
    asha.button("tags.undo").click()
    expect(page.get_by_role("link", name=names[0], exact=True)).to_be_visible(timeout=PATIENCE)
    expect(rows).to_have_count(before)
    expect(page.get_by_text(asha.t("tagState.undone"), exact=False).first).to_be_visible()
    assert asha.violations() == []


def test_a_name_that_is_taken_is_said_in_the_dialog_and_the_two_can_be_merged(visit: Any) -> None:
    asha = with_tags(visit("en"))
    page = asha.page
    asha.go("#/tags?sort=name")
    rows = rows_of(asha)
    expect(rows.first).to_be_visible()
    before = rows.count()
    first, second = (rows.nth(at).get_by_role("link").inner_text() for at in range(2))
    choose(asha, first)
    asha.button("tags.rename").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(asha.t("tags.newName"), exact=True).fill(second)
    dialog.get_by_role("button", name=asha.t("tags.rename")).click()
    # It is an error of the network for the browser, not for the person.
    expect(dialog.get_by_role("alert")).to_contain_text(second)
    asha.complaints.clear()
    dialog.get_by_role("button", name=asha.t("tags.merge")).click()
    expect(rows).to_have_count(before - 1, timeout=PATIENCE)
    # Markup is text like any other.
    choose(asha, second)
    asha.button("tags.rename").click()
    dialog.get_by_label(asha.t("tags.newName"), exact=True).fill("<b>markup</b>")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="<b>markup</b>")).to_be_visible(timeout=PATIENCE)


def test_a_tag_is_split_and_deleted_and_its_documents_are_one_link_away(visit: Any) -> None:
    asha = with_tags(visit("en"))
    page = asha.page
    asha.go("#/tags?sort=name")
    rows = rows_of(asha)
    expect(rows.first).to_be_visible()
    name = rows.first.get_by_role("link").inner_text()
    choose(asha, name)
    asha.button("tags.split").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(asha.t("tags.splitInto"), exact=True).fill("aa first, aa second")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="aa second")).to_be_visible(timeout=PATIENCE)
    page.get_by_role("link", name="aa second").click()
    expect(page.locator(".found > li")).to_have_count(1)
    asha.button("history.anyTag", tag="aa second").click()
    expect(page.locator(".found > li")).to_have_count(2)
    page.go_back()
    page.go_back()
    expect(rows.first).to_contain_text("aa first")
    choose(asha, "aa first", "aa second")
    asha.button("tags.delete").click()
    page.get_by_role("dialog").get_by_role("button", name=asha.t("tags.delete")).click()
    expect(page.get_by_role("link", name="aa second")).to_have_count(0, timeout=PATIENCE)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_selection_is_given_a_tag_at_once(visit: Any, language: str) -> None:
    asha = with_tags(visit(language))
    page = asha.page
    asha.go("#/history?tab=documents")
    expect(page.locator(".found > li")).to_have_count(2)
    asha.button("bulk.page").click()
    asha.button("bulk.apply").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(asha.t("bulk.add"), exact=True).fill("shelf 12, checked 2026")
    assert asha.violations() == []
    dialog.get_by_role("button", name=asha.t("bulk.apply")).click()
    expect(page.get_by_role("link", name="shelf 12")).to_have_count(2, timeout=PATIENCE)
    assert asha.violations() == []
    asha.go("#/tags?q=shelf")
    expect(rows_of(asha)).to_have_count(1)
    expect(rows_of(asha)).to_contain_text("2", timeout=PATIENCE)
