"""How one page becomes text: decide, keep or recognise, try again where it came out badly."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from metatag_ocr.errors import language_not_installed
from metatag_ocr.languages import missing_for, script_of
from metatag_ocr.model import Method, Options, PageText, WordBoxes
from metatag_ocr.reading import unreadable
from metatag_ocr.reading.attempts import Attempt, Attempts, Plan
from metatag_ocr.reading.background import flatten_background
from metatag_ocr.reading.beside import PictureReader, with_pictures
from metatag_ocr.reading.boxes import boxes_of
from metatag_ocr.reading.decide import Decision, Reason, decide
from metatag_ocr.reading.evidence import Layer
from metatag_ocr.reading.ink import MUCH_OUTSIDE, share_outside
from metatag_ocr.reading.layer_or_picture import agreeing, choose, is_comparable, kept_reason, likely_script, readings
from metatag_ocr.reading.notices import is_viewer_notice
from metatag_ocr.reading.pictures import is_blank, turned
from metatag_ocr.reading.ports import Document, Engine, Picture
from metatag_ocr.reading.recognised_layout import laid_out
from metatag_ocr.reading.scripts import main_script
from metatag_ocr.reading.unreadable import without_unreadable
from metatag_ocr.reading.writing import clean, cut, headings_in, is_gibberish

# Measured: 200 dpi costs 0.78 of 300 dpi and loses nothing at 10 pt; 300 is for the second try.
FIRST_DPI = 200
SECOND_DPI = 300


@dataclass(frozen=True)
class PageRequest:
    """What is wanted of a page. `languages` may be used, best first; `script` is that of the other pages, or ""."""

    number: int
    options: Options
    languages: tuple[str, ...]
    script: str = ""
    # Resolution of the first try, 100 to 300.
    dpi: int = FIRST_DPI
    # Doubts about layers that another page of the document has settled in their favour.
    confirmed: frozenset[str] = frozenset()
    # Whether a doubted layer may be compared now; if not, the page comes back pending.
    compares: bool = True


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
    document: Document, engine: Engine, page_request: PageRequest, script_found: Callable[[str], None] = lambda _: None
) -> PageText:
    """Read one page. Calls `script_found` with the page's script as soon as it is likely, and again if it was another.

    Raises what the ports raise."""
    clock = _Clock()
    layer = Layer("") if page_request.options.mode == "force" else document.layer(page_request.number)
    decision = decide(layer, page_request.options.mode)
    clock.lap("decide")
    page = _from_layer(page_request, layer, decision)
    if page is not None:
        page = _with_pictures(document, engine, page_request, _without_notice(page), layer)
        clock.lap("recognize")
        if page.script:
            script_found(page.script)
        return _timed(page, clock)
    request = _to_compare(page_request, layer, decision) if decision.compares else page_request
    page = _recognised(document, engine, request, decision, script_found=script_found, clock=clock)
    page = _with_entries(page, page_request, document.entries(page_request.number))
    if decision.compares:
        layer, decision = agreeing(layer, decision, page.words)
        own = _layer_page(page_request, layer, kept_reason(decision, confirmed=True))
        page = choose(own, page, decision)
        page = page if page_request.options.words else replace(page, words=())
        page = _with_pictures(document, engine, page_request, page, layer)
        clock.lap("recognize")
    return _timed(_without_notice(page), clock)


def _timed(page: PageText, clock: _Clock) -> PageText:
    times = {f"{name}_ms": round(value) for name, value in clock.ms.items()}
    return replace(page, **times)  # type: ignore[arg-type]


def _with_pictures(
    document: Document, engine: Engine, page_request: PageRequest, page: PageText, layer: Layer
) -> PageText:
    """Return the page, if it is its layer's, with the text of the pictures beside that."""
    if page.method != "text_layer" or not layer.beside or page_request.options.mode != "auto":
        return page
    plan = Plan(page_request.languages, bool(page_request.options.languages), page_request.script or page.script)
    draw = partial(document.picture, page_request.number)
    reader = PictureReader(engine, plan, draw, (page_request.dpi, SECOND_DPI))
    return with_pictures(page, layer, reader, words=page_request.options.words)


def _from_layer(page_request: PageRequest, layer: Layer, decision: Decision) -> PageText | None:
    """Return the page as far as its layer settles it; None when its picture must be recognised."""
    if decision.way in ("keep", "blank", "skip"):
        return _without_recognition(page_request, layer, decision)
    if not decision.compares or not decision.doubt:
        return None
    for each, doubt in readings(layer, decision):
        if doubt in page_request.confirmed:
            return _layer_page(page_request, each, kept_reason(decision, confirmed=True))
    if not is_comparable(decision, layer.text, page_request.languages):
        page = _layer_page(page_request, layer, kept_reason(decision, confirmed=False))
        return page if decision.way == "check" else replace(page, notes=(*page.notes, "layer_doubtful"))
    if page_request.compares:
        return None
    return PageText(page_request.number, "", "skipped", decision.reason, doubt=decision.doubt, verdict="pending")


