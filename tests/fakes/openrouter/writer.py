"""What the fake's model writes: tags taken from the text it was given, in the form it was asked for."""

from __future__ import annotations

import base64
import json
import re
from collections import Counter
from itertools import pairwise
from typing import Any

_DOCUMENT = re.compile(r"<document-\w+>(.*?)</document-\w+>", re.DOTALL)
_FIRST = re.compile(r"<first-\w+>\n(.*?)\n</first-\w+>", re.DOTALL)
_COUNT = re.compile(r"write (\d+) tags", re.IGNORECASE)
_WORD = re.compile(r"[\w\u0900-\u097f]{4,}")
_STOPS = frozenset(
    [
        "this",
        "that",
        "with",
        "from",
        "have",
        "will",
        "been",
        "were",
        "their",
        "which",
        "into",
        "about",
        "title",
        "text",
        "description",
        "frequent",
        "phrases",
        "other",
        "more",
        "than",
        "such",
        "also",
        "each",
        "under",
        "they",
        "them",
        "then",
        "when",
        "where",
        "what",
        "your",
        "shall",
        "must",
        "those",
        "these",
        "after",
        "before",
        "between",
        "through",
        "during",
    ]
)


def wanted(body: dict[str, Any]) -> tuple[str, int]:
    """Give the document's text and the number of tags that a request asks for."""
    said = "\n".join(str(message.get("content", "")) for message in body.get("messages", []))
    # The rules name the marks too; the document is the longest thing between two of them.
    found = max((match.group(1) for match in _DOCUMENT.finditer(said)), key=len, default=said)
    count = _COUNT.search(said)
    return found, int(count.group(1)) if count else 8


def choose(text: str, count: int) -> list[str]:
    """Choose tags: the most frequent pairs of words, then words, in a fixed order."""
    words = [word.lower() for word in _WORD.findall(text)]
    kept = [word for word in words if word not in _STOPS and not word.isdigit()]
    pairs = Counter(f"{first} {second}" for first, second in pairwise(kept) if first != second)
    singles = Counter(kept)
    ranked = [pair for pair, times in pairs.most_common() if times > 1] + [word for word, _ in singles.most_common()]
    return list(dict.fromkeys(ranked))[:count]


def answer(body: dict[str, Any], extra: list[str]) -> str:
    """Write the answer to a request; `extra` tags come first (a model that obeys somebody else)."""
    text, count = wanted(body)
    shape = body.get("response_format") or {}
    tags = [*extra, *choose(text, count)][: count + len(extra)]
    allowed = _enum(shape)
    if allowed is not None:
        # A host that enforces the schema lets nothing else through.
        tags = [tag for tag in allowed if tag.lower() in text.lower()][:count] or allowed[:2]
    rows = [{"tag": tag, "kind": "topic", "score": round(0.95 - 0.03 * n, 2)} for n, tag in enumerate(tags[:30])]
    if shape.get("type") == "json_schema":
        return json.dumps({"language": "en", "entities": [], "tags": rows}, ensure_ascii=False)
    if shape.get("type") == "json_object":
        return json.dumps({"tags": rows}, ensure_ascii=False)
    return "Here are the tags:\n```json\n" + json.dumps({"tags": tags}, ensure_ascii=False) + "\n```\nLet me know!"


def _enum(shape: dict[str, Any]) -> list[str] | None:
    try:
        found = shape["json_schema"]["schema"]["properties"]["tags"]["items"]["properties"]["tag"]["enum"]
    except (KeyError, TypeError):
        return None
    return list(found)


def first_text_beside_picture(body: dict[str, Any]) -> str | None:
    """Return the first text of a request that shows a picture, None for any other; fails on a picture that is none."""
    parts = next((each["content"] for each in body["messages"] if isinstance(each.get("content"), list)), None)
    if parts is None:
        return None
    kinds = {part["type"]: part for part in parts}
    head, _, data = kinds["image_url"]["image_url"]["url"].partition(";base64,")
    picture = base64.b64decode(data, validate=True)
    assert head == "data:image/jpeg"
    assert picture.startswith(b"\xff\xd8\xff")
    found = _FIRST.search(kinds["text"]["text"])
    assert found is not None
    return found[1]
