"""What the page says of failures: by the server's code, in the reader's language, never a mixture."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from metatag_client import Client, Row
from metatag_runtime.errors import ErrorCode
from web.steps import PASSWORD, SAMPLES, words

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
EXPLAIN = """async ([language, given]) => {
  (await import('/app/js/prefs.js')).language.set(language);
  return (await import('/app/js/lib/messages.js')).explain(given);
}"""
# Three Latin words in a row are an English sentence; names of files and formats are not.
ENGLISH = re.compile(r"(?:\b[A-Za-z][a-z]+\b[ ,;]+){3,}")


def test_every_error_code_has_a_sentence_and_a_heading_in_both_languages() -> None:
    for language in ("en", "hi"):
        known = words(language)
        for code in ErrorCode:
            assert known.get(f"say.{code}"), (language, code)
            if code not in (ErrorCode.UNAUTHENTICATED,):
                assert known.get(f"code.{code}") or code.value in ("version_mismatch", "precondition_required"), code


@pytest.mark.parametrize("code", ["insufficient_text", "provider_credits", "storage_full", "invalid_state", ""])
def test_a_sentence_of_the_server_is_not_shown_on_a_hindi_page(page: Page, code: str) -> None:
    given = {"code": code, "detail": "Something that only the server knows of.", "status": 409}
    assert not ENGLISH.search(page.evaluate(EXPLAIN, ["hi", given]))
    assert page.evaluate(EXPLAIN, ["en", given]) == given["detail"]


def test_what_is_known_of_a_sentence_is_said_in_plain_words(page: Page) -> None:
    detail = "Failed to download PDF from URL: Failed to download: HTTP 404"
    for language in ("en", "hi"):
        said = page.evaluate(EXPLAIN, [language, {"code": "source_unavailable", "detail": detail, "status": 0}])
        assert said == words(language)["say.http404"]
    workbook = {"detail": "The workbook has 3 sheets; only 'Roads' was read."}
    assert "Roads" in page.evaluate(EXPLAIN, ["hi", workbook])


def test_a_hindi_batch_with_failures_shows_no_english_sentence(visit: Any) -> None:
    ravi = visit("hi")
    ravi.register()
    rows = [Row(str(SAMPLES / "absent.pdf"), "local"), Row("/etc/hostname", "local"), Row("http://10.0.0.1/x", "url")]
    with Client(ravi.base_url) as client:
        client.login(ravi.email, PASSWORD)
        job = client.start_batch(rows).id
        assert list(client.events(job))[-1].kind == "completed"
    for address in (f"#/jobs/{job}", "#/history?tab=documents"):
        ravi.go(address)
        expect(ravi.page.locator(".bad-text").first).to_be_visible()
        text = ravi.page.locator("main").inner_text()
        assert not ENGLISH.search(text), text


def test_a_wrong_password_is_told_at_its_field(visit: Any) -> None:
    asha = visit("hi")
    asha.register()
    asha.button("signOut").click()
    page = asha.page
    page.get_by_label(asha.t("sign.email"), exact=True).fill(asha.email)
    page.get_by_label(asha.t("sign.password"), exact=True).fill("not the right one")
    asha.button("sign.in").click()
    field = page.get_by_label(asha.t("sign.password"), exact=True)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(page.get_by_text(asha.t("say.wrongPassword"))).to_be_visible()
    asha.complaints.clear()
