"""Word recall and cost of scans as people have them, made by script: light, paper, lean, stamps, two scripts."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image

from bench.ocr.pages import ROOT  # noqa: F401 - makes the tests' fakes importable
from bench.ocr.scores import Result
from fakes import ocr_scans as scans
from fakes.ocr_page_reader import page_reader

# Share of the words that must be found on each page.
_BAR = 0.95


def measure(tessdata: Path) -> list[Result]:
    """Return recall and CPU time of each kind of page; the first reading loads the models and is not counted."""
    read = page_reader(tessdata)
    for page in (scans.english_page(), scans.hindi_page()):
        read(page)
    results = []
    for name, (image, truth) in _pages().items():
        start = time.process_time()
        page_text = read(image)
        spent = time.process_time() - start
        found = scans.recall(page_text.text, truth)
        note = f"{page_text.language}, confidence {page_text.confidence or 0:.0f}, {page_text.tries} tries"
        results.append(Result("paper", f"{name}: word recall", found, "", _BAR, note=note))
        results.append(Result("paper", f"{name}: CPU", spent, "s"))
    return results


def _pages() -> dict[str, tuple[Image.Image, str]]:
    english, hindi = scans.english_page(), scans.hindi_page()
    truth = {"English": (english, scans.english_words()), "Hindi": (hindi, scans.hindi_words())}
    changes: dict[str, Callable[[Image.Image], Image.Image]] = {
        "clean": lambda page: page,
        "shade to 0.55": lambda page: scans.shaded(page, 0.55),
        "hard shadow of 0.55": lambda page: scans.shaded(page, 0.55, hard=True),
        "bands of gray 150": lambda page: scans.banded(page, 150),
        "lean of 7 degrees": lambda page: scans.leaning(page, 7),
        "pale by 30 grays": lambda page: scans.pale(page, 30),
        "stamp of gray 120": lambda page: scans.stamped(page, 120, at=(750, 800)),
        "squared paper": lambda page: scans.on_ruled_paper(page, 36, 160),
        "ruled paper": lambda page: scans.on_ruled_paper(page, 52, 150, squared=False),
        "white on dark": lambda page: scans.white_on_dark(page, 20),
        "on its side": lambda page: page.rotate(90, expand=True),
    }
    made = {
        f"{language}, {name}": (change(page), words)
        for name, change in changes.items()
        for language, (page, words) in truth.items()
    }
    both = f"{scans.english_words()} {scans.hindi_words()}"
    head = scans.printed_part(english, 0.0, 0.15)
    heading = " ".join(scans.ENGLISH[:2])
    made["English with black rims"] = (scans.rimmed(english), scans.english_words())
    made["two columns, one of each"] = (scans.side_by_side(english, hindi), both)
    made["English letterhead, Hindi letter"] = (
        scans.stacked(head, scans.printed_part(hindi)),
        f"{heading} {scans.hindi_words()}",
    )
    return made
