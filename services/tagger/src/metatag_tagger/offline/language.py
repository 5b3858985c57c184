"""Which language a text is in: its script first, then its function words, a statistical model last."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Any

from metatag_tagger.offline.lists import stop_words
from metatag_tagger.words import fold, words

# Characters looked at; a document's main language shows long before that.
SAMPLE = 20_000
# Share of function words that proves a language by itself; running English has 0.4, running Hindi 0.35.
PROOF = 0.22

_SCRIPTS = {
    "deva": "\u0900-\u097f", "beng": "\u0980-\u09ff", "guru": "\u0a00-\u0a7f", "gujr": "\u0a80-\u0aff",
    "orya": "\u0b00-\u0b7f",
    "taml": "\u0b80-\u0bff", "telu": "\u0c00-\u0c7f", "knda": "\u0c80-\u0cff", "mlym": "\u0d00-\u0d7f",
    "arab": "\u0600-\u06ff",
    "cyrl": "\u0400-\u04ff", "grek": "\u0370-\u03ff", "hebr": "\u0590-\u05ff", "thai": "\u0e00-\u0e7f",
    "hani": "\u4e00-\u9fff",
    "kana": "\u3040-\u30ff", "hang": "\uac00-\ud7af", "latn": "A-Za-z\u00c0-\u024f",
}  # fmt: skip
_PATTERNS = {name: re.compile(f"[{ranges}]") for name, ranges in _SCRIPTS.items()}
# Scripts that one language of ours writes, and what the model may choose from for the others.
_ONE = {
    "guru": "pa", "gujr": "gu", "orya": "or", "taml": "ta", "telu": "te", "knda": "kn", "mlym": "ml", "grek": "el",
    "hebr": "he", "thai": "th", "kana": "ja", "hang": "ko", "hani": "zh",
}  # fmt: skip
_SOME = {
    "beng": ("bn", "as"),
    "deva": ("hi", "mr", "ne"),
    "arab": ("ar", "ur", "fa"),
    "cyrl": ("ru", "uk", "bg", "sr", "mk"),
}
_TESSERACT = {
    "eng": "en", "hin": "hi", "mar": "mr", "nep": "ne", "san": "sa", "ben": "bn", "asm": "as", "guj": "gu", "pan": "pa",
    "ori": "or", "tam": "ta", "tel": "te", "kan": "kn", "mal": "ml", "urd": "ur", "fra": "fr", "deu": "de", "spa": "es",
    "por": "pt", "ita": "it", "nld": "nl", "rus": "ru", "ukr": "uk", "pol": "pl", "ara": "ar", "fas": "fa",
    "jpn": "ja", "kor": "ko", "chi_sim": "zh", "chi_tra": "zh", "tur": "tr", "ell": "el", "swe": "sv", "dan": "da",
}  # fmt: skip


def code(name: str) -> str:
    """Give the two-letter code for a BCP 47 or Tesseract name ("en-IN", "hin"); empty when it says nothing."""
    first = re.split(r"[+,]", name.strip())[0]
    if first.lower() in _TESSERACT:
        return _TESSERACT[first.lower()]
    short = re.split(r"[-_]", first)[0].lower()
    return short if re.fullmatch("[a-z]{2}", short) else ""


def detect(text: str, told: str = "") -> str:
    """Give the text's main language; `told` counts if the script agrees with it; "en" for no text."""
    sample = text[:SAMPLE]
    script = _script(sample)
    known = code(told)
    # "eng+hin" names what was tried, not what was found, so only a single name is believed.
    if known and "+" not in told and _fits(known, script):
        return known
    if script in _ONE:
        return _ONE[script]
    if script == "deva":
        return "hi" if _share(sample, "hi") >= PROOF else _classify(sample, _SOME["deva"]) or "hi"
    if script in _SOME:
        return _classify(sample, _SOME[script]) or _SOME[script][0]
    if _share(sample, "en") >= PROOF or len(sample) < 200:
        return "en"
    return _classify(sample, ()) or "en"


def _script(sample: str) -> str:
    counts = Counter({name: len(pattern.findall(sample)) for name, pattern in _PATTERNS.items()})
    if counts["kana"] > 10:
        return "kana"
    # Indic letters weigh more: English terms stand in Indian office papers, not the other way round.
    for name in counts:
        if name not in ("latn", "arab", "cyrl", "grek", "hebr", "hani", "thai", "kana", "hang"):
            counts[name] *= 2
    best, count = counts.most_common(1)[0]
    return best if count else "latn"


def _fits(language: str, script: str) -> bool:
    if script in _ONE:
        return _ONE[script] == language
    if script in _SOME:
        return language in _SOME[script] or (script == "deva" and language in ("sa", "kok", "mai"))
    indic = {found for languages in _SOME.values() for found in languages} | set(_ONE.values())
    return language not in indic


def _share(sample: str, language: str) -> float:
    found = [fold(word) for word in words(sample)]
    if not found:
        return 0.0
    stops = _PURE_HINDI if language == "hi" else stop_words(language)
    return sum(word in stops for word in found) / len(found)


# Words Marathi and Nepali do not use, so that their share tells Hindi from them.
_PURE_HINDI = frozenset(
    fold(word)
    for word in [
        "का",
        "के",
        "की",
        "को",
        "में",
        "से",
        "पर",
        "ने",
        "है",
        "हैं",
        "था",
        "थे",
        "थी",
        "यह",
        "वह",
        "और",
        "भी",
        "ही",
        "कि",
        "नहीं",
        "लिए",
        "हो",
        "तक",
        "एक",
        "इस",
        "उस",
        "जो",
        "तो",
        "गया",
        "गई",
        "किया",
        "कर",
        "रहा",
        "रहे",
        "द्वारा",
    ]
)


def _classify(sample: str, among: tuple[str, ...]) -> str:
    ranked = _model().rank(sample[:3_000])
    for language, _score in ranked:
        # Three letters name what is no written language ("zxx") or one that nothing here knows.
        if language in among or (not among and len(language) == 2):
            return str(language)
    return ""


@cache
def _model() -> Any:
    # Loaded on first need only: 1.3 s and 60 MB that English and Hindi never pay.
    from py3langid import langid

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
