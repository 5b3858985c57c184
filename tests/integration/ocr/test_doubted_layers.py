"""Layers that do not say what their page shows are recognised, and right ones kept, by a real node."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from fakes.broken_layers import legacy, unmapped, without_maps, wrong_map
from fakes.hostile_pdfs import text_pdf
from fakes.layer_files import layer_file, shown_text, word_scores
from fakes.ocr_client import recognize
from fakes.ocr_pdfs import half_scan, page_image, sample, scan_pdf
from metatag.v1 import document_pb2

LINES = [
    "The committee approved the water supply scheme for the northern district.",
    "Every canal is inspected before the last day of the month by the engineer.",
    "Societies must stock carp each season and keep the closed months.",
]
# What somebody's OCR made of Hindi, read as English.
RUBBISH = [
    "zareg ud uRaR Hear Fata HAANAT BeQ1 faa: niaftc caqrea cheat A aargal cht",
    "ast foter fefehear aiftteprat at freer fear siren fea a rot ata ch oreafach",
    "faaeor afrat nt Fi:gfeen febar ot Ret CleeneUl cHrisha sh sit awedl six wad",
]


def _invisible(lines: list[str]) -> bytes:
    at = enumerate(lines)
    return b"".join(b"BT 3 Tr /F 12 Tf 72 %d Td (%s) Tj ET " % (700 - 15 * row, line.encode()) for row, line in at)


@pytest.mark.parametrize(
    ("data", "reasons"),
    [
        (wrong_map("chrome-hindi"), ("ill_formed_text", "garbled_text")),
        (unmapped("chrome-hindi"), ("ill_formed_text", "garbled_text")),
        (legacy("chrome-hindi", "KrutiDev010"), ("legacy_font",)),
        (legacy("chrome-hindi", "TT5F3O00"), ("legacy_encoding",)),
        (layer_file("wkhtmltopdf-hindi").read_bytes(), ("ill_formed_text", "unmapped_glyphs")),
    ],
    ids=["wrong map", "no map for clusters", "legacy font", "legacy font without its name", "wkhtmltopdf"],
)
async def test_a_hindi_layer_that_is_wrong_is_recognised(make_node, data, reasons):
    node = await make_node()

    answer = await recognize(node.channel, data)

    recall, precision = word_scores(answer.text, shown_text("chrome-hindi"))
    assert answer.pages[1].method == document_pb2.PAGE_METHOD_TESSERACT
    assert answer.pages[1].reason in reasons
    assert recall >= 0.93
    assert precision >= 0.93


async def test_a_hindi_layer_that_is_right_is_kept_after_one_look_at_its_picture(make_node):
    node = await make_node()

    answer = await recognize(node.channel, layer_file("chrome-hindi").read_bytes())

    page = answer.pages[1]
    assert (page.method, page.reason) == (document_pb2.PAGE_METHOD_TEXT_LAYER, "layer_confirmed")
    assert page.tries == 1
    assert word_scores(answer.text, shown_text("chrome-hindi")) >= (0.99, 0.99)


async def test_a_czech_layer_is_not_thrown_away_for_a_reading_without_its_accents(make_node):
    node = await make_node()

    answer = await recognize(node.channel, without_maps("chrome-czech"))

    assert word_scores(answer.text, shown_text("chrome-czech")) >= (0.99, 0.99)


async def test_a_layer_whose_script_no_installed_language_reads_is_kept(make_node):
    node = await make_node()

    answer = await recognize(node.channel, layer_file("chrome-gujarati").read_bytes())

    assert word_scores(answer.text, shown_text("chrome-gujarati")) >= (0.99, 0.99)
    assert answer.pages[1].tries == 0


async def test_rubbish_under_a_hindi_scan_gives_way_to_recognition(make_node):
    node = await make_node()
    data = scan_pdf([page_image(layer_file("chrome-hindi").read_bytes())], over=_invisible(RUBBISH * 8))

    answer = await recognize(node.channel, data)

    assert answer.pages[1].reason == "hidden_layer_poor"
    assert word_scores(answer.text, shown_text("chrome-hindi"))[0] >= 0.93


async def test_a_long_scan_with_a_right_layer_costs_one_recognition(make_node):
    node = await make_node(slots=2)
    scan = page_image(text_pdf([LINES * 8]))

    answer = await recognize(node.channel, scan_pdf([scan] * 6, over=_invisible(LINES * 8)))

    assert {page.reason for page in answer.pages.values()} == {"hidden_layer_good"}
    assert sum(page.tries for page in answer.pages.values()) == 1


async def test_plain_english_is_not_looked_at(make_node):
    node = await make_node()

    answer = await recognize(node.channel, sample("library-rules"))

    assert {page.tries for page in answer.pages.values()} == {0}


async def test_a_scan_below_the_text_is_recognised_and_the_text_stays(make_node):
    node = await make_node()
    above = [f"Annexure {number}: {line}" for number, line in enumerate(LINES * 3)]

    answer = await recognize(node.channel, half_scan(above, page_image(text_pdf([LINES * 3]))), words=True)

    page = answer.pages[1]
    assert (page.method, list(page.notes)) == (document_pb2.PAGE_METHOD_TEXT_LAYER, ["picture_read"])
    assert word_scores(answer.text, "\n".join([*above, *LINES * 3])) >= (0.97, 0.97)
    assert answer.text.index("Annexure 0") < answer.text.index("\n" + LINES[0])
    assert all(word.y > 0.5 for word in page.words)


async def test_a_photo_beside_the_text_costs_nothing_but_a_look(make_node):
    node = await make_node()
    shades = np.random.default_rng(1).normal(128, 60, (400, 600)).clip(0, 255).astype(np.uint8)

    answer = await recognize(node.channel, half_scan(LINES * 3, Image.fromarray(shades)))

    assert (answer.pages[1].tries, list(answer.pages[1].notes)) == (0, [])
