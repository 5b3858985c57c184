"""Form fields of pages that were copied into another file by qpdf."""

from __future__ import annotations

from typing import Any

import pikepdf

# Fields taken along, and steps from a field's part on a page up to the field.
_FIELDS, _STEPS = 20_000, 32


def adopt_fields(pdf: Any) -> None:
    """Name the fields of a file's pages in its catalog: without that pdfium knows no form."""
    fields: dict[tuple[int, int], Any] = {}
    for page in pdf.pages:
        annotations = page.obj.get("/Annots")
        for annotation in annotations if isinstance(annotations, pikepdf.Array) else ():
            if isinstance(annotation, pikepdf.Dictionary) and annotation.get("/Subtype") == "/Widget":
                root = _root(annotation)
                if len(fields) < _FIELDS and root.is_indirect:
                    fields.setdefault(root.objgen, root)
    _rename_twins(list(fields.values()))
    if fields:
        pdf.Root.AcroForm = pdf.make_indirect(pikepdf.Dictionary(Fields=pikepdf.Array(list(fields.values()))))


def _rename_twins(fields: list[Any]) -> None:
    """Give fields of one name names of their own: they come from different files, and would share a value."""
    seen: set[str] = set()
    for index, field in enumerate(fields):
        name = str(field.get("/T", ""))
        if name in seen:
            field.T = pikepdf.String(f"{name} {index}")
        seen.add(name)


def _root(field: Any) -> Any:
    for _ in range(_STEPS):
        parent = field.get("/Parent")
        if not isinstance(parent, pikepdf.Dictionary):
            break
        field = parent
    return field
