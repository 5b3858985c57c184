"""Pages printed by the programs that people print with, each with the text that it shows; see data/layers/make.py."""

from __future__ import annotations

import unicodedata
from collections import Counter
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "data/layers"


def layer_file(name: str) -> Path:
    """Return the path of one of the files."""
    return FOLDER / f"{name}.pdf"


def shown_text(name: str) -> str:
    """Return what the file's page shows."""
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def word_scores(text: str, truth: str) -> tuple[float, float]:
    """Return recall and precision of a text's words against the truth's, 0 to 1."""
    got, right = (Counter(unicodedata.normalize("NFC", each).split()) for each in (text, truth))
    hits = (got & right).total()
    return hits / max(1, right.total()), hits / max(1, got.total())
