"""Every view in both languages and themes: reachable by keyboard, without an axe violation, whole at 360 pixels."""

from __future__ import annotations

import zipfile
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from web.conftest import ADMIN
from web.spoken import Spoken
from web.steps import PASSWORD, PATIENCE, SAMPLES, Visitor

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]

BOTH = ["en", "hi"]
VIEWS = {
    "": "single.title",
    "batch": "batch.title",
    "review": "nav.review",
    "history": "nav.history",
    "trash": "nav.trash",
    "dashboard": "nav.dashboard",
    "vocabularies": "nav.vocabularies",
    "keys": "nav.keys",
    "account": "nav.account",
    "admin": "nav.admin",
}


def sound(visitor: Visitor) -> None:
    expect(visitor.page.locator(".spin")).to_have_count(0)
    assert visitor.violations() == []
    assert Spoken(visitor.page).faults(visitor.language) == []
    assert visitor.overflow() <= 0


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1280), ("hi", "dark", 360)])
def test_every_view_is_accessible_and_whole(visit: Any, language: str, theme: str, width: int) -> None:
    admin = visit(language, width=width)
    admin.page.emulate_media(color_scheme=theme)
    admin.open()
    sound(admin)
    admin.sign_in(ADMIN, PASSWORD)
    admin.page.locator("input[type=file]").first.set_input_files(SAMPLES / "library-rules.pdf")
    admin.button("single.start").click()
    expect(admin.page.get_by_role("list", name=admin.t("result.tags"))).to_be_visible()
    expect(admin.page.locator(".sheet img")).to_be_visible()
    sound(admin)
    for view, key in VIEWS.items():
        admin.go(f"#/{view}")
        admin.heading(key)
        sound(admin)


@pytest.mark.slow
@pytest.mark.parametrize("language", BOTH)
def test_vocabularies_keys_and_account_do_what_they_say(visit: Any, language: str) -> None:
    asha = visit(language)
    asha.register()
    page = asha.page
    asha.go("#/vocabularies")
    asha.button("vocabulary.new").click()
    page.get_by_label(asha.t("vocabulary.name"), exact=True).fill("विभाग")
    page.get_by_label(asha.t("vocabulary.terms"), exact=True).fill("water supply,tap water,en,,जल आपूर्ति\nroads")
    asha.button("vocabulary.save", n=2).click()
    expect(page.get_by_text(asha.t("vocabulary.about", n=2, version=1))).to_be_visible()
    asha.go("#/keys")
    page.get_by_label(asha.t("keys.name"), exact=True).fill("nightly")
    asha.button("keys.make").click()
    expect(page.locator("code.key")).to_contain_text("mt_")
    asha.button("keys.revoke").click()
    page.get_by_role("dialog").get_by_role("button", name=asha.t("keys.revoke"), exact=True).click()
    expect(page.get_by_text(asha.t("keys.empty"), exact=True)).to_be_visible()
    asha.go("#/account")
    page.get_by_label(asha.t("account.now"), exact=True).fill(PASSWORD)
    page.get_by_label(asha.t("account.next"), exact=True).fill("another battery staple")
    asha.button("account.change").click()
    asha.sign_in(asha.email, "another battery staple")
    asha.heading("nav.account")


@pytest.mark.slow
@pytest.mark.parametrize("language", BOTH)
def test_an_administrator_sees_the_services_and_disables_a_user(visit: Any, language: str) -> None:
    ravi = visit(language)
    ravi.register()
    admin = visit(language)
    admin.open("#/admin")
    admin.sign_in(ADMIN, PASSWORD)
    expect(admin.page.get_by_text(admin.t("service.ocr"))).to_be_visible()
    expect(admin.page.get_by_text(admin.t("service.tagger"))).to_be_visible()
    admin.page.get_by_label(admin.t("admin.search"), exact=True).fill(ravi.email)
    entry = admin.page.get_by_role("listitem").filter(has_text=ravi.email)
    entry.get_by_role("button", name=admin.t("admin.disable")).click()
    expect(entry.get_by_role("button", name=admin.t("admin.enable"))).to_be_visible()
    ravi.go("#/history")
    expect(ravi.page.get_by_role("alert")).to_be_visible()
    ravi.complaints.clear()


