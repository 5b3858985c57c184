"""Each page's way follows from its evidence, with a reason that says which."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from metatag_ocr.reading.decide import Decision, Reason, decide
from metatag_ocr.reading.evidence import Layer, PictureBeside

PROSE = "The committee approved the water supply scheme for the northern district of the state. " * 8
HINDI = "भारत सरकार ने ग्रामीण क्षेत्रों में पेयजल की आपूर्ति के लिए नई योजना बनाई है। " * 8
KRUTI = "Hkkjr ljdkj ty lalk/ku ea=ky; ubZ fnYyh fnukad ;g lwfpr fd;k tkrk gS fd jkT; ljdkj us xzkeh.k {ks=ksa " * 5
# Vowel signs before their consonants: Devanagari as a broken conversion leaves it.
BROKEN_HINDI = "िकया ाभरत ेक िलए ्वयं ंसबध ीज ुउस ूदस ैह " * 20
# Conjuncts without a value of their own, as a font without a map leaves them.
UNMAPPED_HINDI = "भारत सरकार ×वाȹय एवं पɝरवार कÒयाण मंčालय कायाµलय आदेश " * 8
FULL = Layer(PROSE)


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (FULL, Decision("keep", Reason.TEXT_LAYER_GOOD)),
        (
            Layer(HINDI, fonts=(("ABCDEF+Mangal", 1.0),)),
            Decision("check", Reason.LAYER_DIFFERS, "layer_differs:Mangal"),
        ),
        (Layer("Annex A", picture_share=0.0), Decision("keep", Reason.TEXT_LAYER_SHORT)),
        (Layer("", picture_share=1.0), Decision("recognize", Reason.NO_TEXT)),
        (Layer(" \n ", text_objects=9), Decision("recognize", Reason.TAGGED_BUT_EMPTY)),
        (Layer("", drawn=False), Decision("blank", Reason.BLANK_PAGE)),
        (replace(FULL, unmapped=0.6), Decision("compare", Reason.UNMAPPED_GLYPHS, "unmapped_glyphs:")),
        (Layer("\uf0b7\uf020\uf041" * 40), Decision("recognize", Reason.GARBLED_TEXT)),
        (Layer("䴀甀氀琀椀挀漀氀漀爀 䈀氀愀挀欀"), Decision("recognize", Reason.GARBLED_TEXT)),
        (Layer("ÍæÖæÚÌè Öæ¿æÚ ÂGæ ·¤æØæüÜØ çÎÙæ¢·¤ " * 12), Decision("compare", Reason.GARBLED_TEXT, "garbled_text:")),
        (Layer(BROKEN_HINDI), Decision("compare", Reason.GARBLED_TEXT, "garbled_text:")),
        (
            Layer(KRUTI, fonts=(("KrutiDev010", 1.0),)),
            Decision("compare", Reason.LEGACY_FONT, "legacy_font:KrutiDev010"),
        ),
        (Layer(KRUTI, fonts=(("F1", 1.0),)), Decision("compare", Reason.LEGACY_ENCODING, "legacy_encoding:F1")),
        (
            Layer(PROSE, fonts=(("Arial", 0.8), ("KrutiDev010", 0.2))),
            Decision("compare", Reason.LEGACY_FONT, "legacy_font:Arial"),
        ),
        (Layer(PROSE, fonts=(("Arial", 0.95), ("KrutiDev010", 0.05))), Decision("keep", Reason.TEXT_LAYER_GOOD)),
        (Layer("Page 3 of 9", picture_share=0.97), Decision("compare", Reason.PICTURE_WITH_LITTLE_TEXT)),
        (
            Layer(PROSE, picture_share=1.0, fonts=(("Arial", 1.0),)),
            Decision("check", Reason.PICTURE_WITH_LITTLE_TEXT, "picture_with_little_text:Arial"),
        ),
        (
            Layer(PROSE, picture_share=0.5, beside=(PictureBeside((0, 0.5, 1, 1)),)),
            Decision("keep", Reason.TEXT_LAYER_GOOD),
        ),
        (Layer(PROSE * 4, picture_share=1.0), Decision("keep", Reason.TEXT_LAYER_GOOD)),
        (Layer("Fig. 2", path_objects=900), Decision("compare", Reason.OUTLINED_TEXT)),
        (
            replace(FULL, invisible=1.0, picture_share=1.0),
            Decision("check", Reason.HIDDEN_LAYER_POOR, "hidden_layer_poor:"),
        ),
        (Layer("xkcd wrtzp bnmqs " * 40), Decision("compare", Reason.GARBLED_TEXT, "garbled_text:")),
        (
            Layer(PROSE + KRUTI, fonts=(("Arial", 1.0),)),
            Decision("compare", Reason.LEGACY_ENCODING, "legacy_encoding:Arial"),
        ),
        (Layer("N O T I C E O F S A L E of land " * 9), Decision("compare", Reason.SPACED_LETTERS, "spaced_letters:")),
        (Layer(UNMAPPED_HINDI), Decision("compare", Reason.ILL_FORMED_TEXT, "ill_formed_text:")),
    ],
    ids=lambda value: value.reason if isinstance(value, Decision) else "",
)
def test_evidence_leads_to_its_way(layer: Layer, expected: Decision):
    assert decide(layer, "auto") == expected


def test_a_forced_page_is_recognised_whatever_its_layer():
    assert decide(FULL, "force") == Decision("recognize", Reason.FORCED)


def test_a_page_that_may_not_be_recognised_is_skipped_unless_its_layer_is_good():
    assert decide(Layer(""), "skip") == Decision("skip", Reason.SKIPPED)
    assert decide(FULL, "skip").way == "keep"
    assert decide(Layer(HINDI), "skip") == Decision("keep", Reason.TEXT_LAYER_GOOD)
    assert decide(replace(FULL, invisible=1.0), "skip") == Decision("keep", Reason.HIDDEN_LAYER_GOOD)
    assert decide(Layer(UNMAPPED_HINDI), "skip") == Decision("skip", Reason.SKIPPED)


@pytest.mark.parametrize("word", ["circular", "regular", "similar", "particular", "Kruti", "kkkk"])
def test_english_with_the_original_tell_tale_words_is_kept(word: str):
    text = f"The {word} of the board is to be read by all officers of the state and the district. " * 8

    assert decide(Layer(text, fonts=(("Arial", 1.0),)), "auto").way == "keep"


def test_french_accents_are_no_damage():
    text = "Le comité a approuvé l’année dernière le schéma d’eau potable à être réalisé près de Grenoble. " * 8

    assert decide(Layer(text), "auto") == Decision("keep", Reason.TEXT_LAYER_GOOD)


def test_every_reason_is_explained():
    page = (Path(__file__).parents[3] / "docs/ocr.md").read_text(encoding="utf-8")

    assert [reason for reason in Reason if f"`{reason}`" not in page] == []
