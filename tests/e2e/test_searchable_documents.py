"""Scans leave with their text, and it is shown where tags and searched words stand: from upload to file."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from fakes.ocr_layers import pdfium_hits, pdfium_text, poppler_text
from fakes.ocr_scans import recall
from metatag_client import Client, NotFound

Sides = tuple[float, float, float, float]


def _sides(box: dict[str, float]) -> Sides:
    return box["x0"], box["y0"], box["x1"], box["y1"]


def _near(one: Sides, other: Sides) -> bool:
    """Tell whether the middle of a box lies in another."""
    x, y = (one[0] + one[2]) / 2, (one[1] + one[3]) / 2
    return other[0] <= x <= other[2] and other[1] <= y <= other[3]


@pytest.mark.parametrize(
    ("name", "word"), [("vaccination-notice.pdf", "vaccination"), ("karyalaya-adesh.pdf", "मध्याह्न")]
)
def test_a_scan_leaves_with_its_text_in_place(
    client: Client, samples: Path, tmp_path: Path, name: str, word: str
) -> None:
    result = client.process(samples / name)
    stored = client.document(result.document_id).raw["extracted_text"].replace("\f", " ")
    made = client.searchable(result.document_id)

    everything = " ".join(pdfium_text(made, page) for page in range(1, len(pypdfium2.PdfDocument(made)) + 1))
    assert recall(poppler_text(made, tmp_path), stored) >= 0.98
    assert recall(everything, stored) >= 0.98
    # A reader's search hits where the page of metatag shows the word.
    shown = client.page_words(result.document_id, 1, query=word)
    assert shown["source"] == "recognised"
    places = [_sides(box) for hit in shown["hits"] for box in hit["boxes"]]
    hits = pdfium_hits(made, word)
    assert places
    assert all(any(_near(hit, place) for place in places) for hit in hits)
    assert hits
    with pikepdf.open(io.BytesIO(made)) as pdf, pdf.open_metadata() as metadata:
        assert set(metadata["dc:subject"]) == {tag.text for tag in result.tags}


def test_tags_are_shown_on_scans_and_on_pages_with_a_text_of_their_own(client: Client, samples: Path) -> None:
    for name, source in (("vaccination-notice.pdf", "recognised"), ("water-supply-report.pdf", "text_layer")):
        result = client.process(samples / name)
        tags = client.document(result.document_id).raw["tag_details"]
        tag = next(tag for tag in tags if tag["page"])
        found = client.page_words(result.document_id, tag["page"], tag=tag["tag"], words=True)
        assert found["source"] == source
        assert found["hits"], tag["tag"]
        assert all(0 <= side <= 1 for hit in found["hits"] for box in hit["boxes"] for side in _sides(box))
        assert len(found["words"]) > 20
    with pytest.raises(NotFound):
        client.page_words(result.document_id, 99)


def test_a_digital_report_stays_as_it_is(client: Client, samples: Path) -> None:
    result = client.process(samples / "water-supply-report.pdf")
    made = client.searchable(result.document_id)
    assert pdfium_text(made) == pdfium_text((samples / "water-supply-report.pdf").read_bytes())
