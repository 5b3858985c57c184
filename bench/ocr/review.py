"""What `needs_review` finds: pages whose words came out badly, among pages read as a node would read them.

Pages are made in English, in Hindi and in both, harmed as paper, scanners, telephones and faxes do.
A folder of PDFs with NAME.gt.txt adds its pages. A page is bad when less than 0.9 of its words were read; that is what
the flag should find, and only that.
"""

from __future__ import annotations

import io
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from bench.ocr.pages import Scan, made_scans
from bench.ocr.scores import Result, plain
from fakes.ocr_pdfs import page_image, sample, scan_pdf
from fakes.ocr_print import MIXED, lines_page
from fakes.ocr_scans import english_page, english_words
from metatag_ocr.engines.pdfium_document import PdfiumDocument
from metatag_ocr.engines.tesserocr_engine import TesserocrEngine
from metatag_ocr.model import Options, PageText
from metatag_ocr.reading.page import PageRequest, read_page

# Word recall below which a page is bad, and what the flag should reach.
BAD_BELOW = 0.9
_RECALL_BAR, _PRECISION_BAR, _LEAST_PAGES = 0.85, 0.9, 120
_DPI = 200
# Seed of all noise.
_SEED = 20261130

Harm = Callable[[Image.Image, np.random.Generator], Image.Image]


@dataclass(frozen=True)
class Judged:
    """A page's name, the share of its words that was read, whether it was flagged, and its confidence."""

    name: str
    recall: float
    flagged: bool
    confidence: float | None


def measure(scans: Sequence[Scan], tessdata: Path) -> list[Result]:
    """Return the flag's recall and precision over made pages and those of a folder."""
    engine = TesserocrEngine(tessdata)
    languages = tuple(sorted(engine.languages(), key=lambda name: name != "eng"))
    judged = [judge(scan, engine, languages) for scan in pages(scans)]
    bad = [page for page in judged if page.recall < BAD_BELOW]
    flagged = [page for page in judged if page.flagged]
    found = sum(page in bad for page in flagged)
    note = f"{len(judged)} pages, {len(bad)} with word recall under {BAD_BELOW:g}, {len(flagged)} flagged"
    missed = ", ".join(f"{page.name} {page.recall:.2f}" for page in bad if not page.flagged)
    wrong = ", ".join(f"{page.name} {page.recall:.2f}" for page in flagged if page not in bad)
    return [
        Result("review", "pages", len(judged), bar=_LEAST_PAGES, note=note),
        Result("review", "bad pages flagged", found / max(1, len(bad)), bar=_RECALL_BAR, note=f"not: {missed}"),
        Result("review", "flagged pages bad", found / max(1, len(flagged)), bar=_PRECISION_BAR, note=f"not: {wrong}"),
    ]


def judge(scan: Scan, engine: TesserocrEngine, languages: tuple[str, ...]) -> Judged:
    """Read a scan's pages with every option left to the node, and compare their words with the truth."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(scan.data)
        file.flush()
        document = PdfiumDocument(Path(file.name))
        read = [
            read_page(document, engine, PageRequest(number, Options(mode="force"), languages))
            for number in range(1, document.page_count + 1)
        ]
        document.close()
    return Judged(scan.name, word_recall(scan.truth, read), any(page.needs_review for page in read), read[0].confidence)


def word_recall(truth: str, read: Sequence[PageText]) -> float:
    """Return the share of the truth's words that came out, without their order."""
    want, have = Counter(plain(truth).split()), Counter(plain("\n".join(page.text for page in read)).split())
    return sum((want & have).values()) / max(1, want.total())


def pages(scans: Sequence[Scan]) -> Iterator[Scan]:
    """Yield the pages to be judged: each clean page in each kind of harm, then the folder's scans."""
    for place, (name, language, image, truth) in enumerate(_clean_pages()):
        for number, (kind, harm) in enumerate(HARMS.items()):
            noise = np.random.default_rng([_SEED, place, number])
            yield Scan(f"{name} {kind}", scan_pdf([harm(image, noise)], dpi=_DPI), language, truth)
    yield from (scan for scan in scans if not scan.name.startswith("digital-") and "(made" not in scan.name)


def _clean_pages() -> Iterator[tuple[str, str, Image.Image, str]]:
    """Yield name, language, picture and words of the pages that are harmed: Hindi, English, both in each line."""
    for clean in made_scans(_DPI):
        if "clean" in clean.name:
            name = clean.name.partition(" ")[0]
            yield name, clean.language, page_image(sample(name), 1, _DPI), clean.truth
    yield "english-notice", "eng", english_page(), english_words()
    yield "mixed-lines", "hin", lines_page(MIXED), " ".join(MIXED)


