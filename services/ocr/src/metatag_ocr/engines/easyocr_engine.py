"""EasyOCR on CPU or GPU, from weights in a directory; it downloads nothing.

On a CPU a page costs 15 Tesseract pages at the canvas of 1280 pixels set here, 33 at EasyOCR's own 2560.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from metatag_ocr.engines.lines import Box, recognition
from metatag_ocr.engines.torchvision_gap import close_gap
from metatag_ocr.languages import easyocr_code, easyocr_languages
from metatag_ocr.reading.ports import Layout, Orientation, Picture, Recognition

# Readers kept open. Devanagari's model takes 206 MB.
_OPEN_READERS = 2


class EasyOcrEngine:
    """Recognises with the weights in `models`. `canvas` caps the longer side of what the detector sees, in pixels."""

    name = "easyocr"
    cheap = False

    def __init__(self, models: Path, *, canvas: int, threads: int, gpu: bool) -> None:
        close_gap()
        import easyocr
        import torch

        torch.set_num_threads(threads)
        self._easyocr: Any = easyocr
        self._models = models
        self._canvas = canvas
        self._gpu = gpu and bool(torch.cuda.is_available())
        self._readers: dict[tuple[str, ...], Any] = {}

    def version(self) -> str:
        """Give the package's version and where it runs."""
        return f"{self._easyocr.__version__}-{'gpu' if self._gpu else 'cpu'}"

    def languages(self) -> Sequence[str]:
        """Give the languages whose weights lie in the directory, by Tesseract's names."""
        return easyocr_languages(self._models)

    def layout(self, picture: Picture, languages: Sequence[str]) -> Layout | None:
        """Return None: its detector is most of its work."""
        return None

    def recognize(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        """Read a picture; runs of text count as words."""
        found = self._reader(languages).readtext(picture.pixels, canvas_size=self._canvas, batch_size=8)
        height, width = picture.pixels.shape
        boxes = []
        for corners, text, score in found:
            across, down = [float(x) for x, _ in corners], [float(y) for _, y in corners]
            boxes.append(Box(text, 100 * float(score), min(across), min(down), max(across), max(down)))
        return recognition(boxes, width, height)

    def recognize_line(self, picture: Picture, languages: Sequence[str]) -> Recognition:
        """Read a picture of one line, as any other."""
        return self.recognize(picture, languages)

    def orientation(self, picture: Picture) -> Orientation | None:
        """It cannot tell."""
        return None

    def _reader(self, languages: Sequence[str]) -> Any:
        codes = tuple(sorted({easyocr_code(name) for name in languages} - {""}))
        # A model of another script reads English beside it; English alone has a model of its own.
        key = codes if codes == ("en",) else tuple(sorted({*codes, "en"}))
        if key not in self._readers:
            while len(self._readers) >= _OPEN_READERS:
                self._readers.pop(next(iter(self._readers)))
            self._readers[key] = self._easyocr.Reader(
                list(key),
                gpu=self._gpu,
                model_storage_directory=str(self._models),
                user_network_directory=str(self._models),
                download_enabled=False,
                verbose=False,
            )
        return self._readers[key]
