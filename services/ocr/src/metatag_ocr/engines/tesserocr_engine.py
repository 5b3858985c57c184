"""Tesseract through the tesserocr wheel: no process start, no PNG, no OpenMP, one open API for each language set."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tesserocr

from metatag_ocr.engines.words import low_share, mean, upright
from metatag_ocr.languages import data_digest, installed_languages, run_left_to_right
from metatag_ocr.model import Word
from metatag_ocr.reading.pictures import has_solid_ink, print_box
from metatag_ocr.reading.ports import Orientation, Picture, Recognition

# APIs kept open: eng, hin and one more. Each takes 20 to 60 MB.
_OPEN_APIS = 3
# OSD needs the 200 dpi of the first try: on half of it, every second page was called turned.
_OSD_SIDE = 3600
# Tesseract's WritingDirection of text that runs down a sideways page.
_TOP_TO_BOTTOM = 2
# Certainty of a line, 0 to 1, below which Tesseract reads it again as white on black; its own default, and never.
_INVERT_BELOW, _INVERT_NEVER = "0.7", "0"
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
        self._apis: dict[tuple[str, ...], Any] = {}
        self._osd: Any = None

    def version(self) -> str:
        """Give Tesseract's version and a digest of its data: other data gives other text."""
        return f"{str(tesserocr.tesseract_version()).split()[1]}-{data_digest(self._tessdata)}"

    def languages(self) -> Sequence[str]:
        """Give the installed languages, sorted."""
        return installed_languages(self._tessdata)

    def recognize(self, picture: Picture, languages: Sequence[str], *, words: bool) -> Recognition:
        """Read a picture in one pass: text, word confidences, boxes."""
        api = self._api(tuple(languages))
        box = print_box(picture)
        _set_image(api, _part(picture, box))
        # Reading unsure lines inverted costs a bad scan of plain print 8 %. Old versions lack the variable.
        api.SetVariable("invert_threshold", _INVERT_BELOW if has_solid_ink(picture) else _INVERT_NEVER)
        try:
            text = _text(api, languages)
            confidences = [value for value in api.AllWordConfidences() if value > 0]
            turn = _own_turn(api)
            found = _words(api, picture.pixels.shape, box, turn) if words else ()
        finally:
            api.Clear()
        if not text.strip():
            # A photo gives "words" of blanks with a confidence of 95.
            return Recognition("", 0.0)
        return Recognition(text, mean(confidences), found, low_share(confidences), turn)

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

    def _api(self, languages: tuple[str, ...]) -> Any:
        api = self._apis.pop(languages, None)
        if api is None:
            api = tesserocr.PyTessBaseAPI(
                path=str(self._tessdata), lang="+".join(languages), psm=tesserocr.PSM.AUTO, oem=tesserocr.OEM.LSTM_ONLY
            )
            while len(self._apis) >= _OPEN_APIS:
                self._apis.pop(next(iter(self._apis))).End()
        self._apis[languages] = api
        return api


def _set_image(api: Any, picture: Picture) -> None:
    pixels = np.ascontiguousarray(picture.pixels)
    height, width = pixels.shape
    api.SetImageBytes(pixels.tobytes(), width, height, 1, width)
    api.SetSourceResolution(max(70, picture.dpi))


def _part(picture: Picture, box: tuple[int, int, int, int]) -> Picture:
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


def _words(api: Any, shape: tuple[int, ...], part: tuple[int, int, int, int], turn: int) -> tuple[Word, ...]:
    """Give the words; their boxes are told within `part` of a picture of `shape`."""
    height, width = shape
    found = []
    level = tesserocr.RIL.WORD
    for item in tesserocr.iterate_level(api.GetIterator(), level):
        if item.Empty(level):
            continue
        left, top, right, bottom = item.BoundingBox(level)
        corner = ((left + part[0]) / width, (top + part[1]) / height)
        box = (*corner, (right - left) / width, (bottom - top) / height)
        confidence = max(0.0, float(item.Confidence(level)))
        found.append(Word(item.GetUTF8Text(level), confidence, *upright(box, turn)))
    return tuple(found)