@pytest.mark.slow
@pytest.mark.parametrize("language", BOTH)
def test_the_page_is_used_without_a_mouse(visit: Any, language: str) -> None:
    asha = visit(language)
    asha.register()
    page = asha.page
    page.keyboard.press("Tab")
    expect(page.get_by_text(asha.t("nav.skip"))).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("tab", name=asha.t("single.file"))).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_role("tab", name=asha.t("single.url"))).to_be_focused()
    expect(page.get_by_label(asha.t("single.address"), exact=True)).to_be_visible()
    page.keyboard.press("ArrowLeft")
    # A file is chosen, read and tagged, a tag corrected and a page turned, with Tab and Enter alone.
    with page.expect_file_chooser() as chooser:
        press(asha, asha.button("drop.chooseOne"))
    chooser.value.set_files(SAMPLES / "road-tender.pdf")
    press(asha, asha.button("single.start"))
    first = page.locator(".tag-name").first
    expect(first).to_be_visible(timeout=PATIENCE)
    press(asha, page.get_by_role("button", name=asha.t("result.edit", tag=first.inner_text()), exact=True))
    page.keyboard.press("Control+A")
    page.keyboard.type("roads")
    page.keyboard.press("Enter")
    expect(first).to_have_text("roads")
    press(asha, page.get_by_role("link", name=asha.t("nav.batch"), exact=True), "Shift+Tab")
    asha.heading("batch.title")
    with page.expect_file_chooser() as chooser:
        press(asha, asha.button("drop.choose"))
    chooser.value.set_files([SAMPLES / "road-tender.pdf", SAMPLES / "library-rules.pdf"])
    press(asha, asha.button("batch.start", n=2))
    asha.batch.done(2)
    grid = page.locator(".grid-body")
    tab_to(asha, grid)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    asha.on_document()


def tab_to(visitor: Visitor, target: Locator, key: str = "Tab") -> None:
    """Move on until an element has the focus."""
    expect(target).to_be_visible()
    for _ in range(60):
        if target.evaluate("(element) => element === document.activeElement"):
            return
        visitor.page.keyboard.press(key)
    raise AssertionError(f"The keyboard does not come to {target}.")


def press(visitor: Visitor, target: Locator, key: str = "Tab") -> None:
    """Come to a button or link by the keyboard, and press it."""
    tab_to(visitor, target, key)
    visitor.page.keyboard.press("Enter")


@pytest.mark.slow
def test_language_and_theme_change_in_place_and_stay(visit: Any) -> None:
    asha = visit("en")
    asha.open()
    asha.page.get_by_role("button", name="हिन्दी").click()
    hindi = Visitor(asha.page.context, asha.base_url, "hi")
    expect(asha.page.get_by_role("heading", level=1)).to_have_text(hindi.t("sign.title"))
    asha.page.get_by_role("button", name=hindi.t("theme.auto")).click()
    asha.page.get_by_role("button", name=hindi.t("theme.light")).click()
    asha.page.reload()
    assert asha.page.evaluate("document.documentElement.dataset.theme") == "dark"
    expect(asha.page.get_by_role("heading", level=1)).to_have_text(hindi.t("sign.title"))


def test_no_token_lies_where_a_script_could_pick_it_up(visit: Any) -> None:
    asha = visit("en")
    asha.register()
    kept = asha.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
    assert "eyJ" not in kept
    names = asha.page.evaluate("indexedDB.databases().then((found) => found.length)")
    assert names == 0
    # A reload of the only tab is no sign-out.
    asha.page.reload()
    asha.heading("single.title")
    # A second tab is signed in at once, and signing out in one ends both.
    other = visit(beside=asha)
    other.open()
    other.heading("single.title")
    asha.button("signOut").click()
    expect(other.page.get_by_label(other.t("sign.password"), exact=True)).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("language", BOTH)
def test_an_account_is_exported_and_deleted_on_its_page(visit: Any, language: str) -> None:
    asha = visit(language)
    asha.register()
    page = asha.page
    asha.go("#/account")
    with page.expect_download() as saved:
        asha.button("account.export").click()
    names = zipfile.ZipFile(saved.value.path()).namelist()
    assert {"account.json", "documents.jsonl", "audit.jsonl"} <= set(names)
    sound(asha)
    asha.button("account.delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(asha.t("account.now"), exact=True).fill("wrong")
    dialog.get_by_role("button", name=asha.t("account.delete"), exact=True).click()
    expect(page.get_by_role("status").first).to_be_visible()
    asha.complaints.clear()
    dialog.get_by_label(asha.t("account.now"), exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name=asha.t("account.delete"), exact=True).click()
    expect(page.get_by_text(asha.t("account.deleted"), exact=True)).to_be_visible()
    expect(page.get_by_label(asha.t("sign.email"), exact=True)).to_be_visible()
