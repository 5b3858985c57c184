"""The engine path beside bare Tesseract: how much of the limit one page reaches, page by page, alternated."""

from __future__ import annotations

import gc
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import tesserocr

from bench.ocr.pages import Scan
from bench.ocr.scores import Result
from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.engines.tesserocr_engine import TesserocrEngine
from metatag_ocr.languages import script_of
from metatag_ocr.model import Options
from metatag_ocr.reading.page import FIRST_DPI, PageWish, read_page


def measure(scans: list[Scan], tessdata: Path, rounds: int) -> list[Result]:
    """Give the share of bare recognition's CPU time in the whole path's, over pages that need one try."""
    engine = TesserocrEngine(tessdata)
    shares = []
    for scan in scans:
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(scan.data)
            file.flush()
            shares += _shares(Path(file.name), scan.language, engine, tessdata, rounds)
    return [
        Result("engine path", "share of bare tesserocr, CPU", statistics.median(shares), bar=0.95,
               note=f"{len(shares)} page readings, 200 dpi, script known")
    ]  # fmt: skip


def _shares(path: Path, language: str, engine: TesserocrEngine, tessdata: Path, rounds: int) -> list[float]:
    document = PdfiumDocument(path)
    picture = document.picture(1, FIRST_DPI)
    pixels, (height, width) = picture.pixels.tobytes(), picture.pixels.shape
    api = tesserocr.PyTessBaseAPI(
        path=str(tessdata), lang=language, psm=tesserocr.PSM.AUTO, oem=tesserocr.OEM.LSTM_ONLY
    )
    wish = PageWish(1, Options(), (language,), script_of(language))

    def bare() -> None:
        api.SetImageBytes(pixels, width, height, 1, width)
        api.SetSourceResolution(FIRST_DPI)
        api.GetUTF8Text()
        api.Clear()

    tries = read_page(document, engine, wish).tries
    bare()
    pairs = [(cpu(bare), cpu(lambda: read_page(document, engine, wish))) for _ in range(rounds)]
    api.End()
    document.close()
    return [limit / path_cpu for limit, path_cpu in pairs] if tries == 1 else []


def cpu(work: Callable[[], object]) -> float:
    """Give the CPU seconds of a piece of work in this process."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start