def _shaded(least: float) -> Harm:
    def harm(image: Image.Image, _: np.random.Generator) -> Image.Image:
        pixels = np.asarray(image, dtype=np.float32)
        return _image(pixels * np.linspace(1.0, least, pixels.shape[1])[None, :])

    return harm


def _noisy(sigma: float) -> Harm:
    def harm(image: Image.Image, noise: np.random.Generator) -> Image.Image:
        pixels = np.asarray(image, dtype=np.float32)
        return _image(pixels + noise.normal(0, sigma, pixels.shape))

    return harm


def _pale(ink: int) -> Harm:
    def harm(image: Image.Image, noise: np.random.Generator) -> Image.Image:
        pixels = np.asarray(image, dtype=np.float32)
        return _image(255 - (255 - pixels) * ink / 255 + noise.normal(0, 4, pixels.shape))

    return harm


def _small(share: float) -> Harm:
    """Scan with fewer dots: at 200 dpi a share of 0.36 is a fax of 72."""

    def harm(image: Image.Image, _: np.random.Generator) -> Image.Image:
        size = (round(image.width * share), round(image.height * share))
        return image.resize(size, Image.Resampling.BILINEAR).resize(image.size, Image.Resampling.BICUBIC)

    return harm


def _blurred(radius: float) -> Harm:
    return lambda image, _: image.filter(ImageFilter.GaussianBlur(radius))


def _squeezed(quality: int) -> Harm:
    def harm(image: Image.Image, _: np.random.Generator) -> Image.Image:
        out = io.BytesIO()
        image.save(out, "JPEG", quality=quality)
        return Image.open(out).convert("L")

    return harm


def _leaning(degrees: float) -> Harm:
    return lambda image, _: image.rotate(degrees, Image.Resampling.BICUBIC, fillcolor=255)


def _worn(share: float) -> Harm:
    """Take ink away in spots, as a bad print or an old copy does."""

    def harm(image: Image.Image, noise: np.random.Generator) -> Image.Image:
        small = noise.random((image.height // 6, image.width // 6)) < share
        spots = np.asarray(Image.fromarray((small * 255).astype(np.uint8)).resize(image.size, Image.Resampling.BICUBIC))
        return _image(np.maximum(np.asarray(image, dtype=np.float32), spots))

    return harm


def _stamped(image: Image.Image, _: np.random.Generator) -> Image.Image:
    stamped = image.copy()
    draw = ImageDraw.Draw(stamped)
    for top in range(image.height // 4, image.height * 3 // 4, 60):
        draw.line((image.width // 4, top, image.width * 3 // 4, top + 40), fill=60, width=14)
    return stamped


def _image(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _both(*harms: Harm) -> Harm:
    def harm(image: Image.Image, noise: np.random.Generator) -> Image.Image:
        for each in harms:
            image = each(image, noise)
        return image

    return harm


HARMS: dict[str, Harm] = {
    "clean": lambda image, _: image,
    "shaded to 0.6": _shaded(0.6), "shaded to 0.35": _shaded(0.35), "shaded to 0.2": _shaded(0.2),
    "noise 15": _noisy(15), "noise 40": _noisy(40), "noise 80": _noisy(80), "noise 120": _noisy(120),
    "pale 60": _pale(60), "pale 40": _pale(40), "pale 30": _pale(30), "pale 16": _pale(16),
    "100 dpi": _small(0.5), "80 dpi": _small(0.4), "72 dpi": _small(0.36), "60 dpi": _small(0.3),
    "50 dpi": _small(0.25), "40 dpi": _small(0.2),
    "blur 1.5": _blurred(1.5), "blur 2.5": _blurred(2.5), "blur 3": _blurred(3), "blur 3.5": _blurred(3.5),
    "blur 5": _blurred(5),
    "jpeg 30": _squeezed(30), "jpeg 8": _squeezed(8), "jpeg 3": _squeezed(3),
    "leaning 2": _leaning(2), "leaning 6": _leaning(6), "leaning 9": _leaning(9), "leaning 14": _leaning(14),
    "worn 0.05": _worn(0.05), "worn 0.15": _worn(0.15), "worn 0.2": _worn(0.2), "worn 0.3": _worn(0.3),
    "stamped": _stamped,
    "fax": _both(_small(0.5), _worn(0.1), _leaning(0.8)), "phone": _both(_shaded(0.5), _blurred(1.8), _noisy(12)),
    "copy of a copy": _both(_blurred(2), lambda image, _: ImageEnhance.Contrast(image).enhance(3), _worn(0.1)),
    "grainy fax": _both(_small(0.36), _noisy(50)), "dark and blurred": _both(_shaded(0.4), _blurred(3)),
    "pale and worn": _both(_pale(50), _worn(0.15)), "leaning phone": _both(_leaning(5), _shaded(0.5), _noisy(12)),
}  # fmt: skip
