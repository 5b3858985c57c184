"""Words of the search index that stand for typed tags, so that a search can be narrowed to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from metatag_runtime.text import fold

# The kinds by which a search may be narrowed, as the tagger names them.
KINDS = ("document_type", "date", "year", "reference", "organisation", "person", "place", "law_or_scheme")
MAX_CHARS = 120


def facet_word(kind: str, value: str) -> str:
    """Return the index's word of a facet; the word of a value's beginning is the beginning of its word.

    Letters and digits alone count, folded. A word of text cannot be one of these: it would have to begin so.
    """
    bare = "".join(sign for sign in fold(value)[:MAX_CHARS] if sign.isalnum() or not sign.isascii())
    # Both databases keep ASCII words whole; marks of other scripts they might cut at.
    coded = f"q{bare}" if bare.isascii() else f"h{bare.encode().hex()}"
    return f"xfacet{kind.replace('_', '')}{coded}"


def facet_words(facets: Iterable[tuple[str, str]]) -> list[str]:
    """Return the distinct words of (kind, value) pairs."""
    return list(dict.fromkeys(facet_word(kind, value) for kind, value in facets))


def filter_words(wanted: Mapping[str, str]) -> list[str]:
    """Return the beginnings of words that a document must hold to have all these facets."""
    return [facet_word(kind, value) for kind, value in wanted.items() if value.strip()]
