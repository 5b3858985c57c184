"""What a page's annotations say in print: values of form fields, and text written on the page, by pdfium.

Read from the file, not from their pictures: values have no pictures at all in many forms, or pictures in a font that
lacks their letters. What a viewer does not show is left out: hidden fields, passwords, buttons.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from typing import Any

from pypdfium2 import raw

from metatag_ocr.reading.layout import Entry

# Annotations of a page, options of a choice and characters of a page that are looked at.
_ANNOTATIONS, _OPTIONS, _CHARS = 3000, 1000, 200_000
# Of an annotation: not shown, and not shown on a screen.
_HIDDEN, _NO_VIEW = 1 << 1, 1 << 5
# Of a text field: its value is a password.
_PASSWORD = 1 << 13
# The tags of rich text, which some programs write alone.
_MARKUP = re.compile("<[^>]*>")
# Points below which a field is not to be seen.
_LEAST_SIDE = 1.0


def entries(page: Any, form: Any, *, notes: bool = True) -> list[Entry]:
    """Return the values and, with `notes`, the free text that a page shows, in the order of the file.

    `form` is the document's form handle, None for a file without a form. Without `notes` only the free text that pdfium
    does not draw is given: the rest stands in the page's picture.
    """
    found: list[Entry] = []
    chars = 0
    for index in range(min(raw.FPDFPage_GetAnnotCount(page), _ANNOTATIONS)):
        annotation = raw.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            entry = _entry(annotation, form, notes, page.get_bbox())
        finally:
            raw.FPDFPage_CloseAnnot(annotation)
        if entry is not None:
            chars += len(entry.text)
            if chars > _CHARS:
                break
            found.append(entry)
    return found


def _entry(annotation: Any, form: Any, notes: bool, bounds: tuple[float, float, float, float]) -> Entry | None:
    if raw.FPDFAnnot_GetFlags(annotation) & (_HIDDEN | _NO_VIEW):
        return None
    kind = raw.FPDFAnnot_GetSubtype(annotation)
    if kind == raw.FPDF_ANNOT_WIDGET and form is not None:
        text = _value(annotation, form)
    elif kind == raw.FPDF_ANNOT_FREETEXT and (notes or not _is_drawn(annotation)):
        text = _string_of(annotation, b"Contents") or _MARKUP.sub(" ", _string_of(annotation, b"RC"))
    else:
        return None
    text = _lines(text)
    box = raw.FS_RECTF()
    if not text or not raw.FPDFAnnot_GetRect(annotation, box):
        return None
    entry = Entry(text, box.left, min(box.bottom, box.top), box.right, max(box.bottom, box.top))
    return entry if _is_seen(entry, bounds) else None


def _value(annotation: Any, form: Any) -> str:
    """Return a text or choice field's value as it is shown; an empty string for any other field."""
    kind = raw.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind == raw.FPDF_FORMFIELD_TEXTFIELD:
        if raw.FPDFAnnot_GetFormFieldFlags(form, annotation) & _PASSWORD:
            return ""
        return _string(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))
    if kind in (raw.FPDF_FORMFIELD_COMBOBOX, raw.FPDF_FORMFIELD_LISTBOX):
        chosen = list(_chosen(annotation, form))
        if chosen or kind == raw.FPDF_FORMFIELD_LISTBOX:
            return "\n".join(chosen)
        # What was typed into a combo box is none of its options.
        return _string(lambda buffer, size: raw.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, size))
    return ""


def _chosen(annotation: Any, form: Any) -> Iterator[str]:
    """Yield the labels of a choice's selected options."""
    for index in range(min(raw.FPDFAnnot_GetOptionCount(form, annotation), _OPTIONS)):
        if raw.FPDFAnnot_IsOptionSelected(form, annotation, index):
            yield _option(annotation, form, index)


def _option(annotation: Any, form: Any, index: int) -> str:
    return _string(lambda buffer, size: raw.FPDFAnnot_GetOptionLabel(form, annotation, index, buffer, size))


def _string_of(annotation: Any, key: bytes) -> str:
    return _string(lambda buffer, size: raw.FPDFAnnot_GetStringValue(annotation, key, buffer, size))


def _is_drawn(annotation: Any) -> bool:
    return bool(raw.FPDFAnnot_GetAP(annotation, raw.FPDF_ANNOT_APPEARANCEMODE_NORMAL, None, 0) > 2)


def _is_seen(entry: Entry, bounds: tuple[float, float, float, float]) -> bool:
    left, bottom, right, top = bounds
    wide, high = entry.right - entry.left, entry.top - entry.bottom
    x, y = (entry.left + entry.right) / 2, (entry.bottom + entry.top) / 2
    return wide >= _LEAST_SIDE and high >= _LEAST_SIDE and left <= x <= right and bottom <= y <= top


def _string(ask: Callable[[Any, int], int]) -> str:
    """Return a string of pdfium's: UTF-16 with its length in bytes, the final zero counted."""
    length = ask(None, 0)
    if not 2 < length <= 4 * _CHARS:
        return ""
    buffer = ctypes.create_string_buffer(length)
    ask(ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length)
    return buffer.raw[: length - 2].decode("utf-16-le", "replace")


def _lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))
    return "\n".join(line for line in lines if line)
