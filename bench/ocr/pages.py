"""What is measured: scans made of the project's own samples, and the files of a folder that the user names."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from fakes.ocr_pdfs import degraded, page_image, sample, scan_pdf  # noqa: E402

_SAMPLES = {
    "water-supply-report": "eng", "library-rules": "eng", "vaccination-notice": "eng", "karyalaya-adesh": "hin",
}  # fmt: skip


@dataclass(frozen=True)
class Scan:
    """A document to recognise; `truth` is the text of its pages, empty when unknown."""

    name: str
    data: bytes
    language: str
    truth: str = ""


def made_scans(dpi: int = 300) -> list[Scan]:
    """Give clean and degraded scans of the samples' pages, whose words we wrote ourselves."""
    scans = []
    for name, language in _SAMPLES.items():
        digital = sample(name)
        if not _truth(name, digital):
            continue
        image = page_image(digital, 1, dpi)
        truth = _truth(name, digital)
        scans.append(Scan(f"{name} (made, clean)", scan_pdf([image], dpi=dpi), language, truth))
        scans.append(Scan(f"{name} (made, degraded)", scan_pdf([_worse(image)], dpi=dpi), language, truth))
    return scans


def _worse(image: Image.Image) -> Image.Image:
    return degraded(image, angle=0.7, blur=1.2, quality=40)


def _truth(name: str, digital: bytes) -> str:
    """Give the words of a sample's first page: the part of its source text that the page shows."""
    source = (ROOT / f"scripts/samples/{name}.txt").read_text(encoding="utf-8")
    words = " ".join(line.lstrip("#>-* ").strip() for line in source.splitlines())
    import pypdfium2

    document = pypdfium2.PdfDocument(digital)
    pages = len(document)
    document.close()
    return words if pages == 1 else ""


def corpus(folder: Path | None) -> list[Scan]:
    """Give a folder's PDFs whose truth lies beside them as NAME.gt.txt; the language comes from manifest.json."""
    if folder is None:
        return []
    languages = {}
    if (folder / "manifest.json").exists():
        entries = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        languages = {entry["file"]: entry["language"] for entry in entries}
    found = []
    for path in sorted(folder.glob("*.pdf")):
        truth = path.with_suffix("").with_suffix(".gt.txt")
        truth = path.parent / f"{path.name[:-4]}.gt.txt"
        if truth.exists():
            text = truth.read_text(encoding="utf-8", errors="replace").replace("\f", "\n")
            found.append(Scan(path.name, path.read_bytes(), languages.get(path.name, "eng"), text))
    return found
