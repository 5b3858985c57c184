"""Which of two texts of a page is kept: its layer's, or the one recognised from its picture."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from metatag_ocr.languages import languages_for
from metatag_ocr.model import PageText, Word
from metatag_ocr.reading.agreement import SPEAKS_FOR_OTHERS, agreement, agrees
from metatag_ocr.reading.attempts import SUSPECT_BELOW
from metatag_ocr.reading.decide import Decision, Reason
from metatag_ocr.reading.evidence import Layer
from metatag_ocr.reading.scripts import INDIC, indic_letters, main_script
from metatag_ocr.reading.writing import is_gibberish

# Mean confidence from which a recognised text is believed against a layer that looks right, and the share of its words
# that must be sure of themselves.
_BELIEVED, _SURE_SHARE = 80.0, 0.5
# The same where the picture is drawn from the file itself, not scanned: the right language reads it with 93 and more,
# Sanskrit read as Hindi with 82.
_BELIEVED_DRAWN = 88.0
# The same against a layer with signs of damage, where there are too few sure words to compare.
_BELIEVED_ALONE = 75.0
# Share of the layer's Indian letters that a reading in the right script has at least.
_SAME_SCRIPT = 0.3
# Letters that a picture must add to those of its page's few.
_ADDS = 1.2

_PICTURES = (Reason.PICTURE_WITH_LITTLE_TEXT, Reason.OUTLINED_TEXT)
_LEGACY = (Reason.LEGACY_FONT, Reason.LEGACY_ENCODING)
# Values that a reader made up for glyphs without one may lie in any script's block.
_MADE_UP = (Reason.UNMAPPED_GLYPHS, Reason.GARBLED_TEXT)


def kept_reason(decision: Decision, *, confirmed: bool) -> Reason:
    """Return why a layer was kept although it was doubted."""
    if decision.reason in _PICTURES:
        return Reason.PICTURE_ADDS_NOTHING
    if decision.reason is Reason.HIDDEN_LAYER_POOR:
        return Reason.HIDDEN_LAYER_GOOD
    return Reason.LAYER_CONFIRMED if confirmed else Reason.TEXT_LAYER_GOOD


def likely_script(decision: Decision, text: str) -> str:
    """Return the script in which the page of a doubted layer is printed, most likely; empty when nothing is known."""
    if decision.reason in _LEGACY:
        return "Devanagari"
    return _indic_script(decision, text)


def is_comparable(decision: Decision, text: str, languages: tuple[str, ...]) -> bool:
    """Tell whether a language is at hand in which the page can be read; without one its layer is all there is."""
    script = _indic_script(decision, text)
    return not script or bool(languages_for(script, languages))


def readings(layer: Layer, decision: Decision) -> list[tuple[Layer, str]]:
    """Return the layer as each reader has it, with the name of the doubt about it."""
    first = (layer, decision.doubt)
    if not layer.second:
        return [first]
    return [first, (replace(layer, text=layer.second, headings=()), f"{decision.doubt} by the second reader")]


def agreeing(layer: Layer, decision: Decision, words: tuple[Word, ...]) -> tuple[Layer, Decision]:
    """Return the layer by the reader whose text holds more of the recognised words, with the doubt about it."""
    best, doubt = max(readings(layer, decision), key=lambda each: agreement(each[0].text, words).share)
    return best, replace(decision, doubt=doubt)


def choose(own: PageText, read: PageText, decision: Decision) -> PageText:
    """Return the layer's page or the recognised one, with what it says about the doubt."""
    if decision.reason in _PICTURES:
        adds = not _is_weak(read) and _letters(read.text) >= _ADDS * _letters(own.text)
        page = read if adds else replace(own, tries=read.tries)
        return replace(page, doubt=decision.doubt, verdict="refuted" if adds else "confirmed")
    found = agreement(own.text, read.words)
    if agrees(found, own.text):
        verdict: Literal["confirmed", ""] = "confirmed" if found.sure >= SPEAKS_FOR_OTHERS else ""
        return replace(own, tries=read.tries, doubt=decision.doubt, verdict=verdict)
    sure = found.sure >= _SURE_SHARE * max(1, found.read)
    if _reads_better(own, read, decision, proves=found.proves, sure=sure):
        return replace(read, doubt=decision.doubt, verdict="refuted")
    notes = own.notes if decision.way == "check" else (*own.notes, "layer_doubtful")
    reason = kept_reason(decision, confirmed=False)
    return replace(own, reason=reason, tries=read.tries, notes=notes, doubt=decision.doubt)


def _reads_better(own: PageText, read: PageText, decision: Decision, *, proves: bool, sure: bool) -> bool:
    """Tell whether the recognised text is to be preferred to a layer that does not agree with it."""
    if read.method == "blank" or read.gibberish or _lost_script(own, read, decision):
        return False
    confidence = read.confidence or 0.0
    if decision.way == "check":
        drawn = decision.reason is Reason.LAYER_DIFFERS
        return proves and sure and confidence >= (_BELIEVED_DRAWN if drawn else _BELIEVED)
    if proves:
        return confidence >= SUSPECT_BELOW
    return confidence >= _BELIEVED_ALONE or (confidence >= SUSPECT_BELOW and is_gibberish(own.text))


def _indic_script(decision: Decision, text: str) -> str:
    """Return the Indian script that the layer is surely in, or an empty string."""
    script = "" if decision.reason in _MADE_UP else main_script(text)
    return script if script in INDIC else ""


def _lost_script(own: PageText, read: PageText, decision: Decision) -> bool:
    """Tell whether the page was read in another script than the Indian one of which its layer is full."""
    if not _indic_script(decision, own.text):
        return False
    return indic_letters(read.text) < _SAME_SCRIPT * indic_letters(own.text)


def _is_weak(read: PageText) -> bool:
    return read.method == "blank" or read.gibberish or (read.confidence or 0.0) < SUSPECT_BELOW


def _letters(text: str) -> int:
    return sum(char.isalnum() for char in text)
