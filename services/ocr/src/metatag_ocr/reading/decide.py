"""Text layer or recognition: the decision for one page, from evidence, with its reason.

A layer is believed on evidence, not on its looks. Where its kind is often wrong ("check") or signs speak against it
("compare"), the page is recognised and its words decide; what one page of a document proved holds for the others with
the same doubt.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from metatag_ocr.model import Mode
from metatag_ocr.reading.evidence import Census, Layer, census
from metatag_ocr.reading.legacy_fonts import has_function_words, legacy_font_share
from metatag_ocr.reading.scripts import SAMPLE_CHARS, sample_words
from metatag_ocr.reading.signs import (
    ill_formed_share,
    in_pieces,
    indic_words,
    legacy_share,
    mixed_share,
    odd_latin_share,
    single_letter_share,
)
from metatag_ocr.reading.writing import is_gibberish

Way = Literal["keep", "check", "compare", "recognize", "blank", "skip"]


class Reason(StrEnum):
    """Why a page was read the way it was. docs/ocr.md explains each."""

    TEXT_LAYER_GOOD = "text_layer_good"
    TEXT_LAYER_SHORT = "text_layer_short"
    HIDDEN_LAYER_GOOD = "hidden_layer_good"
    LAYER_CONFIRMED = "layer_confirmed"
    LAYER_DIFFERS = "layer_differs"
    PICTURE_ADDS_NOTHING = "picture_adds_nothing"
    NO_TEXT = "no_text"
    TAGGED_BUT_EMPTY = "tagged_but_empty"
    UNMAPPED_GLYPHS = "unmapped_glyphs"
    GARBLED_TEXT = "garbled_text"
    ILL_FORMED_TEXT = "ill_formed_text"
    SPACED_LETTERS = "spaced_letters"
    LEGACY_FONT = "legacy_font"
    LEGACY_ENCODING = "legacy_encoding"
    PICTURE_WITH_LITTLE_TEXT = "picture_with_little_text"
    OUTLINED_TEXT = "outlined_text"
    HIDDEN_LAYER_POOR = "hidden_layer_poor"
    FORCED = "forced"
    SKIPPED = "skipped"
    BLANK_PAGE = "blank_page"
    VIEWER_NOTICE = "viewer_notice"


@dataclass(frozen=True)
class Decision:
    """The way and its reason.

    "check" and "compare" recognise the page, too, and keep the better text; a layer that is to be checked looks right.
    `doubt` names what is doubted, so that one page may speak for others of the document; empty: for itself alone.
    """

    way: Way
    reason: Reason
    doubt: str = ""

    @property
    def compares(self) -> bool:
        """Whether layer and picture are compared."""
        return self.way in ("check", "compare")


# Letters below which a page full of picture or drawing is recognised as well: a stamp, a header, a page number. The
# first implementation took 150 characters a page for enough; a full page of print has 1,500 to 4,000.
LITTLE_TEXT = 400
# Letters from which text over a picture is the page's text, and the picture its ground; a certified copy's overlay
# has 500.
_FULL_PAGE = 1500
# Share of the page that a scan covers at least. Letterheads and photos stay below.
SCAN_SHARE = 0.5
# Drawn paths from which little text may be letters turned into outlines; a form's lines are fewer.
MANY_PATHS = 300

# Share of characters without a value from which a layer is doubted, and read by another reader, too.
MANY_UNMAPPED = 0.2
_JUNK = 0.1
# Latin-1 letters beyond this share are glyphs on wrong codes (French has 4 %, Vietnamese text is above U+1E00).
_EXTENDED = 0.25
_HEADLESS = 0.1
# Shares of words from which a sign counts; see signs.py for what was measured.
_ILL_FORMED, _MIXED, _ODD, _SPACED, _LEGACY = 0.02, 0.02, 0.02, 0.2, 0.08
# Share of the sampled characters in fonts from before Unicode from which their names alone are a sign.
_LEGACY_FONT = 0.1
# Letters of an Indian script from which a layer is one of those that are often wrong.
_INDIC = 20
# Share of function words from which Latin text is surely language; letters that a text without them needs to be judged.
_PROSE, _JUDGED = 0.03, 100


def decide(layer: Layer, mode: Mode) -> Decision:
    """Choose the way of a page."""
    if mode == "force":
        return Decision("recognize", Reason.FORCED)
    own = _judge(layer)
    if mode != "skip" or own.way == "keep":
        return own
    if own.way == "check":
        hidden = own.reason is Reason.HIDDEN_LAYER_POOR
        return Decision("keep", Reason.HIDDEN_LAYER_GOOD if hidden else Reason.TEXT_LAYER_GOOD)
    return Decision("skip", Reason.SKIPPED)


def _judge(layer: Layer) -> Decision:
    counts = census(layer.text)
    if counts.total == 0:
        return _without_text(layer)
    if counts.junk > _JUNK * counts.total or counts.swapped > 0.5 * counts.letters:
        return Decision("recognize", Reason.GARBLED_TEXT)
    sign = _sign(layer, counts)
    if sign is not None:
        return Decision("compare", sign, _doubt(layer, sign))
    return _hidden(layer) if layer.invisible > 0.5 else _plausible(layer, counts)


def _plausible(layer: Layer, counts: Census) -> Decision:
    """Judge a layer that is seen and looks like writing."""
    if layer.picture_share >= SCAN_SHARE and counts.letters < LITTLE_TEXT:
        return Decision("compare", Reason.PICTURE_WITH_LITTLE_TEXT)
    if layer.picture_share >= SCAN_SHARE and not layer.beside and counts.letters < _FULL_PAGE:
        return Decision("check", Reason.PICTURE_WITH_LITTLE_TEXT, _doubt(layer, Reason.PICTURE_WITH_LITTLE_TEXT))
    if counts.indic >= _INDIC:
        return Decision("check", Reason.LAYER_DIFFERS, _doubt(layer, Reason.LAYER_DIFFERS))
    return _short(layer, counts) if counts.letters < LITTLE_TEXT else Decision("keep", Reason.TEXT_LAYER_GOOD)


def _doubt(layer: Layer, reason: Reason) -> str:
    """Name a doubt by its reason and the font that most of the page is set in, without the subset's prefix."""
    font = layer.fonts[0][0] if layer.fonts else ""
    return f"{reason}:{font.rpartition('+')[2]}"


