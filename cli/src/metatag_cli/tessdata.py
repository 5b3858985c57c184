"""Where Tesseract's language data lies on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from metatag_cli import project

# What the set-up fetches and the pipeline needs: English, Hindi, and the script and direction of a page.
NEEDED = ("eng", "hin", "osd")


def places() -> list[Path]:
    """Give the folders that are looked into, in this order."""
    named = [os.environ.get("METATAG_OCR_TESSDATA_DIR"), os.environ.get("TESSDATA_PREFIX")]
    found = [Path(value) for value in named if value]
    checkout = project.root()
    if checkout is not None:
        found.append(checkout / ".tools" / "tessdata")
    found += sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"), reverse=True)
    return [*found, Path("/usr/share/tessdata")]


def find() -> Path | None:
    """Give the first folder that holds all that is needed, else the first that holds anything, else None."""
    existing = [place for place in places() if any(place.glob("*.traineddata"))]
    complete = [place for place in existing if not missing(place)]
    return next(iter([*complete, *existing]), None)


def missing(place: Path) -> list[str]:
    """Name the data that a folder lacks."""
    return [name for name in NEEDED if not (place / f"{name}.traineddata").is_file()]


def languages(place: Path) -> list[str]:
    """Name the languages in a folder."""
    return sorted(file.stem for file in place.glob("*.traineddata") if file.stem != "osd")
