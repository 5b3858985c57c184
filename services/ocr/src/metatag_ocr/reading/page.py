"""How one page becomes text: decide, keep or recognise, try again where it came out badly."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from metatag_ocr.languages import languages_for, missing_for, script_of
from metatag_ocr.model import Method, Options, PageText
from metatag_ocr.reading.decide import Decision, Reason, decide
from metatag_ocr.reading.evidence import Layer
from metatag_ocr.reading.pictures import binarized, deskewed, is_blank, turned
from metatag_ocr.reading.ports import Document, Engine, Orientation, Picture, Recognition
from metatag_ocr.reading.scripts import main_script
from metatag_ocr.reading.writing import clean, cut, is_gibberish

# Measured: 200 dpi costs 0.78 of 300 dpi and loses nothing at 10 pt; 300 is for the second try.
FIRST_DPI = 200
SECOND_DPI = 300
# Mean confidence under which a page is tried again: bad scans rose from 74 to 91 by it, good ones are above 90.
SECOND_TRY_BELOW = 85.0
# A wrong language or a turned page reads with 16 to 40, the right one hardly below this.
SUSPECT_BELOW = 60.0


@dataclass(frozen=True)
class PageWish:
    """What is wanted of a page. `languages` may be used, best first; `script` is that of the other pages, or ""."""

    number: int
    options: Options
    languages: tuple[str, ...]
    script: str = ""


@dataclass(frozen=True)
class Attempt:
    """One recognition with the circumstances it was made in."""

    read: Recognition
    languages: tuple[str, ...]
    script: str
    turn: int

    def better_than(self, other: Attempt) -> bool:
        """Tell whether this is the better text: more confident, without having lost a third of the letters."""
        mine, theirs = len(self.read.text), len(other.read.text)
        return self.read.confidence > other.read.confidence and mine >= 0.67 * theirs


class _Clock:
    """Adds up milliseconds by what they were spent on."""

    def __init__(self) -> None:
        self.ms = {"decide": 0.0, "render": 0.0, "recognize": 0.0}
        self._last = time.perf_counter()

    def lap(self, what: str) -> None:
        now = time.perf_counter()
        self.ms[what] += (now - self._last) * 1000
        self._last = now


def read_page(
    document: Document, engine: Engine, wish: PageWish, script_found: Callable[[str], None] = lambda _: None
) -> PageText:
    """Read one page. Calls `script_found` as soon as the page has shown its script. Raises what the ports raise."""
    clock = _Clock()
    layer = Layer("") if wish.options.mode == "force" else document.layer(wish.number)
    decision = decide(layer, wish.options.mode)
    clock.lap("decide")
    if decision.way in ("keep", "blank", "skip"):
        page = _without_recognition(wish, layer, decision)
        if page.script:
            script_found(page.script)
        return replace(page, decide_ms=round(clock.ms["decide"]))
    page = _Recognizer(document, engine, wish, script_found, clock).read(decision)
    if decision.way == "compare":
        page = _better(page, wish, layer, decision)
    times = {f"{name}_ms": round(value) for name, value in clock.ms.items()}
    return replace(page, **times)  # type: ignore[arg-type]


def _without_recognition(wish: PageWish, layer: Layer, decision: Decision) -> PageText:
    method: Method = {"keep": "text_layer", "blank": "blank"}.get(decision.way, "skipped")  # type: ignore[assignment]
    if decision.way != "keep":
        return PageText(wish.number, "", method, decision.reason)
    return _layer_page(wish, layer, decision.reason)


def _layer_page(wish: PageWish, layer: Layer, reason: str) -> PageText:
    text, lost = cut(clean(layer.text, dehyphenate=wish.options.dehyphenate))
    script = main_script(text)
    notes = ("text_cut",) if lost else ()
    return PageText(wish.number, text, "text_layer", reason, language=script, script=script, notes=notes)


def _better(page: PageText, wish: PageWish, layer: Layer, decision: Decision) -> PageText:
    """Keep the layer when the picture held hardly more than it, else the recognised text."""
    own = _layer_page(wish, layer, Reason.PICTURE_ADDS_NOTHING)
    weak = page.gibberish or (page.confidence or 0.0) < SUSPECT_BELOW
    if page.method == "blank" or weak or _letters(page.text) < 1.2 * _letters(own.text):
        return replace(own, tries=page.tries, notes=own.notes)
    return page


def _letters(text: str) -> int:
    return sum(char.isalnum() for char in text)


class _Recognizer:
    """Recognises one page, with all its tries."""

    def __init__(
        self, document: Document, engine: Engine, wish: PageWish, found: Callable[[str], None], clock: _Clock
    ) -> None:
        self._document = document
        self._engine = engine
        self._wish = wish
        self._found = found
        self._clock = clock
        self._orientation: Orientation | None = None
        self._tries = 0

    def read(self, decision: Decision) -> PageText:
        number = self._wish.number
        picture = self._document.picture(number, FIRST_DPI)
        self._clock.lap("render")
        if is_blank(picture):
            self._clock.lap("decide")
            return PageText(number, "", "blank", Reason.BLANK_PAGE)
        best = self._first(picture)
        if best.read.confidence < SUSPECT_BELOW or is_gibberish(best.read.text):
            best = self._turned_or_other_script(picture, best)
        if best.read.confidence < SECOND_TRY_BELOW:
            best = self._second(best)
        self._clock.lap("recognize")
        return self._page(best, decision)

    def _first(self, picture: Picture) -> Attempt:
        scripts = {script_of(name) for name in self._wish.languages}
        script = next(iter(scripts)) if len(scripts) == 1 else self._wish.script
        turn = 0
        if not script:
            seen = self._look(picture)
            script = seen.script if seen else ""
            turn = seen.turn if seen and seen.sure else 0
        languages = self._languages(script)
        self._found(script or script_of(languages[0]))
        return self._try(turned(picture, turn), languages, script, turn)

    def _turned_or_other_script(self, picture: Picture, best: Attempt) -> Attempt:
        """Ask how this very page lies and read it again when that differs from what was taken for granted."""
        seen = self._look(picture)
        if seen is None:
            return best
        languages = self._languages(seen.script)
        turn = seen.turn if seen.sure else best.turn
        if turn == best.turn and languages == best.languages:
            return best
        again = self._try(turned(picture, turn), languages, seen.script, turn)
        return again if again.better_than(best) else best

    def _second(self, best: Attempt) -> Attempt:
        picture = self._document.picture(self._wish.number, SECOND_DPI)
        self._clock.lap("render")
        level = deskewed(turned(picture, best.turn))
        again = self._try(binarized(level), best.languages, best.script, best.turn)
        return again if again.better_than(best) else best

    def _look(self, picture: Picture) -> Orientation | None:
        if self._orientation is None:
            self._orientation = self._engine.orientation(picture)
        return self._orientation

    def _languages(self, script: str) -> tuple[str, ...]:
        """Give the one language to read a script with; all that were asked for it, when more were."""
        allowed = self._wish.languages
        fitting = languages_for(script, allowed) if script else []
        if not fitting:
            return allowed[:1]
        return tuple(fitting) if self._wish.options.languages else tuple(fitting[:1])

    def _try(self, picture: Picture, languages: Sequence[str], script: str, turn: int) -> Attempt:
        self._tries += 1
        read = self._engine.recognize(picture, languages, words=self._wish.options.words)
        self._clock.lap("recognize")
        return Attempt(read, tuple(languages), script, turn)

    def _page(self, best: Attempt, decision: Decision) -> PageText:
        options = self._wish.options
        text, lost = cut(clean(best.read.text, dehyphenate=options.dehyphenate))
        notes = ["text_cut"] if lost else []
        if best.script and best.script != script_of(best.languages[0]) and missing_for(best.script):
            notes.append(f"language_not_installed:{missing_for(best.script)}")
        return PageText(
            number=self._wish.number,
            text=text,
            method=self._engine.name,  # type: ignore[arg-type]
            reason=decision.reason,
            confidence=round(best.read.confidence, 2),
            language="+".join(best.languages),
            script=main_script(text) or best.script,
            rotation=best.turn,
            tries=self._tries,
            words=best.read.words,
            notes=tuple(notes),
            gibberish=is_gibberish(text),
        )
