"""Fetches Tesseract's data for more languages and puts it beside the data that is in use: ocr_languages.py tam ben mar.

Works without root. Exit code 0, or 1 with a sentence.
"""

from __future__ import annotations

import glob
import os
import shutil
import sys

from metatag_cli import debs

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Inside the packages tesseract-ocr-NAME.
PATTERN = "usr/share/tesseract-ocr/*/tessdata/*.traineddata"
# Without these no service starts with a directory.
NEEDED = ("eng", "hin", "osd")


def main(names, tools, system):
    """Fetch the data of the named languages into the directory in use; return the exit code."""
    if not names:
        print('Name the languages: make ocr-languages LANGUAGES="tam ben mar"', file=sys.stderr)
        return 1
    try:
        target = directory(tools, system)
        fetched = os.path.join(tools, "tessdata-more")
        debs.fetch([f"tesseract-ocr-{name.replace('_', '-')}" for name in names], PATTERN, fetched)
        for file in glob.glob(os.path.join(fetched, "*.traineddata")):
            shutil.copyfile(file, os.path.join(target, os.path.basename(file)))
    except (debs.DebError, OSError) as error:
        print(f"The data could not be fetched: {error}", file=sys.stderr)
        return 1
    languages = sorted(
        os.path.basename(file).split(".")[0] for file in glob.glob(os.path.join(target, "*.traineddata"))
    )
    print(f"In {target} now: {', '.join(languages)}")
    return 0


def directory(tools, system):
    """Return the directory of the data in use, made ours where it is the system's: the checkout's stands before it."""
    named = os.environ.get("METATAG_OCR_TESSDATA_DIR") or os.environ.get("TESSDATA_PREFIX")
    if named:
        return named
    own = os.path.join(tools, "tessdata")
    os.makedirs(own, exist_ok=True)
    for name in NEEDED:
        if not os.path.exists(file_of(own, name)):
            found = [file_of(place, name) for place in system if os.path.exists(file_of(place, name))]
            if not found:
                raise debs.DebError(f"there is no data for {name} yet; `make setup` fetches it")
            shutil.copyfile(found[0], file_of(own, name))
    return own


def file_of(place, name):
    """Return the path of a language's data in a directory."""
    return os.path.join(place, f"{name}.traineddata")


if __name__ == "__main__":
    places = [*sorted(glob.glob("/usr/share/tesseract-ocr/*/tessdata"), reverse=True), "/usr/share/tessdata"]
    sys.exit(main(sys.argv[1:], os.path.join(ROOT, ".tools"), places))