def _short(layer: Layer, counts: Census) -> Decision:
    if layer.path_objects >= MANY_PATHS and counts.letters < LITTLE_TEXT // 8:
        return Decision("compare", Reason.OUTLINED_TEXT)
    return Decision("keep", Reason.TEXT_LAYER_SHORT)


def _without_text(layer: Layer) -> Decision:
    if not layer.drawn:
        return Decision("blank", Reason.BLANK_PAGE)
    return Decision("recognize", Reason.TAGGED_BUT_EMPTY if layer.text_objects else Reason.NO_TEXT)


def _sign(layer: Layer, counts: Census) -> Reason | None:
    """Name what speaks against a text layer, if anything does."""
    if layer.unmapped > MANY_UNMAPPED:
        return Reason.UNMAPPED_GLYPHS
    if counts.latin_extended > _EXTENDED * counts.total:
        return Reason.GARBLED_TEXT
    sign = _sign_of_indic(layer.text, counts) if counts.indic else None
    return sign or (_sign_of_latin(layer, counts) if counts.latin else None)


def _sign_of_indic(text: str, counts: Census) -> Reason | None:
    if counts.words >= 10 and counts.headless_words > _HEADLESS * counts.words:
        return Reason.GARBLED_TEXT
    words = indic_words(text)
    broken = ill_formed_share(words) > _ILL_FORMED or mixed_share(words) > _MIXED or in_pieces(words)
    return Reason.ILL_FORMED_TEXT if broken else None


def _sign_of_latin(layer: Layer, counts: Census) -> Reason | None:
    text = layer.text
    legacy = legacy_share(text)
    named = legacy_font_share(layer.fonts)
    if named >= _LEGACY_FONT or (named and legacy > _LEGACY / 2):
        return Reason.LEGACY_FONT
    if legacy > _LEGACY:
        return Reason.LEGACY_ENCODING
    if single_letter_share(text) > _SPACED:
        return Reason.SPACED_LETTERS
    if odd_latin_share(text) > _ODD:
        return Reason.GARBLED_TEXT
    if counts.letters < _JUDGED or counts.indic or has_function_words(sample_words(text), _PROSE):
        return None
    return Reason.GARBLED_TEXT if is_gibberish(text[:SAMPLE_CHARS]) else None


def _hidden(layer: Layer) -> Decision:
    """Judge a layer that somebody's OCR left under a scan."""
    if layer.picture_share >= SCAN_SHARE and census(layer.text).letters < LITTLE_TEXT // 4:
        return Decision("compare", Reason.PICTURE_WITH_LITTLE_TEXT)
    doubt = _doubt(layer, Reason.HIDDEN_LAYER_POOR)
    return Decision("compare" if is_gibberish(layer.text) else "check", Reason.HIDDEN_LAYER_POOR, doubt)
