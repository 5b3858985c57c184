"""Tesseract through the tesserocr wheel: no process start, no PNG, no OpenMP, one open API for each language set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tesserocr

from metatag_ocr.engines.words import upright
from metatag_ocr.languages import data_digest, installed_languages, run_left_to_right, script_of
from metatag_ocr.model import Word
from metatag_ocr.reading.pictures import has_solid_ink, print_box
from metatag_ocr.reading.place import Box
from metatag_ocr.reading.ports import Layout, Line, Orientation, Picture, Recognition
from metatag_ocr.reading.scripts import WITH_HEAD_LINE

# APIs kept open: with eng and hin alone five are ever used. A page of an unknown script is tried in a line of each
# installed one, and to load them anew each time costs as much as to read; each takes 5 to 40 MB.
_OPEN_APIS = 12
# OSD needs the 200 dpi of the first try: on half of it, every second page was called turned.
_OSD_SIDE = 3600
# Tesseract's WritingDirection of text that runs down a sideways page.
_TOP_TO_BOTTOM = 2
# Certainty of a line, 0 to 1, below which Tesseract reads it again as white on black; its own default, and never.
_INVERT_BELOW, _INVERT_NEVER = "0.7", "0"
# Left, top, width and height in pixels.
PixelBox = tuple[int, int, int, int]
_NO_PRINT = frozenset({
    tesserocr.PT.FLOWING_IMAGE, tesserocr.PT.HEADING_IMAGE, tesserocr.PT.PULLOUT_IMAGE,
    tesserocr.PT.HORZ_LINE, tesserocr.PT.VERT_LINE,
})  # fmt: skip


class TesserocrEngine:
    """Recognises with the data in `tessdata`. psm 3: columns are found, turned pages are not (OSD does that)."""

    name = "tesseract"
    cheap = True

    def __init__(self, tessdata: Path) -> None:
        self._tessdata = tessdata
        self._apis: dict[tuple[tuple[str, ...], int], Any] = {}
        # The picture whose layout an API holds, that API, and the part of the picture it was given.
        self._analysed: tuple[Picture, Any, PixelBox] | None = None
        self._osd: Any = None

    def version(self) -> str:
        """Give Tesseract's version and a digest of its data: other data gives other text."""
        return f"{str(tesserocr.tesseract_version()).split()[1]}-{data_digest(self._tessdata)}"

    def languages(self) -> Sequence[str]:
        """Give the installed languages, sorted."""
        return installed_languages(self._tessdata)

    def layout(self, picture: Picture, languages: Sequence[str]) -> Layout | None:
        """Find lines. Tesseract keeps what it found for the recognition of the same picture."""
        api, box = self._loaded(picture, languages)
        boxes, sideways = [], 0.0
        level = tesserocr.RIL.TEXTLINE
        iterator = api.AnalyseLayout()
        for line in tesserocr.iterate_level(iterator, level) if iterator is not None else ():
            corners = line.BoundingBox(level)
            if corners is not None and line.BlockType() not in _NO_PRINT:
                boxes.append(_share(corners, picture.pixels.shape, box))
                area = boxes[-1][2] * boxes[-1][3]
                sideways += area if line.Orientation()[1] == _TOP_TO_BOTTOM else -area
        return Layout(tuple(boxes), sideways > 0)

    def recognize(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        """Read a picture in one pass: text, lines, words with their boxes."""
        api, box = self._loaded(picture, languages)
        # Reading unsure lines inverted costs a bad scan of plain print 8 %. Old versions lack the variable.
        api.SetVariable("invert_threshold", _INVERT_BELOW if has_solid_ink(picture) else _INVERT_NEVER)
        try:
            text = _text(api, languages)
            turn = _own_turn(api)
            lines = _lines(api, picture.pixels.shape, box, turn)
        finally:
            self._analysed = None
            api.Clear()
        if not text.strip():
            # A photo gives "words" of blanks with a confidence of 95.
            return Recognition("", 0.0)
        return Recognition.of(text, lines, turn)

    def recognize_line(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        """Read a picture of one line with an API of its own: the pages' may hold a layout."""
        api = self._api(tuple(languages), tesserocr.PSM.SINGLE_LINE)
        _set_image(api, picture)
        try:
            text = str(api.GetUTF8Text())
            lines = _lines(api, picture.pixels.shape, (0, 0, *picture.pixels.shape[::-1]), 0)
        finally:
            api.Clear()
        return Recognition.of(text.strip(), lines)

    def orientation(self, picture: Picture) -> Orientation | None:
        """Ask Tesseract's OSD; None when its data is missing or the page has too few letters."""
        if not (self._tessdata / "osd.traineddata").exists():
            return None
        if self._osd is None:
            self._osd = tesserocr.PyTessBaseAPI(path=str(self._tessdata), lang="osd", psm=tesserocr.PSM.OSD_ONLY)
        _set_image(self._osd, _reduced(picture))
        try:
            found = self._osd.DetectOrientationScript()
        except RuntimeError:
            return None
        finally:
            self._osd.Clear()
        if not found:
            return None
        # OSD tells by how much the page is turned; we want the turn that undoes it.
        turn = -int(found["orient_deg"]) % 360
        return Orientation(turn, str(found["script_name"]), float(found["orient_conf"]), float(found["script_conf"]))

    def _loaded(self, picture: Picture, languages: Sequence[str]) -> tuple[Any, PixelBox]:
        """Return an API that holds the picture's part with print, and that part."""
        api = self._api(tuple(languages), tesserocr.PSM.AUTO)
        kept = self._analysed
        if kept is not None and kept[0] is picture and kept[1] is api:
            return api, kept[2]
        box = print_box(picture)
        _set_image(api, _part(picture, box))
        self._analysed = (picture, api, box)
        return api, box

    def _api(self, languages: tuple[str, ...], psm: int) -> Any:
        key = (languages, psm)
        api = self._apis.pop(key, None)
        if api is None:
            api = tesserocr.PyTessBaseAPI(
                path=str(self._tessdata), lang="+".join(languages), psm=psm, oem=tesserocr.OEM.LSTM_ONLY
            )
            if any(script_of(name) in WITH_HEAD_LINE for name in languages):
                # As the data of Hindi sets it, but not that of other scripts with head lines: Tesseract takes those of
                # Gurmukhi for rules of a table then, and finds three lines of twelve.
                api.SetVariable("pageseg_devanagari_split_strategy", "1")
            for oldest in self._too_many():
                self._apis.pop(oldest).End()
        self._apis[key] = api
        return api

    def _too_many(self) -> list[tuple[tuple[str, ...], int]]:
        """Return the APIs to close before one more is kept, not the one that holds a layout."""
        holding = self._analysed[1] if self._analysed else None
        idle = [key for key, api in self._apis.items() if api is not holding]
        return idle[: max(0, len(self._apis) + 1 - _OPEN_APIS)]


def _set_image(api: Any, picture: Picture) -> None:
    pixels = np.ascontiguousarray(picture.pixels)
    height, width = pixels.shape
    api.SetImageBytes(pixels.tobytes(), width, height, 1, width)
    api.SetSourceResolution(max(70, picture.dpi))


def _part(picture: Picture, box: PixelBox) -> Picture:
    """Cut a box out. Tesseract's own SetRectangle reads a box as wide as the picture, but lower, as nonsense."""
    left, top, width, height = box
    return Picture(picture.pixels[top : top + height, left : left + width], picture.dpi)


def _reduced(picture: Picture) -> Picture:
    step = max(1, max(picture.pixels.shape) // _OSD_SIDE)
    return Picture(picture.pixels[::step, ::step], max(70, picture.dpi // step)) if step > 1 else picture


def _text(api: Any, languages: Sequence[str]) -> str:
    """Recognise, and give the text as GetUTF8Text does.

    For each word that function counts the page's words from the first one, to find what stands right to left: 0.5 to
    1.5 % of a page. Asked block by block, the words are taken as they stand.
    """
    if not run_left_to_right(languages):
        return str(api.GetUTF8Text())
    if not api.Recognize():
        raise RuntimeError("Tesseract failed")
    level = tesserocr.RIL.BLOCK
    iterator = api.GetIterator()
    blocks = tesserocr.iterate_level(iterator, level) if iterator is not None else ()
    texts = [
        block.GetUTF8Text(level)
        for block in blocks
        if not block.Empty(tesserocr.RIL.WORD) and block.BlockType() not in _NO_PRINT
    ]
    return "".join(texts).removesuffix("\n")


def _own_turn(api: Any) -> int:
    """Tell whether Tesseract read the page as lying on its side: it does so by itself for one of the two sides."""
    areas = {0: 0, 270: 0}
    level = tesserocr.RIL.BLOCK
    iterator = api.GetIterator()
    for block in tesserocr.iterate_level(iterator, level) if iterator is not None else ():
        box = block.BoundingBox(level)
        if box is not None and not block.Empty(level):
            turn = 270 if block.Orientation()[1] == _TOP_TO_BOTTOM else 0
            areas[turn] += (box[2] - box[0]) * (box[3] - box[1])
    return max(areas, key=areas.__getitem__)


def _lines(api: Any, shape: tuple[int, ...], part: PixelBox, turn: int) -> list[Line]:
    """Return the lines with their words; boxes are told within `part` of a picture of `shape`."""
    word, line = tesserocr.RIL.WORD, tesserocr.RIL.TEXTLINE
    iterator = api.GetIterator()
    lines: list[tuple[str, Box, list[Word]]] = []
    for item in tesserocr.iterate_level(iterator, word) if iterator is not None else ():
        if item.Empty(word) or item.BlockType() in _NO_PRINT:
            continue
        if item.IsAtBeginningOf(line) or not lines:
            box = upright(_share(item.BoundingBox(line), shape, part), turn)
            lines.append((item.GetUTF8Text(line).strip("\n"), box, []))
        text = item.GetUTF8Text(word)
        if text.strip():
            confidence = max(0.0, float(item.Confidence(word)))
            lines[-1][2].append(Word(text, confidence, *upright(_share(item.BoundingBox(word), shape, part), turn)))
    return [Line(text, tuple(words), box) for text, box, words in lines if words]


def _share(corners: tuple[int, int, int, int], shape: tuple[int, ...], part: PixelBox) -> Box:
    """Return left, top, width and height as shares of a picture of `shape`."""
    left, top, right, bottom = corners
    height, width = shape
    return (left + part[0]) / width, (top + part[1]) / height, (right - left) / width, (bottom - top) / height
