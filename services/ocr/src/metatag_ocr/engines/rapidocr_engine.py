"""RapidOCR: PP-OCR on ONNX, with its models in the wheel, so that it works offline as installed.

4.5 Tesseract pages of CPU a page; Latin, Chinese and Japanese, no Indian script.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

import numpy as np
import rapidocr

from metatag_ocr.engines.lines import Box, recognition
from metatag_ocr.languages import RAPIDOCR_LANGUAGES
from metatag_ocr.reading.ports import Layout, Orientation, Picture, Recognition


class RapidOcrEngine:
    """Recognises with `threads` threads. The model reads its scripts all at once: languages are not passed on."""

    name = "rapidocr"
    cheap = False

    def __init__(self, threads: int) -> None:
        self._reader: Any = rapidocr.RapidOCR(
            params={
                "EngineConfig.onnxruntime.intra_op_num_threads": threads,
                "EngineConfig.onnxruntime.inter_op_num_threads": 1,
            }
        )

    def version(self) -> str:
        """Give the package's version; its models come with it."""
        return version("rapidocr")

    def languages(self) -> Sequence[str]:
        """Give the languages its model reads, by Tesseract's names."""
        return RAPIDOCR_LANGUAGES

    def layout(self, picture: Picture, languages: Sequence[str]) -> Layout | None:
        """Return None: its detector is most of its work."""
        return None

    def recognize(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        """Read a picture; runs of text count as words."""
        colour = np.repeat(picture.pixels[:, :, None], 3, axis=2)
        found = self._reader(colour)
        height, width = picture.pixels.shape
        if found.txts is None:
            return Recognition("", 0.0)
        boxes = [
            Box(text, 100 * float(score), *corners.min(axis=0).tolist(), *corners.max(axis=0).tolist())
            for text, score, corners in zip(found.txts, found.scores, np.asarray(found.boxes), strict=True)
        ]
        return recognition(boxes, width, height)

    def recognize_line(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        """Read a picture of one line, as any other."""
        return self.recognize(picture, languages)

    def orientation(self, picture: Picture) -> Orientation | None:
        """It cannot tell."""
        return None
