"""What a tag looks like in public: lower case, blanks between words, bounded, no markup, no addresses."""

from __future__ import annotations

import re

from metatag_tagger.words import normalise

MIN_TAG = 2
MAX_TAG = 60
MAX_WORDS = 6

# Prefixes that are no words of their own: "re-verification" is shown as one word.
_PREFIX = re.compile(r"\b(re)[-‐‑](?=[a-z]{3})", re.IGNORECASE)
_JOINTS = re.compile(r"[-‐‑‒–—―_/\\|·•]+")
# What may stand inside a word: "c++", "c#", "r&d", "node.js", "o'neil", "1.5".
_DROP = re.compile(
    r"(?<!\w)['’.&]|['’.&](?!\w)|[^\w\s\u0900-\u0963\u0966-\u096f\u0971-\u0dff\u200c\u200d'’.&+#]|(?<![\w+])\+|(?<![\w])#"
)
_ADDRESS = re.compile(r"https?:|www\.|\S+@\S+|\b[\w-]+\.(?:com|org|net|info|biz|io|ru|cn|in|gov|xyz)\b", re.IGNORECASE)
_MARKUP = re.compile(r"[<>{}\[\]`$=\\|]|&(?:[a-z]+|#\d+);|!\[|\]\(", re.IGNORECASE)
_BULLET = re.compile(r"^\s*(?:[-*•·>]+|\(?\d{1,3}[.):]|[a-z][.)])\s+", re.IGNORECASE)


# Joiners within Devanagari show a letter's shape and no other word, but for the "eyelash" of Marathi ("र्‍य").
_JOINERS = re.compile("(?<=[\u0900-\u097f])(?<!\u0930\u094d)[\u200c\u200d]")


def public(text: str) -> str:
    """Give a tag in its public form, or "" when it cannot be one (markup, address, number, wrong length)."""
    text = _BULLET.sub("", _JOINERS.sub("", normalise(text).replace("’", "'"))).strip().strip("\"'“”‘’«»,;:")
    if len(text) > 4 * MAX_TAG or _ADDRESS.search(text) or _MARKUP.search(text):
        return ""
    shown = " ".join(_DROP.sub(" ", _JOINTS.sub(" ", _PREFIX.sub(r"\1", text))).split()).lower()
    return shown if _acceptable(shown) else ""


def _acceptable(text: str) -> bool:
    if not MIN_TAG <= len(text) <= MAX_TAG or len(text.split()) > MAX_WORDS:
        return False
    return any(character.isalpha() for character in text)
