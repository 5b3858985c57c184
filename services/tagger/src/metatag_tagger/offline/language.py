"""Which language a text is in, told from the text: its script, then its function words."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from metatag_tagger.offline.lists import function_words
from metatag_tagger.offline.scripts import LANGUAGES, main_script, script_of, writes
from metatag_tagger.words import fold, words

# Characters looked at; a text's language shows long before that.
SAMPLE = 20_000
# Share of function words that tells a language by itself; running English has 0.4, running Hindi 0.35.
PROOF = 0.22
# Fewer words than this tell no language: the caller's hint or the language of the rest decides.
LEAST_WORDS = 8
# How much larger the share of another Latin language must be than that of English, whose words stand everywhere.
_MARGIN = 1.15
# Languages in Latin script that are told apart by their function words.
_LATIN = (
    "en", "fr", "de", "es", "pt", "it", "nl", "sv", "da", "no", "fi", "pl", "cs", "sk", "sl", "hr", "hu", "ro", "tr",
    "id", "vi", "ca", "lt", "lv", "et", "la", "sw", "tl", "af", "ga", "eu", "gl",
)  # fmt: skip
# Languages in other scripts of several languages.
_SHARED = {"cyrl": ("ru", "uk", "bg"), "arab": ("ar", "ur", "fa"), "deva": ("hi", "mr", "ne")}
# Function words that Marathi and Nepali do not share with Hindi, and those of theirs that Hindi does not know. Both
# write case endings onto the noun, so endings count like words.
_DEVANAGARI = {
    "hi": "का के की को में से पर ने है हैं था थे थी यह वह और भी कि नहीं लिए हो तक इस उस जो तो गया गई किया कर रहा रहे द्वारा",
    "mr": "आहे आहेत आणि व चा ची चे च्या या हे ही हा ते ती तो येथील मध्ये साठी करण्यात येत येईल केले झाले असे असून होते यांनी "
    "यांच्या यांना त्यांच्या किंवा सर्व तसेच नाही होती करून म्हणून असलेल्या",
    "ne": "छ छन् र को का लाई ले मा बाट गर्ने गरेको भएको हुने पनि यस त्यस हरू हरु गर्न थियो रहेको हुन्छ गरी भने तथा वा सम्म "
    "लागि यो हो गर्नुपर्ने गरिएको",
}
_ENDINGS = {
    "mr": re.compile(".{2}(?:च्या|ांच्या|ण्यात|ण्यासाठी|ांनी|ामध्ये|ातील|साठी|ांना|ांचे|ाची|ाचे|ाचा)$"),
    "ne": re.compile(".{3}(?:को|का|हरू|हरु|लाई|मा|बाट|द्वारा|एको|एका|ने छ|नेछ)$"),
}
_TESSERACT = {
    "eng": "en", "hin": "hi", "mar": "mr", "nep": "ne", "san": "sa", "ben": "bn", "asm": "as", "guj": "gu", "pan": "pa",
    "ori": "or", "tam": "ta", "tel": "te", "kan": "kn", "mal": "ml", "urd": "ur", "fra": "fr", "deu": "de", "spa": "es",
    "por": "pt", "ita": "it", "nld": "nl", "rus": "ru", "ukr": "uk", "pol": "pl", "ara": "ar", "fas": "fa",
    "jpn": "ja", "kor": "ko", "chi_sim": "zh", "chi_tra": "zh", "tur": "tr", "ell": "el", "swe": "sv", "dan": "da",
}  # fmt: skip


def code(name: str) -> str:
    """Return the two-letter code for a BCP 47 or Tesseract name ("en-IN", "hin"); empty when it says nothing."""
    first = re.split(r"[+,]", name.strip())[0]
    if first.lower() in _TESSERACT:
        return _TESSERACT[first.lower()]
    short = re.split(r"[-_]", first)[0].lower()
    return short if re.fullmatch("[a-z]{2}", short) else ""


def detect(text: str, hint: str = "") -> str:
    """Return the text's main language as a two-letter code, "en" for a text without letters.

    The hint (what a page was recognised as, say) decides only where the text does not and the script agrees with it.
    """
    sample = text[:SAMPLE]
    return detect_in(sample, main_script(sample) or "latn", hint)


def detect_in(sample: str, script: str, hint: str = "") -> str:
    """Return the language of those words of a sample that are in one script."""
    known = code(hint)
    # "eng+hin" names what was tried, not what was found.
    if "+" in hint or not writes(script, known):
        known = ""
    default = known or (LANGUAGES[script][0] if script in LANGUAGES else "en")
    # A single letter is a word of some language for any letter.
    found = [fold(word) for word in words(sample) if len(word) > 1 and script_of(word) == script]
    if script == "deva":
        return known if known in ("sa", "kok", "mai") else _devanagari(found) or default
    if script == "beng":
        return "as" if re.search("[ৰৱ]", sample) else "bn"
    among = _LATIN if script == "latn" else _SHARED.get(script, ())
    if not among or len(found) < LEAST_WORDS:
        return default
    return _by_function_words(found, among, known) or default


def share(folded: Sequence[str], language: str) -> float:
    """Return the share of function words of a language among folded words, 0 to 1."""
    if not folded:
        return 0.0
    stops = function_words(language)
    return sum(map(stops.__contains__, folded)) / len(folded)


def _by_function_words(folded: Sequence[str], among: Sequence[str], known: str) -> str:
    """Return the language with the largest share of function words; "" when no share is large enough."""
    shares = {language: share(folded, language) for language in among}
    best = max(shares, key=lambda language: (shares[language], language == known))
    if "en" in shares and shares["en"] * _MARGIN >= shares[best]:
        best = "en"
    return best if shares[best] >= PROOF else ""


def _devanagari(folded: Sequence[str]) -> str:
    if len(folded) < LEAST_WORDS:
        return ""
    counts = Counter(folded)
    scores = {}
    for language in _DEVANAGARI:
        ending = _ENDINGS.get(language)
        hits = sum(counts[word] for word in _own_words(language))
        if ending is not None:
            hits += sum(count for word, count in counts.items() if ending.search(word))
        scores[language] = hits
    best = max(scores, key=lambda language: scores[language])
    return best if scores[best] else ""


@cache
def _own_words(language: str) -> frozenset[str]:
    return frozenset(fold(word) for word in _DEVANAGARI[language].split())
