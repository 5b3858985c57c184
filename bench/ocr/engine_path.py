"""The engine path beside bare Tesseract: how much of the limit one page reaches, page by page, alternated."""

from __future__ import annotations

import gc
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
from metatag_ocr.reading.level import deskewed
from metatag_ocr.reading.page import FIRST_DPI, PageRequest, read_page
from metatag_ocr.reading.ports import Picture
from metatag_runtime.child_limits import keep_freed_memory


def measure(scans: list[Scan], tessdata: Path, rounds: int) -> list[Result]:
    """Give the share of bare recognition's CPU time in the whole path's, over pages that need one try."""
    # As a child does. Bare recognition profits as well.
    keep_freed_memory()
    engine = TesserocrEngine(tessdata)
    pairs = []
    for scan in scans:
        with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
            file.write(scan.data)
            file.flush()
            pairs += _pairs(Path(file.name), scan.language, engine, tessdata, rounds)
    share = sum(bare for bare, _ in pairs) / sum(path for _, path in pairs)
    note = (
        f"{len(pairs)} page readings, 200 dpi, script known, {sum(b for b, _ in pairs) / len(pairs):.2f} s a page bare"
    )
    return [Result("engine path", "share of bare tesserocr, CPU", share, bar=0.95, note=note)]


def _pairs(
    path: Path, language: str, engine: TesserocrEngine, tessdata: Path, rounds: int
) -> list[tuple[float, float]]:
    document = PdfiumDocument(path)
    bare = bare_reader(deskewed(document.picture(1, FIRST_DPI)), language, tessdata)
    read_request = PageRequest(1, Options(), (language,), script_of(language))
    tries = read_page(document, engine, read_request).tries
    bare()
    pairs = [
        (cpu(bare), cpu(lambda: read_page(document, engine, read_request))) for _ in range(rounds if tries == 1 else 0)
    ]
    document.close()
    return pairs


def bare_reader(picture: Picture, language: str, tessdata: Path) -> Callable[[], str]:
    """Give a function that recognises one picture with tesserocr as it comes: the limit that all is compared with."""
    pixels, (height, width) = picture.pixels.tobytes(), picture.pixels.shape
    api = tesserocr.PyTessBaseAPI(
        path=str(tessdata), lang=language, psm=tesserocr.PSM.AUTO, oem=tesserocr.OEM.LSTM_ONLY
    )

    def read() -> str:
        api.SetImageBytes(pixels, width, height, 1, width)
        api.SetSourceResolution(picture.dpi)
        text = str(api.GetUTF8Text())
        api.Clear()
        return text

    return read


def cpu(work: Callable[[], object]) -> float:
    """Give the CPU seconds of a piece of work in this process."""
    gc.collect()
    start = time.process_time()
    work()
    return time.process_time() - start
