"""Tesseract through its command line and pytesseract: for machines that no tesserocr wheel fits.

One process and one PNG for each recognition; 1.14 to 2 times the time of tesserocr. The worker's environment sets
OMP_THREAD_LIMIT=1: with OpenMP's threads a page takes 3.7 to 5.2 times as long on a busy machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

import pytesseract
from PIL import Image

from metatag_ocr.engines.words import enclosing
from metatag_ocr.languages import data_digest, installed_languages
from metatag_ocr.model import Word
from metatag_ocr.reading.ports import Layout, Line, Orientation, Picture, Recognition

Row = dict[str, Any]


class PytesseractEngine:
    """Recognises with the data in `tessdata` and the `tesseract` program on the path."""

    name = "tesseract"
    cheap = True

    def __init__(self, tessdata: Path) -> None:
        self._tessdata = tessdata
        self._base = f'--tessdata-dir "{tessdata}" --oem 1'

    def version(self) -> str:
        """Give the program's version and a digest of its data."""
        return f"{pytesseract.get_tesseract_version()}-{data_digest(self._tessdata)}"

    def languages(self) -> Sequence[str]:
        """Give the installed languages, sorted."""
        return installed_languages(self._tessdata)

    def layout(self, picture: Picture, languages: Sequence[str]) -> Layout | None:
        """Return None: the program tells lines only with what it reads in them."""
        return None

    def recognize(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        """Read a picture in one pass of the program."""
        return self._read(picture, languages, psm=3)

    def recognize_line(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        """Read a picture of one line."""
        return self._read(picture, languages, psm=7)

    def _read(self, picture: Picture, languages: Sequence[str], *, psm: int) -> Recognition:
        image = Image.fromarray(picture.pixels)
        config = f"{self._base} --psm {psm} --dpi {max(70, picture.dpi)}"
        data = pytesseract.image_to_data(
            image, lang="+".join(languages), config=config, output_type=pytesseract.Output.DICT
        )
        rows = [dict(zip(data, values, strict=True)) for values in zip(*data.values(), strict=True)]
        words = [row for row in rows if row["level"] == 5 and str(row["text"]).strip()]
        lines = [_line(list(line), image.size) for _, line in groupby(words, key=_place)]
        return Recognition.of(_text(words), lines)

    def orientation(self, picture: Picture) -> Orientation | None:
        """Ask the program's OSD; None when its data is missing or the page has too few letters."""
        if not (self._tessdata / "osd.traineddata").exists():
            return None
        image = Image.fromarray(picture.pixels)
        config = f"{self._base} --dpi {max(70, picture.dpi)}"
        try:
            found = pytesseract.image_to_osd(image, config=config)
        except pytesseract.TesseractError:
            return None
        fields = dict(re.findall(r"^(.+?):\s*(\S+)$", found, re.MULTILINE))
        return Orientation(
            int(fields["Rotate"]) % 360,
            fields["Script"],
            float(fields["Orientation confidence"]),
            float(fields["Script confidence"]),
        )


def _text(rows: list[Row]) -> str:
    """Give words as lines and paragraphs, as Tesseract prints them."""
    paragraphs = groupby(rows, key=lambda row: (row["block_num"], row["par_num"]))
    return "\n\n".join("\n".join(_lines(list(paragraph))) for _, paragraph in paragraphs)


def _lines(rows: list[Row]) -> Iterator[str]:
    for _, line in groupby(rows, key=lambda row: row["line_num"]):
        yield " ".join(str(row["text"]) for row in line)


def _place(row: Row) -> tuple[int, int, int]:
    return row["block_num"], row["par_num"], row["line_num"]


def _line(rows: list[Row], size: tuple[int, int]) -> Line:
    words = tuple(_word(row, size) for row in rows)
    return Line(" ".join(word.text for word in words), words, enclosing(words))


def _word(row: Row, size: tuple[int, int]) -> Word:
    width, height = size
    box = (row["left"] / width, row["top"] / height, row["width"] / width, row["height"] / height)
    return Word(str(row["text"]), max(0.0, float(row["conf"])), *box)
