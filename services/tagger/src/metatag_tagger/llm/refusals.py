"""Tell a tag from what a model writes when it has none: placeholders, apologies, sentences about the task."""

from __future__ import annotations

import re

# A tag has at most six words; a longer entry is a sentence.
MAX_WORDS = 8

_EDGES = " \t.…!?*_`\"'“”‘’()[]<>-–—/:;।"
_PLACEHOLDERS = frozenset(
    [
        "",
        "n/a",
        "na",
        "n a",
        "n.a",
        "none",
        "null",
        "nil",
        "no",
        "nan",
        "empty",
        "undefined",
        "unknown",
        "untitled",
        "untagged",
        "string",
        "tag",
        "tags",
        "keyword",
        "keywords",
        "example",
        "sample tag",
        "placeholder",
        "tbd",
        "todo",
        "error",
        "not applicable",
        "not available",
        "not found",
        "not specified",
        "not provided",
        "insufficient text",
        "insufficient information",
        "कोई नहीं",
        "लागू नहीं",
        "उपलब्ध नहीं",
        "अज्ञात",
        "ninguno",
        "ninguna",
        "aucun",
        "aucune",
        "keine",
        "нет",
        "无",
        "なし",
        "없음",
    ]
)
_NUMBERED = re.compile(r"(?:sample |example )?(?:tag|keyword)\s*(?:\d{1,3}|[a-c])")
_APOLOGY = re.compile(
    r"""
    \b(?:i|we)(?:['’]m|\ am|['’]re|\ are|['’]ll|\ will|\ do|\ have)?\ ?(?:so\ |very\ |truly\ |really\ )?
        (?:sorry|afraid|unable|apologi[sz]e|can(?:\ ?not|['’]?t)|won['’]?t|could(?:\ not|n['’]?t)|don['’]?t|regret)\b
    | \b(?:sorry|apologies|apologi[sz]e)\b[\s,.:!-]*(?:\Z|\b(?:but|for|i|we|this|the|no)\b)
    | \bas\ an?\ (?:ai|language\ model|assistant)\b
    | \b(?:can(?:\ ?not|['’]?t)|unable\ to|could\ not|not\ able\ to)\s+(?:be\s+)?
        (?:help|assist|comply|provide|generate|create|tag|read|process|fulfil+|determin|extract|do|answer|complete)
    | \bno\s+(?:\w+\s+)?(?:tags?|keywords?|topics?|text|content)\b
        (?:\s*(?:\Z|could|can|were|was|available|found|provided|generated|to|for|in))
    | \b(?:document|text|content|page|file|input)\s+(?:is|was|appears|seems)\s+
        (?:to\ be\s+)?(?:empty|blank|missing|unreadable|illegible|unclear|not)\b
    | (?:सहायता|मदद|उत्पन्न|प्रदान|टैग)\s*नहीं | नहीं\s*(?:कर\s*सकता|कर\s*सकती|कर\s*सकते|दे\s*सकता|हो\s*सका)
    | \A(?:क्षमा|माफ़|माफ)\s*(?:करें|कीजिए|करे|चाहता)
    | \A(?:lo\ siento|je\ suis\ désolé|désolé|es\ tut\ mir\ leid|desculpe|mi\ dispiace|извините|простите)
    | \A(?:抱歉|很抱歉|对不起|申し訳|ごめん|죄송)
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_placeholder(text: str) -> bool:
    """Tell whether an entry stands for no tag at all ("N/A", "none", "tag1", "कोई नहीं")."""
    bare = " ".join(text.strip(_EDGES).casefold().split())
    return bare in _PLACEHOLDERS or _NUMBERED.fullmatch(bare) is not None or not any(map(str.isalnum, bare))


def is_refusal(text: str) -> bool:
    """Tell whether an entry reads as an apology or a sentence about the task, in the languages known here.

    The list cannot be complete; that no word of an answer stands in the document is the test for the others.
    """
    return len(text.split()) > MAX_WORDS or _APOLOGY.search(text) is not None
