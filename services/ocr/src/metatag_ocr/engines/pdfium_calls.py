"""pdfium's functions that are called for each character or object of a page, without pypdfium2's wrapping.

The same functions as in `pypdfium2.raw`, which wraps each handle in an object and checks each argument: a call costs a
third of one there, and a page has some thousand of them. They keep Python's lock, because none takes longer than
letting it go does. Handles are valid while their page or text page is open.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from ctypes import POINTER, c_char_p, c_double, c_int, c_size_t, c_uint, c_ulong, c_void_p
from typing import Any

from pypdfium2 import raw

Handle = int


def handle(owner: Any) -> Handle:
    """Give the handle of a page or text page of pypdfium2."""
    return int(ctypes.cast(owner.raw, c_void_p).value or 0)


def text_handle(textpage: Any) -> c_void_p:
    """Give the handle of a text page for the functions that ask about its characters."""
    return c_void_p(handle(textpage))


def _plain(function: Any, result: Any, *arguments: Any) -> Callable[..., Any]:
    address = ctypes.cast(function, c_void_p).value
    return ctypes.PYFUNCTYPE(result, *arguments)(address or 0)


def _unchecked(function: Any, result: Any) -> Callable[..., Any]:
    """Return a function that takes its arguments as they are, which costs half of checking them.

    Only for those of a text page's handle as `text_handle` gives it, of numbers that fit a C int, and of `byref`.
    """
    return _plain(function, result)


# Of a text page's characters.
unicode_of = _unchecked(raw.FPDFText_GetUnicode, c_uint)
has_map_error = _unchecked(raw.FPDFText_HasUnicodeMapError, c_int)
text_object_of = _unchecked(raw.FPDFText_GetTextObject, c_void_p)
is_generated = _unchecked(raw.FPDFText_IsGenerated, c_int)
origin_of = _unchecked(raw.FPDFText_GetCharOrigin, c_int)
char_box_of = _unchecked(raw.FPDFText_GetCharBox, c_int)
char_matrix_of = _unchecked(raw.FPDFText_GetMatrix, c_int)
char_size_of = _unchecked(raw.FPDFText_GetFontSize, c_double)
char_at = _unchecked(raw.FPDFText_GetCharIndexFromTextIndex, c_int)

# Of a text object and its font.
render_mode_of = _plain(raw.FPDFTextObj_GetTextRenderMode, c_int, c_void_p)
font_of = _plain(raw.FPDFTextObj_GetFont, c_void_p, c_void_p)
font_size_of = _plain(raw.FPDFTextObj_GetFontSize, c_int, c_void_p, c_void_p)
font_name = _plain(raw.FPDFFont_GetBaseFontName, c_size_t, c_void_p, c_char_p, c_size_t)

# Of a page's objects, and those inside a form.
count_objects = _plain(raw.FPDFPage_CountObjects, c_int, c_void_p)
object_at = _plain(raw.FPDFPage_GetObject, c_void_p, c_void_p, c_int)
count_form_objects = _plain(raw.FPDFFormObj_CountObjects, c_int, c_void_p)
form_object_at = _plain(raw.FPDFFormObj_GetObject, c_void_p, c_void_p, c_uint)
type_of = _plain(raw.FPDFPageObj_GetType, c_int, c_void_p)
bounds_of = _plain(raw.FPDFPageObj_GetBounds, c_int, *(c_void_p,) * 5)
_SIDE = POINTER(c_uint)
image_size_of = _plain(raw.FPDFImageObj_GetImagePixelSize, c_int, c_void_p, _SIDE, _SIDE)
image_metadata_of = _plain(
    raw.FPDFImageObj_GetImageMetadata, c_int, c_void_p, c_void_p, POINTER(raw.FPDF_IMAGEOBJ_METADATA)
)
matrix_of = _plain(raw.FPDFPageObj_GetMatrix, c_int, c_void_p, c_void_p)

# Of the marks of an object's content.
count_marks = _plain(raw.FPDFPageObj_CountMarks, c_int, c_void_p)
mark_of = _plain(raw.FPDFPageObj_GetMark, c_void_p, c_void_p, c_ulong)
count_mark_params = _plain(raw.FPDFPageObjMark_CountParams, c_int, c_void_p)
mark_string = _plain(
    raw.FPDFPageObjMark_GetParamStringValue, c_int, c_void_p, c_char_p, c_void_p, c_ulong, POINTER(c_ulong)
)
