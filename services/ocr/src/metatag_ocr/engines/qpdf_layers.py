"""Optional content that is off: pages without what a viewer does not show, by qpdf.

pdfium draws a page without such content but gives its text. Rules: ISO 32000-2, 8.11 (groups, membership, the default
configuration); a page is read as on a screen (/View).
"""

from __future__ import annotations

import io
from typing import Any

import pikepdf

from metatag_ocr.engines.qpdf_forms import adopt_fields

# Nested forms that are looked into, forms of a page, and steps of an expression of memberships.
_DEPTH, _FORMS, _STEPS = 4, 300, 16
# Bytes of a page's content beyond which it stays as it is.
_MAX_CONTENT = 16 * 1024 * 1024
_SHOWS = frozenset({"Tj", "TJ", "sh", "INLINE IMAGE"})
# These show a text on a new line: the new line stays.
_SHOWS_ON_NEW_LINE = frozenset({"'", '"'})
_FAULTS = (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError, IndexError)


class HiddenLayers:
    """The groups of a file that are off. Holds the file open until it is closed."""

    def __init__(self, pdf: Any) -> None:
        self._pdf = pdf
        self._off = _groups_off(pdf)
        self._pages: dict[int, bytes | None] = {}

    def __bool__(self) -> bool:
        return bool(self._off)

    def page(self, number: int) -> bytes | None:
        """Return a page in a file of its own without what is off; None when nothing on it is."""
        if number not in self._pages:
            try:
                self._pages = {number: self._without_hidden(number)}
            except _FAULTS:
                self._pages = {number: None}
        return self._pages[number]

    def close(self) -> None:
        """Give back the file."""
        self._pdf.close()

    def _without_hidden(self, number: int) -> bytes | None:
        page = self._pdf.pages[number - 1]
        left = [_FORMS]
        content = self._filtered(page, page.resources, 0, left)
        kept = [each for each in page.obj.get("/Annots", []) if self._is_visible(each.get("/OC"))]
        lost = len(kept) < len(page.obj.get("/Annots", []))
        if content is None and not lost and left[0] == _FORMS:
            return None
        if content is not None:
            page.obj.Contents = self._pdf.make_stream(content)
        if lost:
            page.obj.Annots = pikepdf.Array(kept)
        out = io.BytesIO()
        with pikepdf.new() as alone:
            alone.pages.append(page)
            adopt_fields(alone)
            alone.save(out)
        return out.getvalue()

    def _filtered(self, holder: Any, resources: Any, depth: int, left: list[int]) -> bytes | None:
        """Return a content stream without what is off; None when it stays as it is."""
        if not self._names_layers(resources):
            return None
        kept: list[Any] = []
        marks: list[bool] = []
        changed = False
        instructions: Any = pikepdf.parse_content_stream(holder)
        for operands, operator in instructions:
            name = str(operator)
            if name in ("BDC", "BMC"):
                marks.append(name == "BMC" or self._mark_is_visible(operands, resources))
            elif name == "EMC" and marks:
                marks.pop()
            if not all(marks) and name in _SHOWS | {"Do"}:
                changed = True
                continue
            if not all(marks) and name in _SHOWS_ON_NEW_LINE:
                changed = True
                kept.append(([], pikepdf.Operator("T*")))
                continue
            if name == "Do" and not self._drawn(operands, resources, depth, left):
                changed = True
                continue
            kept.append((operands, operator))
        return pikepdf.unparse_content_stream(kept) if changed else None

    def _drawn(self, operands: Any, resources: Any, depth: int, left: list[int]) -> bool:
        """Tell whether a form or picture is shown, and leave out of a form what is off."""
        item = resources.get("/XObject", {}).get(str(operands[0])) if len(operands) else None
        if not isinstance(item, pikepdf.Stream):
            return True
        if not self._is_visible(item.get("/OC")):
            return False
        if item.get("/Subtype") == "/Form" and depth < _DEPTH and left[0] > 0:
            inner = item.get("/Resources", resources)
            content = self._filtered(item, inner, depth + 1, left)
            if content is not None:
                left[0] -= 1
                item.write(content)
        return True

    def _names_layers(self, resources: Any) -> bool:
        """Tell whether anything under these resources can be off: properties, or forms and pictures."""
        return "/Properties" in resources or "/XObject" in resources

    def _mark_is_visible(self, operands: Any, resources: Any) -> bool:
        if len(operands) < 2 or str(operands[0]) != "/OC":
            return True
        named = operands[1]
        if isinstance(named, pikepdf.Name):
            named = resources.get("/Properties", {}).get(str(named))
        return self._is_visible(named)

    def _is_visible(self, group: Any) -> bool:
        """Tell whether what belongs to a group or a membership is shown."""
        if not isinstance(group, pikepdf.Dictionary):
            return True
        if group.get("/Type") != "/OCMD":
            return group.objgen not in self._off
        expression = group.get("/VE")
        if isinstance(expression, pikepdf.Array):
            return self._holds(expression, 0)
        groups = group.get("/OCGs")
        members = list(groups) if isinstance(groups, pikepdf.Array) else [groups]
        shown = [member.objgen not in self._off for member in members if isinstance(member, pikepdf.Dictionary)]
        if not shown:
            return True
        policy = str(group.get("/P", "/AnyOn"))
        return {"/AllOn": all(shown), "/AnyOff": not all(shown), "/AllOff": not any(shown)}.get(policy, any(shown))

    def _holds(self, expression: Any, depth: int) -> bool:
        """Return the value of a visibility expression."""
        if isinstance(expression, pikepdf.Dictionary):
            return expression.objgen not in self._off
        if depth > _STEPS or not isinstance(expression, pikepdf.Array) or not len(expression):
            return True
        values = [self._holds(expression[index], depth + 1) for index in range(1, len(expression))]
        kind = str(expression[0])
        if kind == "/Not":
            return not values[0] if values else True
        return all(values) if kind == "/And" else any(values)


def layers_of(pdf: Any) -> HiddenLayers | None:
    """Return a file's hidden layers; None when all of them are on."""
    try:
        found = HiddenLayers(pdf) if "/OCProperties" in pdf.Root else None
    except _FAULTS:
        return None
    return found or None


def _groups_off(pdf: Any) -> frozenset[tuple[int, int]]:
    """Return the groups that the default configuration turns off for a screen."""
    properties = pdf.Root.OCProperties
    config = properties.get("/D", pikepdf.Dictionary())
    groups = [each for each in properties.get("/OCGs", []) if isinstance(each, pikepdf.Dictionary)]
    off = {each.objgen for each in groups} if config.get("/BaseState") == "/OFF" else set()
    off -= {each.objgen for each in config.get("/ON", [])}
    off |= {each.objgen for each in config.get("/OFF", [])}
    for usage in config.get("/AS", []):
        if usage.get("/Event") == "/View":
            for group in usage.get("/OCGs", []):
                state = group.get("/Usage", {}).get("/View", {}).get("/ViewState")
                if state is not None:
                    (off.add if state == "/OFF" else off.discard)(group.objgen)
    return frozenset(off)
