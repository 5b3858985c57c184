"""What the search index holds of one document, however its values came about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metatag_jobs.facet_index import facet_words
from metatag_jobs.search_text import fold, index_words


@dataclass(frozen=True)
class SearchEntry:
    """`label` is the folded title and tags, in which any part is found; `tokens` are the words of everything."""

    label: str
    tokens: list[str]


def search_entry(
    *, title: str, tags: Sequence[str], facets: Sequence[tuple[str, str]], more: Sequence[str], text: str
) -> SearchEntry:
    """Return the entry of a document; `facets` are (kind, value), `more` its description, note and file name."""
    return SearchEntry(
        fold(" \n ".join([title, *tags])),
        [*index_words([title, *tags, *more, *(value for _, value in facets), text]), *facet_words(facets)],
    )