def _to_compare(page_request: PageRequest, layer: Layer, decision: Decision) -> PageRequest:
    """Return the request for a page whose recognised words are wanted, and whose script its layer gives away."""
    script = likely_script(decision, layer.text) or page_request.script
    return replace(page_request, script=script, options=replace(page_request.options, words=True))


def _without_notice(page: PageText) -> PageText:
    """Return a page that holds a viewer's notice without its text: it is no content."""
    if not is_viewer_notice(page.text):
        return page
    return replace(
        page, text="", words=(), boxes=WordBoxes(), headings=(), gibberish=False, reason=Reason.VIEWER_NOTICE
    )


def _without_recognition(page_request: PageRequest, layer: Layer, decision: Decision) -> PageText:
    method: Method = {"keep": "text_layer", "blank": "blank"}.get(decision.way, "skipped")  # type: ignore[assignment]
    if decision.way != "keep":
        return PageText(page_request.number, "", method, decision.reason)
    return _layer_page(page_request, layer, decision.reason)


def _layer_page(page_request: PageRequest, layer: Layer, reason: str) -> PageText:
    text, lost = cut(clean(layer.text, dehyphenate=page_request.options.dehyphenate))
    script = main_script(layer.text)
    notes = ("text_cut",) if lost else ()
    page = PageText(page_request.number, text, "text_layer", reason, language=script, script=script, notes=notes)
    return replace(page, headings=headings_in(text, layer.headings))


def _with_entries(page: PageText, page_request: PageRequest, entries: str) -> PageText:
    """Return a recognised page with the values that stand in the file alone."""
    if not entries:
        return page
    if page.method == "blank":
        return _layer_page(page_request, Layer(entries), page.reason)
    text, lost = cut(clean(f"{page.text}\n\n{entries}", dehyphenate=False))
    return replace(
        page, text=text, notes=(*page.notes, "text_cut") if lost and "text_cut" not in page.notes else page.notes
    )


def _recognised(
    document: Document,
    engine: Engine,
    page_request: PageRequest,
    decision: Decision,
    *,
    script_found: Callable[[str], None],
    clock: _Clock,
) -> PageText:
    picture = flatten_background(document.picture(page_request.number, page_request.dpi))
    clock.lap("render")
    if is_blank(picture):
        clock.lap("decide")
        return PageText(page_request.number, "", "blank", Reason.BLANK_PAGE)
    options = page_request.options
    plan = Plan(page_request.languages, bool(options.languages), page_request.script)
    attempts = Attempts(engine, plan, lambda dpi: document.picture(page_request.number, dpi), clock.lap, script_found)
    best = attempts.best(picture, SECOND_DPI)
    lacking = attempts.unreadable_script(best)
    if lacking and missing_for(lacking):
        raise language_not_installed([missing_for(lacking)], engine.languages())
    page = _page_of(best, page_request, decision, engine.name, _upright(picture, best.turn))
    clock.lap("recognize")
    return replace(page, tries=attempts.count)


def _upright(picture: Picture, turn: int) -> tuple[int, int]:
    """Return width and height in pixels of a picture after its turn."""
    height, width = picture.pixels.shape
    return (height, width) if turn in (90, 270) else (width, height)


def _page_of(
    best: Attempt, page_request: PageRequest, decision: Decision, method: str, size: tuple[int, int]
) -> PageText:
    read = without_unreadable(best.read)
    whole, headings = laid_out(read, *size)
    text, lost = cut(clean(whole, dehyphenate=page_request.options.dehyphenate))
    upright = turned(best.picture, best.read.turn)
    found = (
        ("text_cut", lost),
        (unreadable.NOTE, read is not best.read),
        ("ink_outside_words", share_outside(upright, best.read) >= MUCH_OUTSIDE),
    )
    return PageText(
        number=page_request.number,
        text=text,
        method=method,  # type: ignore[arg-type]
        reason=decision.reason,
        confidence=round(best.read.confidence, 2),
        language="+".join((*best.languages, *(best.second or ()))),
        script=main_script(text) or script_of(best.languages[0]),
        rotation=best.turn,
        words=read.words if page_request.options.words else (),
        boxes=boxes_of(read, best.picture.place),
        notes=tuple(note for note, holds in found if holds),
        gibberish=is_gibberish(text),
        headings=headings_in(text, headings),
    )
