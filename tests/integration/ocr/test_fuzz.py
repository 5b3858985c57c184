"""Damaged files by the dozen end in text or a named error, and the node lives. `make fuzz-ocr` sends thousands."""

from __future__ import annotations

from fakes import hostile_pdfs as made
from fakes.ocr_client import recognize
from fakes.ocr_fuzz import outcomes
from fakes.ocr_pdfs import page_image, sample, scan_pdf
from fakes.pdf_mutations import mutated

LINE = "The committee approved the water supply scheme for the northern district."


def _sources() -> list[bytes]:
    digital = made.text_pdf([[LINE] * 5] * 3, title="A title")
    small = scan_pdf([page_image(digital, 1, 60)], dpi=60)
    return [digital, small, sample("karyalaya-adesh"), made.form_loop(), made.empty_page()]


async def test_damaged_files_get_a_named_outcome_and_the_node_lives(make_node):
    node = await make_node(page_seconds=10, open_seconds=10)

    counts = await outcomes(node.channel, mutated(_sources(), 150, seed=20260724))

    assert not [name for name in counts if name.startswith("fault")], counts
    assert counts["read"] > 10
    assert counts["broken_document"] > 10
    assert LINE in (await recognize(node.channel, made.text_pdf([[LINE] * 9]))).text


def test_the_same_seed_gives_the_same_files():
    sources = [made.text_pdf([[LINE]])]

    assert list(mutated(sources, 20, seed=3)) == list(mutated(sources, 20, seed=3))
    assert list(mutated(sources, 20, seed=3)) != list(mutated(sources, 20, seed=4))
