"""Portfolios: files whose pages are a cover and whose content is attached, opened with qpdf.

The attached PDFs take the cover's place, one after another; bounded in number, depth, bytes and pages.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pikepdf

from metatag_ocr.engines.qpdf_forms import adopt_fields

MAX_DEPTH, MAX_FILES, MAX_PAGES = 3, 100, 10_000
MAX_BYTES = 200 * 1024 * 1024
_MARK, _MARK_WITHIN = b"%PDF-", 1024


@dataclass
class _Budget:
    """What may still be taken, and whether something was left out."""

    files: int = MAX_FILES
    bytes_: int = MAX_BYTES
    left_out: bool = False
    # Everything opened, kept open until the pages are saved.
    opened: list[Any] = field(default_factory=list)


def is_portfolio(pdf: Any) -> bool:
    """Tell whether a file is a portfolio: a viewer shows its attachments instead of its pages."""
    return "/Collection" in pdf.Root and isinstance(pdf.Root.get("/Collection"), pikepdf.Dictionary)


def attached_pages(pdf: Any, keep_cover: bool) -> tuple[bytes, bool] | None:
    """Return the attached PDFs as one file, behind the cover's pages on request, and whether others were left out.

    None when no attached PDF can be read.
    """
    budget = _Budget()
    parts = list(_parts(pdf, budget, 1))
    try:
        if not parts:
            return None
        merged = _merged(pdf if keep_cover else None, parts)
        return merged, budget.left_out
    finally:
        for each in budget.opened:
            each.close()


def _parts(pdf: Any, budget: _Budget, depth: int) -> Iterator[Any]:
    """Yield the attached PDFs, in the order of their names; those of attached portfolios in their place."""
    for name in sorted(pdf.attachments):
        data = _content(pdf.attachments[name], budget)
        attached = _opened(data, budget) if data else None
        if attached is None:
            budget.left_out = True
        elif is_portfolio(attached) and depth < MAX_DEPTH:
            yield from _parts(attached, budget, depth + 1)
        elif len(attached.pages):
            yield attached


def _content(attachment: Any, budget: _Budget) -> bytes:
    """Return an attachment's bytes when it is a PDF and within the bounds; else nothing."""
    budget.files -= 1
    if budget.files < 0:
        return b""
    try:
        stream = attachment.get_file().obj
        data = _decoded(stream, budget.bytes_)
    except (pikepdf.PdfError, ValueError, TypeError, KeyError, RuntimeError, AttributeError):
        return b""
    if len(data) > budget.bytes_ or _MARK not in data[:_MARK_WITHIN]:
        return b""
    budget.bytes_ -= len(data)
    return data


def _decoded(stream: Any, most: int) -> bytes:
    """Return a stream's bytes, more than `most` of them only where there are more; a bomb is not unpacked."""
    filters = stream.get("/Filter")
    names = [str(name) for name in filters] if isinstance(filters, pikepdf.Array) else [str(filters)] if filters else []
    raw = bytes(stream.read_raw_bytes())
    if len(raw) > most:
        return raw
    if names in (["/FlateDecode"], ["/Fl"]) and "/DecodeParms" not in stream:
        return zlib.decompressobj().decompress(raw, most + 1)
    return bytes(stream.read_bytes()) if names else raw


def _opened(data: bytes, budget: _Budget) -> Any:
    """Return an attached PDF, open; None when it cannot be read."""
    try:
        pdf = pikepdf.open(io.BytesIO(data))
    except (pikepdf.PdfError, RuntimeError, ValueError):
        return None
    budget.opened.append(pdf)
    return pdf


def _merged(cover: Any, parts: list[Any]) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as merged:
        for part in ([cover] if cover is not None else []) + parts:
            for page in part.pages:
                if len(merged.pages) < MAX_PAGES:
                    merged.pages.append(page)
        adopt_fields(merged)
        title = parts[0].trailer.get("/Info", {}).get("/Title") if len(parts) == 1 else None
        if isinstance(title, pikepdf.String):
            merged.docinfo["/Title"] = str(title)
        merged.save(out)
    return out.getvalue()
