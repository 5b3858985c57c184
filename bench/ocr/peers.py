"""What users run today, in an environment of its own, on the same pages: pdf2image with pytesseract, and OCRmyPDF."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from bench.ocr.node import Node, running
from bench.ocr.scores import Result
from bench.ocr.service import scanned
from fakes.ocr_client import recognize

_PACKAGES = ("pdf2image", "pytesseract", "ocrmypdf")
_PROGRAMS = {"tesseract": "tesseract-ocr", "pdftoppm": "poppler-utils", "gs": "ghostscript"}
# Enough that what a document costs once weighs as little as in real ones.
_PAGES = 6

# Runs inside the peers' environment; tells the CPU seconds of itself and all its children.
_SCRIPT = """
import json, os, resource, sys, tempfile
def spent():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in both)
what, path, dpi = sys.argv[1], sys.argv[2], int(sys.argv[3])
if what != "ocrmypdf":
    import pdf2image, pytesseract
    start = spent()
    for image in pdf2image.convert_from_path(path, dpi, grayscale=what == "gray"):
        pytesseract.image_to_string(image, lang="eng")
else:
    import ocrmypdf
    start = spent()
    with tempfile.TemporaryDirectory() as place:
        ocrmypdf.ocr(path, place + "/out.pdf", sidecar=place + "/out.txt", jobs=1, output_type="pdf",
                     language=["eng"], progress_bar=False, optimize=0)
print(json.dumps(spent() - start))
"""


def missing() -> str:
    """Give the sentence that says what the comparison lacks, or an empty string."""
    lacking = [package for program, package in _PROGRAMS.items() if shutil.which(program) is None]
    return f"comparison left out: apt-get install {' '.join(lacking)}" if lacking else ""


async def measure(tessdata: Path, environment: Path, rounds: int) -> list[Result]:
    """Give how many times less CPU our service takes than each peer for the same scanned pages, alternated.

    "pytesseract" is used as its own documentation shows it, in colour; "gray" is the best its users can make of it.
    """
    python = _environment(environment)
    data = scanned(_PAGES)
    spent: dict[str, list[float]] = {name: [] for name in ("ours 200", "ours 300", *_PEERS)}
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        async with running(tessdata, slots=1) as fast, running(tessdata, slots=1, dpi=300) as fine:
            for turn in range(rounds):
                for name, seconds in spent.items():
                    what, dpi = name.split()
                    node = {"ours 200": fast, "ours 300": fine}.get(name)
                    seconds.append(
                        await _ours(node, data + b"%%%d" % turn) if node else _peer(python, what, Path(file.name), dpi)
                    )
    a_page = {name: statistics.median(values) / _PAGES for name, values in spent.items()}
    return [_result(a_page, *row) for row in _ROWS]


_PEERS = ("pytesseract 200", "pytesseract 300", "gray 200", "gray 300", "ocrmypdf 300")

# Name, the peer, ours, and the bar.
_ROWS = (
    ("pdf2image + pytesseract (OMP 1) at 300 dpi, our defaults", "pytesseract 300", "ours 200", 2.1),
    ("the same at equal dpi, 300", "pytesseract 300", "ours 300", 1.7),
    ("the same at equal dpi, 200", "pytesseract 200", "ours 200", None),
    ("the same tuned by hand to gray, at 300 dpi, our defaults", "gray 300", "ours 200", None),
    ("the same tuned to gray at equal dpi, 300", "gray 300", "ours 300", None),
    ("the same tuned to gray at equal dpi, 200", "gray 200", "ours 200", None),
    ("OCRmyPDF (1 job), our defaults", "ocrmypdf 300", "ours 200", 2.1),
    ("OCRmyPDF at equal dpi, 300", "ocrmypdf 300", "ours 300", 1.7),
)


def _result(seconds: dict[str, float], name: str, peer: str, own: str, bar: float | None) -> Result:
    note = f"CPU seconds a page: theirs {seconds[peer]:.2f}, ours {seconds[own]:.2f}"
    return Result("peers", f"times less CPU than {name}", seconds[peer] / seconds[own], bar=bar, note=note)


async def _ours(node: Node, data: bytes) -> float:
    before = node.cpu()
    await recognize(node.channel, data)
    return node.cpu() - before


def _peer(python: Path, what: str, path: Path, dpi: str) -> float:
    # Their data is the program's own: OCRmyPDF needs its config files beside the languages.
    environment = {name: value for name, value in os.environ.items() if name != "TESSDATA_PREFIX"}
    environment["OMP_THREAD_LIMIT"] = "1"
    command = [str(python), "-c", _SCRIPT, what, str(path), dpi]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def _environment(directory: Path) -> Path:
    """Make the peers' environment once; it is thrown away with the directory."""
    python = directory / "bin/python"
    if not python.exists():
        subprocess.run(["uv", "venv", "-q", str(directory)], check=True)
        subprocess.run(["uv", "pip", "install", "-q", "-p", str(python), *_PACKAGES], check=True)
    return python
