"""Text layers of Indian scripts: words that come out right and CPU time, ours beside bare pdfium.

    python -m bench.ocr.indic_layers [FOLDER]

The folder holds PDFs with what each shows beside it as NAME.txt; without one those of the tests are read. Prints a line
a file and the sums. Exit status 1 where reading takes more than six times bare pdfium's time.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pypdfium2

from fakes.layer_files import FOLDER, word_scores
from metatag_ocr.engines.pdf_oxide_reader import PdfOxideReader
from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.model import Options
from metatag_ocr.reading.page import PageRequest, read_page

# Times each reader reads a file; the fastest counts.
_ROUNDS = 5
_MOST = 6.0


def main() -> int:
    """Measure every file; return the exit status."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    sums = [0.0, 0.0]
    for path in sorted(folder.glob("*.pdf")):
        truth = path.with_suffix(".txt").read_text(encoding="utf-8")
        bare, ours = _measured(_bare, path), _measured(_ours, path)
        sums = [sums[0] + bare[1], sums[1] + ours[1]]
        scores = [word_scores(text, truth) for text, _ in (bare, ours)]
        shown = "  ".join(
            f"{name} {recall:.2f}/{precision:.2f}"
            for name, (recall, precision) in zip(("pdfium", "ours"), scores, strict=True)
        )
        print(f"{path.stem:28} recall/precision {shown}  {1000 * bare[1]:.1f} and {1000 * ours[1]:.1f} ms")
    ratio = sums[1] / max(1e-9, sums[0])
    print(f"CPU time: {ratio:.1f} times bare pdfium's, bar {_MOST:g}")
    return int(ratio > _MOST)


def _measured(read: Callable[[Path], str], path: Path) -> tuple[str, float]:
    """Return a file's text and the CPU seconds of the fastest reading."""
    best, text = float("inf"), ""
    for _ in range(_ROUNDS):
        start = time.process_time()
        text = read(path)
        best = min(best, time.process_time() - start)
    return text, best


def _bare(path: Path) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        return "\n".join(page.get_textpage().get_text_range(errors="replace") for page in document)
    finally:
        document.close()


def _ours(path: Path) -> str:
    document = PdfiumDocument(path, indic_reader=PdfOxideReader)
    try:
        # Without recognition: what it adds is one page a document.
        options = Options(mode="skip")
        requests = [PageRequest(number + 1, options, ("eng", "hin")) for number in range(document.page_count)]
        return "\n".join(read_page(document, None, request).text for request in requests)  # type: ignore[arg-type]
    finally:
        document.close()


if __name__ == "__main__":
    sys.exit(main())
