"""Languages and scripts by name: what callers may say, what Tesseract calls it, which script it is written in."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

# ISO 639-1 to Tesseract: the fifteen Indian languages the first implementation knew, and English.
_ISO = {
    "en": "eng", "hi": "hin", "kn": "kan", "ta": "tam", "te": "tel", "bn": "ben", "gu": "guj", "ml": "mal",
    "mr": "mar", "pa": "pan", "or": "ori", "as": "asm", "ur": "urd", "sa": "san", "ne": "nep",
    "fr": "fra", "de": "deu", "es": "spa", "it": "ita", "pt": "por", "ru": "rus",
}  # fmt: skip

_ENGLISH_NAMES = {
    "english": "eng", "hindi": "hin", "kannada": "kan", "tamil": "tam", "telugu": "tel", "bengali": "ben",
    "gujarati": "guj", "malayalam": "mal", "marathi": "mar", "punjabi": "pan", "odia": "ori", "oriya": "ori",
    "assamese": "asm", "urdu": "urd", "sanskrit": "san", "nepali": "nep",
}  # fmt: skip

# Script (as Tesseract's OSD names it) to the languages that read it, best first.
_BY_SCRIPT = {
    "Latin": ("eng", "fra", "deu", "spa", "ita", "por"),
    "Devanagari": ("hin", "mar", "nep", "san"),
    "Bengali": ("ben", "asm"),
    "Gurmukhi": ("pan",),
    "Gujarati": ("guj",),
    "Oriya": ("ori",),
    "Tamil": ("tam",),
    "Telugu": ("tel",),
    "Kannada": ("kan",),
    "Malayalam": ("mal",),
    "Arabic": ("urd", "ara", "fas"),
    "Cyrillic": ("rus", "ukr", "bul"),
    "Greek": ("ell",),
    "Han": ("chi_sim", "chi_tra"),
    "Japanese": ("jpn",),
    "Korean": ("kor",),
    "Hangul": ("kor",),
    "Thai": ("tha",),
    "Hebrew": ("heb",),
}
_SCRIPT_OF = {language: script for script, languages in _BY_SCRIPT.items() for language in languages}
# Scripts whose words follow each other from left to right with blanks between them.
_LEFT_TO_RIGHT = frozenset(_BY_SCRIPT) - {"Arabic", "Hebrew", "Han", "Japanese", "Korean", "Hangul", "Thai"}

# Data sets that are no language.
_NO_LANGUAGE = frozenset({"osd", "equ"})


def tesseract_name(name: str) -> str:
    """Give Tesseract's name of a language said as "hi", "hin", "hi-IN" or "Hindi"; unknown names come back as said."""
    plain = name.strip()
    low = plain.lower()
    return _ISO.get(low) or _ENGLISH_NAMES.get(low) or _ISO.get(low.split("-")[0].split("_")[0], "") or plain


def script_of(language: str) -> str:
    """Give the script a language is written in; Latin for languages the table lacks."""
    return _SCRIPT_OF.get(language, "Latin")


def run_left_to_right(languages: Iterable[str]) -> bool:
    """Tell whether all languages surely have words with blanks between them, from left to right; no where unknown."""
    return all(_SCRIPT_OF.get(name) in _LEFT_TO_RIGHT for name in languages)


def languages_for(script: str, among: Sequence[str]) -> list[str]:
    """Give those of `among` that are written in `script`, the best known first."""
    known = [name for name in _BY_SCRIPT.get(script, ()) if name in among]
    others = [name for name in among if name not in known and _SCRIPT_OF.get(name) == script]
    return known + others


def missing_for(script: str) -> str:
    """Give the language whose data would read a script, or an empty string when none is known."""
    return _BY_SCRIPT.get(script, ("",))[0]


def installed_languages(tessdata: Path) -> list[str]:
    """Give the languages whose data lies in a directory, sorted; empty when there is no such directory."""
    return sorted(path.stem for path in tessdata.glob("*.traineddata") if path.stem not in _NO_LANGUAGE)


def data_digest(tessdata: Path) -> str:
    """Give eight hex digits that change when language data is added, removed or exchanged."""
    parts = sorted((path.name, path.stat().st_size) for path in tessdata.glob("*.traineddata"))
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:8]


def missing(wanted: Iterable[str], installed: Sequence[str]) -> list[str]:
    """Give the wanted languages that are not installed, in their order."""
    return [name for name in wanted if name not in installed]


# What RapidOCR's model, which comes with its wheel, reads.
RAPIDOCR_LANGUAGES = ("chi_sim", "chi_tra", "eng", "jpn")

# EasyOCR's detector, without which no language is read.
EASYOCR_DETECTOR = "craft_mlt_25k.pth"
# EasyOCR's weights to the languages they read, by Tesseract's names. Odia and Sanskrit have none of their own: they
# are read as Bengali and Hindi, as the first implementation did.
_EASYOCR_WEIGHTS = {
    "english_g2.pth": ("eng",),
    "latin_g2.pth": ("fra", "deu", "spa", "ita", "por"),
    "devanagari.pth": ("hin", "mar", "nep", "san"),
    "bengali.pth": ("ben", "asm", "ori"),
    "tamil.pth": ("tam",),
    "telugu.pth": ("tel",),
    "kannada.pth": ("kan",),
    "arabic.pth": ("urd",),
}
_EASYOCR_CODES = {
    "eng": "en", "fra": "fr", "deu": "de", "spa": "es", "ita": "it", "por": "pt", "hin": "hi", "mar": "mr",
    "nep": "ne", "san": "hi", "ben": "bn", "asm": "as", "ori": "bn", "tam": "ta", "tel": "te", "kan": "kn", "urd": "ur",
}  # fmt: skip


def easyocr_code(language: str) -> str:
    """Give EasyOCR's code of a language, or an empty string."""
    return _EASYOCR_CODES.get(language, "")


def easyocr_languages(models: Path) -> list[str]:
    """Give the languages whose EasyOCR weights lie in a directory, sorted; none without the detector's."""
    if not (models / EASYOCR_DETECTOR).is_file():
        return []
    return sorted(name for weights, names in _EASYOCR_WEIGHTS.items() if (models / weights).is_file() for name in names)
