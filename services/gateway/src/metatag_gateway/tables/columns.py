"""Which column of a table is which field of a document: exact names, then aliases, then the cells themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

# Fields in the order in which they choose; each with its aliases, the most telling first.
ALIASES: dict[str, tuple[str, ...]] = {
    "file_path": (
        "pdf url", "pdf link", "document url", "document link", "file url", "file link", "download url",
        "download link", "url", "link", "href", "hyperlink", "path", "pdf", "pdf file", "file", "file name", "filename",
        "location", "source", "लिंक", "कड़ी", "यूआरएल", "पथ", "फ़ाइल", "फाइल",
    ),
    "file_source_type": ("source type", "file type", "type", "kind", "स्रोत", "प्रकार"),
    "title": (
        "document title", "subject", "document name", "name", "document", "heading", "शीर्षक", "विषय", "नाम",
    ),
    "description": ("summary", "abstract", "details", "notes", "note", "remarks", "remark", "विवरण", "सारांश", "टिप्पणी"),
}  # fmt: skip
# Rows among which the one with the names is looked for, and rows whose cells are looked at.
HEAD = 10
_LOOKED_AT = 50
# Characters of a cell in which an address is looked for.
MAX_WRAPPED = 10_000
# The share of places among a column's cells that makes it the column of the files although its name says nothing.
_MOSTLY = 0.8
_PLACE = re.compile(r"(?:https?|s3|upload|file)://\S|/\S|~/|[a-z]:\\|\\\\\w|.*\.pdf$", re.IGNORECASE | re.DOTALL)
# Ways in which a cell of text names an address: a formula of a spreadsheet, a link of Markdown or HTML, a mail's <...>.
_WRAPPED = re.compile(
    r"""\s*(?:=HYPERLINK\(\s*"([^"]+)".*\)|\[[^\]]*\]\(\s*<?([^\s)>]+)>?[^)]*\)|<a\s[^>]*?href\s*=\s*["']([^"']+)["'].*"""
    r"""|<([a-z0-9]+://[^<>]+)>|'((?:https?|s3|upload)://.+))\s*""",
    re.IGNORECASE | re.DOTALL,
)
_AROUND = " \t\r\n\xa0\u200b\u200c\u200d\u2060\ufeff"
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NUKTA = "\u093c"
_APART = re.compile(r"[\s_\-]+")
# The number that tells columns of one name apart.
_COUNTED = re.compile(r" \(\d{1,3}\)$")


def fold_name(name: str) -> str:
    """Return a column's name in the form in which names are compared: NFKC, no case, nukta, joiner or `_`."""
    # The label may be long: only a short one can be known.
    text = _CAMEL.sub(" ", unicodedata.normalize("NFKC", name[:200])).casefold()
    kept = "".join(char for char in text if unicodedata.category(char) != "Cf" and char != _NUKTA)
    return _COUNTED.sub("", _APART.sub(" ", kept)).strip(" *:.")


_KNOWN = {
    fold_name(alias): (field, rank)
    for field, aliases in ALIASES.items()
    for rank, alias in enumerate((field, *aliases))
}


def is_field_name(cell: str) -> bool:
    """Tell whether a cell is the name of a field, or an alias of one."""
    return len(cell) <= 100 and fold_name(cell) in _KNOWN


def is_place(cell: str) -> bool:
    """Tell whether a cell names where a file is: an address, a path, or the name of a PDF."""
    return _PLACE.match(place_in(cell)) is not None


def place_in(cell: str) -> str:
    """Return the address that a cell names, whatever is written around it; else the cell."""
    bare = cell.strip(_AROUND)
    # A cell may be megabytes long, no address is.
    found = _WRAPPED.fullmatch(bare) if bare[:1] in ("=", "[", "<", "'") and len(bare) <= MAX_WRAPPED else None
    return next(group for group in found.groups() if group).strip(_AROUND) if found else bare


def find_header(rows: Sequence[Sequence[str]]) -> int:
    """Return the index of the row that names the columns, -1 where none does.

    Titles over the table may stand above it. A row that holds the place of a file names nothing.
    """
    head = [(at, row) for at, row in enumerate(rows[:HEAD]) if not any(map(is_place, row))]
    if not head:
        return -1
    known = {at: {_KNOWN[fold_name(cell)][0] for cell in row if is_field_name(cell)} for at, row in head}
    best = max((at for at, _ in head), key=lambda at: ("file_path" in known[at], len(known[at]), -at))
    if "file_path" in known[best]:
        return best
    found = best if known[best] else next((at for at, row in head if not _is_banner(row)), head[0][0])
    # Below a place no names follow.
    return found if not any(any(map(is_place, row)) for row in rows[:found]) else -1


def _is_banner(row: Sequence[str]) -> bool:
    """Tell whether a row is a title over merged cells: one value many times."""
    return len(row) > 1 and len({cell for cell in row if cell}) == 1


def map_columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> dict[str, int]:
    """Return the column of each field that has one; `rows` are those below the header."""
    looked_at = rows[:_LOOKED_AT]
    mapping: dict[str, int] = {}
    for field in ALIASES:
        free = [at for at in range(len(names)) if at not in mapping.values()]
        ranks = {at: _KNOWN[fold_name(names[at])][1] for at in free if _field_of(names[at]) == field}
        if not ranks:
            continue
        exact = [at for at, rank in ranks.items() if rank == 0]
        among = exact or list(ranks)
        if field == "file_path" and not exact:
            mapping[field] = min(among, key=lambda at: (-_share_of_places(looked_at, at), ranks[at], at))
        else:
            mapping[field] = min(among, key=lambda at: (ranks[at], not _is_filled(looked_at, at), at))
    if "file_path" not in mapping:
        free = [at for at in range(len(names)) if at not in mapping.values()]
        shares = {at: share for at in free if (share := _share_of_places(looked_at, at)) >= _MOSTLY}
        if shares:
            mapping["file_path"] = max(shares, key=lambda at: (shares[at], -at))
    return {field: mapping[field] for field in ALIASES if field in mapping}


def other_places(names: Sequence[str], mapping: dict[str, int]) -> list[int]:
    """Return the columns that a row may name its file in when the mapped one is empty."""
    taken = set(mapping.values())
    return [at for at, name in enumerate(names) if at not in taken and _field_of(name) == "file_path"]


def _field_of(name: str) -> str:
    return _KNOWN.get(fold_name(name), ("", 0))[0]


def _share_of_places(rows: Sequence[Sequence[str]], at: int) -> float:
    cells = [row[at] for row in rows if at < len(row) and row[at]]
    return sum(map(is_place, cells)) / len(cells) if cells else 0.0


def _is_filled(rows: Sequence[Sequence[str]], at: int) -> bool:
    return any(at < len(row) and row[at] for row in rows)


def is_place_name(name: str) -> bool:
    """Tell whether a column's name says that it holds where files are."""
    return _field_of(name) == "file_path"
