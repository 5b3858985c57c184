"""Titles and tags in a PDF's own metadata, by pikepdf: XMP and the document information."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf

from metatag_ocr import errors
from metatag_ocr.model import Description
from metatag_runtime.errors import ErrorCode, MetatagError

# Fields looked through for a signature: a form may have any number, and name itself as its own child.
_MAX_FIELDS = 10_000
# What a hostile file makes pikepdf raise.
_FAULTS = (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError)


def described(path: Path, description: Description, most_bytes: int) -> bytes:
    """Return the PDF with a description in its metadata; its pages stay as they are.

    XMP gets dc:title, dc:description, dc:subject and pdf:Keywords, the document information the same; what else stands
    there is kept. Raises as `rewritten`.
    """
    return rewritten(path, lambda pdf: describe(pdf, description), most_bytes)


def rewritten(path: Path, change: Callable[[Any], None], most_bytes: int) -> bytes:
    """Return the PDF after `change`, which gets it open.

    Raises MetatagError: encrypted_document, invalid_state for a signed file, broken_document, and too_large for a
    result of more than `most_bytes`.
    """
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            if pdf.is_encrypted:
                raise errors.encrypted()
            if _is_signed(pdf):
                raise errors.signed()
            change(pdf)
            out = io.BytesIO()
            pdf.save(out, deterministic_id=True)
    except pikepdf.PasswordError as error:
        raise errors.encrypted() from error
    except _FAULTS as error:
        if isinstance(error, MetatagError):
            raise
        raise errors.broken() from error
    if out.tell() > most_bytes:
        raise MetatagError("The new PDF is larger than files may be here.", code=ErrorCode.TOO_LARGE)
    return out.getvalue()


def describe(pdf: Any, description: Description) -> None:
    """Write a description into an open PDF."""
    try:
        _write(pdf, description)
    except _FAULTS:
        # What stands there is no XMP: it is made anew.
        if "/Metadata" in pdf.Root:
            del pdf.Root.Metadata
        if "/Info" in pdf.trailer:
            del pdf.trailer.Info
        _write(pdf, description)


def _write(pdf: Any, description: Description) -> None:
    tags = [_plain(tag) for tag in description.tags]
    with pdf.open_metadata(set_pikepdf_as_editor=False) as metadata:
        # What only the document information says would go: it is written anew from XMP.
        metadata.load_from_docinfo(pdf.docinfo)
        for name, value in (
            ("dc:title", _plain(description.title)),
            ("dc:description", _plain(description.description)),
            ("dc:subject", tags),
            ("pdf:Keywords", ", ".join(tags)),
        ):
            if value:
                metadata[name] = value
            elif name in metadata:
                del metadata[name]


def _plain(text: str) -> str:
    """Return text without what XML cannot hold."""
    return "".join(char for char in text if char in "\t\n" or (char.isprintable() and not 0xD800 <= ord(char) < 0xE000))


def _is_signed(pdf: Any) -> bool:
    if "/Perms" in pdf.Root and "/DocMDP" in pdf.Root.Perms:
        return True
    form = pdf.Root.get("/AcroForm")
    return isinstance(form, pikepdf.Dictionary) and any(
        field.get("/FT") == pikepdf.Name.Sig and "/V" in field for field in _fields(form.get("/Fields"))
    )


def _fields(first: Any) -> Iterator[Any]:
    waiting = list(first)[:_MAX_FIELDS] if isinstance(first, pikepdf.Array) else []
    for _ in range(_MAX_FIELDS):
        if not waiting:
            return
        field = waiting.pop()
        if isinstance(field, pikepdf.Dictionary):
            yield field
            kids = field.get("/Kids")
            waiting += list(kids)[:_MAX_FIELDS] if isinstance(kids, pikepdf.Array) else []
