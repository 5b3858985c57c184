"""One document on the page, in both languages, against the running system: from the drop to the tags and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from web.steps import PATIENCE, SAMPLES, Visitor

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]


LANGUAGES = ["en", pytest.param("hi", marks=pytest.mark.slow)]
HINDI_FIRST = ["hi", pytest.param("en", marks=pytest.mark.slow)]

KEEP_CONFIG = """() => {
  const set = FormData.prototype.set;
  FormData.prototype.set = function (name, ...rest) {
    if (name === "config") window.sentConfig = rest[0];
    return set.call(this, name, ...rest);
  };
}"""


def tag(visitor: Visitor, sample: str | Path) -> None:
    visitor.heading("single.title")
    visitor.page.locator("input[type=file]").first.set_input_files(sample)
    visitor.button("single.start").click()
    expect(visitor.page.get_by_role("list", name=visitor.t("result.tags"))).to_be_visible(timeout=PATIENCE)


def tags_of(visitor: Visitor) -> list[str]:
    return visitor.page.locator(".tag-name").all_inner_texts()


def saved(visitor: Visitor, name: str) -> Any:
    with visitor.page.expect_download() as download:
        visitor.page.get_by_role("button", name=visitor.t("result.save", kind=name), exact=True).click()
    return Path(download.value.path()).read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_digital_document_becomes_tags_that_can_be_mended_copied_and_saved(visit: Any, language: str) -> None:
    asha = visit(language)
    asha.register()
    tag(asha, SAMPLES / "water-supply-report.pdf")
    page = asha.page
    first = tags_of(asha)
    assert len(first) >= 3
    expect(page.get_by_text(asha.words["method.text_layer"]).first).to_be_visible()
    expect(page.get_by_text(asha.t("cost.free"), exact=True)).to_be_visible()
    # The page's picture stands beside its text.
    expect(page.locator(".sheet img")).to_be_visible(timeout=PATIENCE)
    assert len(page.locator("pre.text").inner_text()) > 200
    # A tag with markup in it is text.
    page.get_by_role("button", name=asha.t("result.edit", tag=first[0]), exact=True).click()
    page.get_by_role("textbox", name=asha.t("result.tag"), exact=True).fill("<img src=x onerror=alert(1)>")
    page.keyboard.press("Enter")
    assert tags_of(asha)[0] == "<img src=x onerror=alert(1)>"
    assert page.locator("img[src=x]").count() == 0
    asha.button("result.add").click()
    page.get_by_role("textbox", name=asha.t("result.tag"), exact=True).fill("mine")
    page.keyboard.press("Enter")
    page.get_by_role("button", name=asha.t("result.drop", tag=first[1]), exact=True).click()
    assert tags_of(asha)[-1] == "mine"
    assert first[1] not in tags_of(asha)
    asha.button("result.copy").click()
    assert page.evaluate("navigator.clipboard.readText()").endswith(", mine")
    assert json.loads(saved(asha, "JSON"))["tags"][-1]["tag"] == "mine"
    assert saved(asha, "CSV").splitlines()[0] == "tag,score,source,page,evidence"
    # It is found again by a word of its text, after a reload without a sign-in.
    asha.open("#/history")
    page.get_by_label(asha.t("history.search"), exact=True).fill("water")
    page.get_by_role("link", name="Water").first.click()
    asha.on_document()
    expect(page.get_by_role("list", name=asha.t("result.tags"))).to_be_visible()


@pytest.mark.parametrize("language", HINDI_FIRST)
def test_a_hindi_scan_is_read_page_by_page_and_found_by_devanagari(visit: Any, language: str) -> None:
    ravi = visit(language, width=390)
    ravi.register()
    page = ravi.page
    assert page.evaluate("document.documentElement.lang") == language
    tag(ravi, SAMPLES / "karyalaya-adesh.pdf")
    assert tags_of(ravi)
    expect(page.get_by_text("Tesseract").first).to_be_visible()
    assert page.get_by_text(ravi.words["language.hin"]).count() > 0
    text = page.locator("pre.text").inner_text()
    devanagari = [word for word in text.split() if len(word) > 3 and all("\u0900" <= sign <= "\u097f" for sign in word)]
    ravi.go("#/history")
    page.get_by_label(ravi.t("history.search"), exact=True).fill(devanagari[0])
    expect(page.get_by_role("status").filter(has_text=ravi.t("history.found", n=1))).to_be_visible()
    page.get_by_label(ravi.t("history.search"), exact=True).fill("")
    page.get_by_role("button", name=max(ravi.words["history.delete"].split("{when}"), key=len).strip()).first.click()
    page.get_by_role("dialog").get_by_role("button", name=ravi.t("history.deleteYes"), exact=True).click()
    expect(page.get_by_text(ravi.t("history.empty"), exact=True)).to_be_visible()


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_cannot_be_right_is_said_before_anything_is_sent(visit: Any, tmp_path: Path, language: str) -> None:
    asha = visit(language)
    asha.register()
    large = tmp_path / "large.pdf"
    with large.open("wb") as sparse:
        sparse.truncate(600 * 1000 * 1000)
    asha.page.locator("input[type=file]").first.set_input_files(large)
    asha.button("single.start").click()
    expect(asha.page.get_by_role("alert")).to_contain_text("600 MB")
    asha.button("remove").click()
    for name, content, key in (("notes.txt", b"hello", "single.notPdf"), ("empty.pdf", b"", "single.emptyFile")):
        file: Any = {"name": name, "mimeType": "application/pdf", "buffer": content}
        asha.page.locator("input[type=file]").first.set_input_files(file)
        asha.button("single.start").click()
        expect(asha.page.get_by_role("alert")).to_have_text(asha.t(key))
        asha.button("remove").click()


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_broken_pdf_gets_the_servers_sentence_and_an_address_is_checked(visit: Any, language: str) -> None:
    asha = visit(language)
    asha.register()
    file: Any = {"name": "broken.PDF", "mimeType": "application/pdf", "buffer": b"%PDF-1.7\nnothing more"}
    asha.page.locator("input[type=file]").first.set_input_files(file)
    asha.button("single.start").click()
    expect(asha.page.get_by_role("alert")).to_be_visible(timeout=PATIENCE)
    asha.page.get_by_role("tab", name=asha.t("single.url")).click()
    asha.page.get_by_label(asha.t("single.address"), exact=True).fill("ftp://example.com/a.pdf")
    asha.button("single.start").click()
    expect(asha.page.get_by_role("alert").filter(has_text=asha.t("single.badUrl"))).to_be_visible()
    # The browser writes its own line for every answer of 4xx and 5xx; that is all it may complain of.
    assert all("status of 4" in line for line in asha.complaints)
    asha.complaints.clear()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_vision_model_is_chosen_beside_the_recognition_of_scans(visit: Any, language: str) -> None:
    asha = visit(language)
    asha.register()
    page = asha.page
    page.get_by_text(asha.t("options.more"), exact=True).click()
    model = page.get_by_label(asha.t("options.visionModel"), exact=True)
    expect(model).to_have_count(0)
    page.get_by_label(asha.t("options.tagger"), exact=True).select_option("local")
    expect(page.get_by_label(asha.t("options.key"), exact=True)).to_have_count(0)
    page.get_by_label(asha.t("options.vision"), exact=True).select_option("auto")
    model.fill(" openai/gpt-4o-mini ")
    # The offline tagger needs no key, a vision model does.
    page.get_by_label(asha.t("options.key"), exact=True).fill("sk-or-test")
    # Chromium gives no body of a request with a file in it.
    page.evaluate(KEEP_CONFIG)
    tag(asha, SAMPLES / "water-supply-report.pdf")
    sent = json.loads(page.evaluate("sentConfig"))
    assert (sent["vision"], sent["vision_model"], sent["api_key"]) == ("auto", "openai/gpt-4o-mini", "sk-or-test")
