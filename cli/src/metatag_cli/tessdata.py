"""Where Tesseract's language data lies on this machine."""

from __future__ import annotations

import os
from pathlib import Path

from metatag_cli import debs, project
from metatag_cli.data_dir import default_data_dir

# What the set-up fetches and the pipeline needs: English, Hindi, and the script and direction of a page.
NEEDED = ("eng", "hin", "osd")


def places() -> list[Path]:
    """Give the folders that are looked into, in this order."""
    named = [os.environ.get("METATAG_OCR_TESSDATA_DIR"), os.environ.get("TESSDATA_PREFIX")]
    found = [Path(value) for value in named if value]
    checkout = project.root()
    if checkout is not None:
        found.append(checkout / ".tools" / "tessdata")
    found.append(fetched())
    found += sorted(Path("/usr/share/tesseract-ocr").glob("*/tessdata"), reverse=True)
    return [*found, Path("/usr/share/tessdata")]


def fetched() -> Path:
    """Return the folder into which `fetch` puts the data."""
    return default_data_dir() / "tessdata"


def fetch() -> str:
    """Fetch the data from Debian's packages where this machine has none; return a sentence about it, or "".

    Needs apt-get and dpkg-deb, but not root; installs nothing.
    """
    if find() is not None:
        return ""
    names = [f"tesseract-ocr-{name}" for name in NEEDED]
    try:
        debs.fetch(names, "usr/share/tesseract-ocr/*/tessdata/*.traineddata", str(fetched()))
    except (debs.DebError, OSError) as error:
        return (
            f"Scans cannot be read: Tesseract's language data is missing and {error}. Install the data for "
            f"{', '.join(NEEDED)} with your system's packages, or set METATAG_OCR_TESSDATA_DIR to its folder."
        )
    return f"Fetched Tesseract's data for {', '.join(NEEDED)} into {fetched()}."


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
