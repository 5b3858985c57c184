"""Pictures that stand beside a page's text, recognised where they hold print; the layer's text stays as it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from metatag_ocr.model import PageText, Word
from metatag_ocr.reading.attempts import SECOND_TRY_BELOW, Attempt, Attempts, Plan
from metatag_ocr.reading.background import flatten_background
from metatag_ocr.reading.boxes import boxes_of, joined
from metatag_ocr.reading.evidence import Layer, PictureBeside
from metatag_ocr.reading.pictures import is_blank
from metatag_ocr.reading.ports import Engine, Picture, Recognition
from metatag_ocr.reading.writing import clean, cut, is_gibberish

# Pictures of one page that are read.
_PICTURES = 4
# Letters that a picture's text has at least; fewer are a logo or what a photo was taken for.
_LETTERS = 40
# Grays within which paper lies around its commonest gray, and the share of print's picture that is paper.
_PAPER, _PAPER_SHARE = 32, 0.5

Draw = Callable[[int], Picture]


@dataclass(frozen=True)
class PictureReader:
    """Recognises parts of a page. `draw` renders it at a resolution, `dpis` are those of first and second try."""

    engine: Engine
    plan: Plan
    draw: Draw
    dpis: tuple[int, int]

    def read(self, beside: PictureBeside) -> tuple[Attempt | None, int]:
        """Return the best attempt and the number of tries; nothing where the picture holds no print."""
        picture = flatten_background(_cut_out(self.draw(self.dpis[0]), beside))
        if is_blank(picture) or not _is_print(picture):
            return None, 0
        attempts = Attempts(
            self.engine, self.plan, lambda dpi: _cut_out(self.draw(dpi), beside), lambda _: None, lambda _: None
        )
        return attempts.best(picture, self.dpis[1]), attempts.count


def with_pictures(page: PageText, layer: Layer, reader: PictureReader, *, words: bool) -> PageText:
    """Return the page with the text of the pictures beside its own, where one could surely be read."""
    for beside in layer.beside[:_PICTURES]:
        best, tries = reader.read(beside)
        page = replace(page, tries=page.tries + tries)
        if best is not None and _is_sure(best.read):
            read = best.read
            page = _joined(page, clean(read.text, dehyphenate=False), beside, read.words if words else ())
            page = replace(page, boxes=joined(page.boxes, boxes_of(read, best.picture.place)))
    return page


def _is_sure(read: Recognition) -> bool:
    letters = sum(map(str.isalnum, read.text))
    return read.confidence >= SECOND_TRY_BELOW and letters >= _LETTERS and not is_gibberish(read.text)


def _cut_out(page: Picture, beside: PictureBeside) -> Picture:
    height, width = page.pixels.shape
    left, top, right, bottom = beside.box
    rows = slice(int(top * height), max(int(top * height) + 1, round(bottom * height)))
    columns = slice(int(left * width), max(int(left * width) + 1, round(right * width)))
    part = np.ascontiguousarray(page.pixels[rows, columns])
    box = columns.start / width, rows.start / height, part.shape[1] / width, part.shape[0] / height
    return Picture(part, page.dpi, page.place.part(box))


def _is_print(picture: Picture) -> bool:
    """Tell whether half of a picture is paper of one gray, as print has it and a photo has not."""
    counts = np.bincount(picture.half.ravel(), minlength=256)
    paper = int(np.argmax(counts))
    near = counts[max(0, paper - _PAPER) : paper + _PAPER + 1].sum()
    return bool(near >= _PAPER_SHARE * counts.sum())


def _joined(page: PageText, text: str, beside: PictureBeside, words: tuple[Word, ...]) -> PageText:
    parts = [page.text, text] if beside.follows else [text, page.text]
    joined, lost = cut("\n\n".join(filter(None, parts)))
    notes = (*page.notes, "picture_read", *(["text_cut"] if lost else []))
    placed = tuple(_on_page(word, beside) for word in words)
    return replace(page, text=joined, words=(*page.words, *placed), notes=tuple(dict.fromkeys(notes)))


def _on_page(word: Word, beside: PictureBeside) -> Word:
    left, top, right, bottom = beside.box
    width, height = right - left, bottom - top
    return replace(
        word,
        x=left + word.x * width,
        y=top + word.y * height,
        width=word.width * width,
        height=word.height * height,
    )
