"""Text layer or recognition: the decision for one page, from evidence, with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from metatag_ocr.model import Mode
from metatag_ocr.reading.evidence import Census, Layer, census
from metatag_ocr.reading.legacy_fonts import is_not_english, legacy_font_share, looks_like_legacy_hindi
from metatag_ocr.reading.scripts import main_script
from metatag_ocr.reading.writing import is_gibberish

Way = Literal["keep", "recognize", "compare", "blank", "skip"]


class Reason(StrEnum):
    """Why a page was read the way it was. docs/ocr.md explains each."""

    TEXT_LAYER_GOOD = "text_layer_good"
    TEXT_LAYER_SHORT = "text_layer_short"
    HIDDEN_LAYER_GOOD = "hidden_layer_good"
    PICTURE_ADDS_NOTHING = "picture_adds_nothing"
    NO_TEXT = "no_text"
    TAGGED_BUT_EMPTY = "tagged_but_empty"
    UNMAPPED_GLYPHS = "unmapped_glyphs"
    GARBLED_TEXT = "garbled_text"
    LEGACY_FONT = "legacy_font"
    LEGACY_ENCODING = "legacy_encoding"
    PICTURE_WITH_LITTLE_TEXT = "picture_with_little_text"
    OUTLINED_TEXT = "outlined_text"
    HIDDEN_LAYER_POOR = "hidden_layer_poor"
    FORCED = "forced"
    SKIPPED = "skipped"
    BLANK_PAGE = "blank_page"


@dataclass(frozen=True)
class Decision:
    """The way and its reason. "compare" recognises too and keeps the better of both."""

    way: Way
    reason: Reason


# Letters below which a page full of picture or drawing is recognised as well: a stamp, a header, a page number. The
# first implementation took 150 characters a page for enough; a full page of print has 1,500 to 4,000.
LITTLE_TEXT = 400
# Share of the page that a scan covers at least. Letterheads and photos stay below.
SCAN_SHARE = 0.5
# Drawn paths from which little text may be letters turned into outlines; a form's lines are fewer.
MANY_PATHS = 300

_UNMAPPED = 0.2
_JUNK = 0.1
# Latin-1 letters beyond this share are glyphs on wrong codes (French has 4 %, Vietnamese text is above U+1E00).
_EXTENDED = 0.25
_HEADLESS = 0.1


def decide(layer: Layer, mode: Mode) -> Decision:
    """Choose the way of a page."""
    if mode == "force":
        return Decision("recognize", Reason.FORCED)
    own = _judge(layer)
    if mode == "skip" and own.way != "keep":
        return Decision("skip", Reason.SKIPPED)
    return own


def _judge(layer: Layer) -> Decision:
    counts = census(layer.text)
    if counts.total == 0:
        return _without_text(layer)
    damage = _damage(layer, counts)
    if damage is not None:
        return Decision("recognize", damage)
    if layer.invisible > 0.5:
        return _hidden(layer)
    return _short(layer, counts) if counts.letters < LITTLE_TEXT else Decision("keep", Reason.TEXT_LAYER_GOOD)


def _short(layer: Layer, counts: Census) -> Decision:
    if layer.picture_share >= SCAN_SHARE:
        return Decision("compare", Reason.PICTURE_WITH_LITTLE_TEXT)
    if layer.path_objects >= MANY_PATHS and counts.letters < LITTLE_TEXT // 8:
        return Decision("compare", Reason.OUTLINED_TEXT)
    return Decision("keep", Reason.TEXT_LAYER_SHORT)


def _without_text(layer: Layer) -> Decision:
    if not layer.drawn:
        return Decision("blank", Reason.BLANK_PAGE)
    return Decision("recognize", Reason.TAGGED_BUT_EMPTY if layer.text_objects else Reason.NO_TEXT)


def _damage(layer: Layer, counts: Census) -> Reason | None:
    """Name what makes a text layer worthless, if anything does."""
    if layer.unmapped > _UNMAPPED:
        return Reason.UNMAPPED_GLYPHS
    if _is_garbled(counts):
        return Reason.GARBLED_TEXT
    if main_script(layer.text) != "Latin":
        return None
    if legacy_font_share(layer.fonts) > 0.2 and is_not_english(layer.text):
        return Reason.LEGACY_FONT
    return Reason.LEGACY_ENCODING if looks_like_legacy_hindi(layer.text) else None


def _is_garbled(counts: Census) -> bool:
    return (
        counts.junk > _JUNK * counts.total
        or counts.swapped > 0.5 * counts.letters
        or counts.latin_extended > _EXTENDED * counts.total
        or (counts.words >= 10 and counts.headless_words > _HEADLESS * counts.words)
    )


def _hidden(layer: Layer) -> Decision:
    """Judge a layer that somebody's OCR left under a scan: as good as its words look."""
    if is_gibberish(layer.text):
        return Decision("recognize", Reason.HIDDEN_LAYER_POOR)
    if layer.picture_share >= SCAN_SHARE and census(layer.text).letters < LITTLE_TEXT // 4:
        return Decision("compare", Reason.PICTURE_WITH_LITTLE_TEXT)
    return Decision("keep", Reason.HIDDEN_LAYER_GOOD)
