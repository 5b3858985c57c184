"""What users run today, in an environment of its own, on the same pages: pdf2image with pytesseract, and OCRmyPDF."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import tempfile
from pathlib import Path

from bench.ocr.node import running
from bench.ocr.scores import Result
from bench.ocr.service import scanned
from fakes.ocr_client import recognize

_PACKAGES = ("pdf2image", "pytesseract", "ocrmypdf")
_PROGRAMS = {"tesseract": "tesseract-ocr", "pdftoppm": "poppler-utils", "gs": "ghostscript"}
_PAGES = 2

# Runs inside the peers' environment; tells the CPU seconds of itself and all its children.
_SCRIPT = """
import json, os, resource, sys, tempfile
def spent():
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(use.ru_utime + use.ru_stime for use in both)
what, path, dpi = sys.argv[1], sys.argv[2], int(sys.argv[3])
if what == "pytesseract":
    import pdf2image, pytesseract
    start = spent()
    for image in pdf2image.convert_from_path(path, dpi, grayscale=True):
        pytesseract.image_to_string(image, lang="eng", config="--oem 1 --psm 3")
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
    """Give how many times less CPU our service takes than each peer for the same scanned pages."""
    python = _environment(environment)
    data = scanned(_PAGES)
    ours: list[float] = []
    theirs: dict[str, list[float]] = {"pytesseract 300": [], "ocrmypdf 300": []}
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(data)
        file.flush()
        async with running(tessdata, slots=1) as node:
            for turn in range(rounds):
                before = node.cpu()
                await recognize(node.channel, data + b"%%%d" % turn)
                ours.append(node.cpu() - before)
                for name, seconds in theirs.items():
                    what, dpi = name.split()
                    seconds.append(_peer(python, what, Path(file.name), dpi))
        same = _peer(python, "pytesseract", Path(file.name), "200")
    best = statistics.median(ours)
    note = f"CPU seconds a page: ours {best / _PAGES:.2f} at 200 dpi"
    return [
        Result("peers", "times less CPU than pdf2image + pytesseract (OMP 1), our defaults",
               statistics.median(theirs["pytesseract 300"]) / best, bar=2.1, note=note),
        Result("peers", "the same at equal dpi (200)", same / best, bar=1.7),
        Result("peers", "times less CPU than OCRmyPDF (1 job), our defaults",
               statistics.median(theirs["ocrmypdf 300"]) / best, bar=2.1),
    ]  # fmt: skip


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
