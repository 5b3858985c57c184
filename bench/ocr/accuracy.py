"""Error rates of scans with known text, with the bars they must hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.ocr.pages import Scan
from bench.ocr.scores import Result, cer, word_f1
from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.engines.tesserocr_engine import TesserocrEngine
from metatag_ocr.model import Options
from metatag_ocr.reading.page import PageRequest, read_page

# Highest character error rate by the beginning of a file's name. Measured once with the bare engine at 200 and
# 300 dpi; a two-column page read in the order of its columns, and a magazine page with a photo, explain the high ones.
_BARS = {
    "scan-ccitt": 0.01, "scan-skew": 0.01, "rotated-rotated_skew": 0.01, "noisy-multi_page": 0.005,
    "scan-8087_054.3B": 0.09, "karyalaya-adesh": 0.005, "water-supply-report": 0.01, "library-rules": 0.01,
    "vaccination-notice": 0.01,
}  # fmt: skip
# The court transcript: its line numbers are read as a column of their own, so words are what counts.
_WORD_BARS = {"noisy-scotus": 0.75}


def measure(scans: list[Scan], tessdata: Path) -> list[Result]:
    """Give CER and word F1 of each scan, read as a node would, its language found by itself."""
    engine = TesserocrEngine(tessdata)
    languages = tuple(sorted(engine.languages(), key=lambda name: name != "eng"))
    results = []
    for scan in scans:
        if scan.name.startswith("digital-"):
            continue
        text, told = _read(scan, engine, languages)
        bar = next((value for name, value in _BARS.items() if scan.name.startswith(name)), None)
        least = next((value for name, value in _WORD_BARS.items() if scan.name.startswith(name)), None)
        results.append(Result("accuracy", f"{scan.name}: CER", cer(scan.truth, text), "", bar, at_most=True, note=told))
        results.append(Result("accuracy", f"{scan.name}: word F1", word_f1(scan.truth, text), "", least))
    return results


def _read(scan: Scan, engine: TesserocrEngine, languages: tuple[str, ...]) -> tuple[str, str]:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(scan.data)
        file.flush()
        document = PdfiumDocument(Path(file.name))
        pages = [
            read_page(document, engine, PageRequest(number, Options(mode="force"), languages))
            for number in range(1, document.page_count + 1)
        ]
        document.close()
    confidence = sum(page.confidence or 0 for page in pages) / len(pages)
    tries = sum(page.tries for page in pages)
    return "\n".join(page.text for page in pages), f"{pages[0].language}, confidence {confidence:.0f}, {tries} tries"
