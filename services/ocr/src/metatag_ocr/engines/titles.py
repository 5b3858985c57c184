"""A file's own title, where it has one worth the name."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NO_TITLE = frozenset({"untitled", "document", "untitled document", "untitled-1", "title", "pdf"})
_BLANKS = re.compile(r"\s+")
_MAX_TITLE = 300


def clean_title(title: str | None) -> str:
    """Give a title with single blanks, or an empty string when it is blank or what programs write by themselves."""
    plain = _plain(title)
    low = plain.lower()
    if low in _NO_TITLE or low.startswith("microsoft word"):
        return ""
    return plain[:_MAX_TITLE]


def outline_title(entries: Iterable[str | None]) -> str:
    """Give the first outline entry of 10 to 100 characters, or an empty string."""
    return next((plain for plain in map(_plain, entries) if 10 <= len(plain) <= 100), "")


def _plain(text: str | None) -> str:
    printable = "".join(char if char.isprintable() else " " for char in text or "")
    return _BLANKS.sub(" ", printable).strip()
