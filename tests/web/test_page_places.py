"""The words of a tag are marked on the page's picture, and stay on them when it is enlarged."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from metatag_client import Client
from web.steps import PASSWORD, SAMPLES

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]

# Where the middle of each mark lies, as shares of the picture.
MIDDLES = """() => {
  const picture = document.querySelector(".sheet-page img");
  if (!picture?.complete) return null;
  const sheet = picture.getBoundingClientRect();
  const marks = [...document.querySelectorAll(".sheet .place")];
  if (marks.length === 0) return null;
  return marks.map((mark) => {
    const box = mark.getBoundingClientRect();
    const across = (box.left + box.width / 2 - sheet.left) / sheet.width;
    const down = (box.top + box.height / 2 - sheet.top) / sheet.height;
    return [across, down];
  });
}"""


def middles(page: Any) -> list[list[float]]:
    """Return the middles of the marks as soon as the picture is there: it is fetched again when it grows."""
    found: list[list[float]] = page.wait_for_function(MIDDLES).json_value()
    return found


@pytest.mark.parametrize("language", ["en", "hi"])
@pytest.mark.parametrize("scan", ["vaccination-notice.pdf", "karyalaya-adesh.pdf"])
def test_the_words_of_a_tag_are_marked_on_the_picture(visit: Any, language: str, scan: str) -> None:
    asha = visit(language)
    asha.register()
    with Client(asha.base_url) as client:
        client.login(asha.email, PASSWORD)
        document = client.process(SAMPLES / scan).document_id
        tag = next(each for each in client.document(document).raw["tag_details"] if each["page"])
        hits = client.page_words(document, tag["page"], tag=tag["tag"])["hits"]
    boxes = [box for hit in hits for box in hit["boxes"]]
    page = asha.page
    asha.go(f"#/documents/{document}")
    expect(page.locator(".sheet img")).to_be_visible()
    page.locator(".tags button.link").first.press("Enter")

    expect(page.locator(".sheet .place")).to_have_count(len(boxes))
    expect(page.locator(".sheet .place").first).to_be_in_viewport()
    right = [pytest.approx([(box["x0"] + box["x1"]) / 2, (box["y0"] + box["y1"]) / 2], abs=0.01) for box in boxes]
    assert middles(page) == right
    page.get_by_role("button", name=asha.t("reader.larger")).press("Enter")
    expect(page.locator(".sheet-page")).to_have_attribute("style", "width: 150%;")
    expect(page.locator(".sheet img")).to_be_visible()
    assert middles(page) == right
    assert asha.violations() == []
