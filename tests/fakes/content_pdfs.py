"""PDFs that hold more, or less, than their pages' text: forms, notes, layers that are off, portfolios, notices."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from fakes.hostile_pdfs import text_pdf

LINE = "The committee approved the water supply scheme for the northern district."
XFA_NOTICE = [
    "Please wait...",
    "If this message is not eventually replaced with the proper contents of the document, your PDF",
    "viewer may not be able to display this type of document.",
    "You can upgrade to the latest version of Adobe Reader by visiting the maker's site.",
]
PORTFOLIO_NOTICE = ["For the best experience, open this PDF portfolio in Acrobat X or Adobe Reader X, or later."]

HIDDEN, NO_VIEW, PASSWORD = 1 << 1, 1 << 5, 1 << 13
COMB, COMBO, RADIO = 1 << 24, 1 << 17, 1 << 15


def _open(lines: Sequence[str] = (LINE,)) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(text_pdf([lines])))


def _saved(pdf: pikepdf.Pdf) -> bytes:
    out = io.BytesIO()
    pdf.save(out)
    return out.getvalue()


def form_pdf(fields: Sequence[Mapping[str, object]], lines: Sequence[str] = (LINE,)) -> bytes:
    """Give a page of lines with fields over it; each is the entries of its dictionary, `Rect` from 300 points up."""
    pdf = _open(lines)
    made = []
    for index, entries in enumerate(fields):
        rect = [72, 560 - 30 * index, 400, 580 - 30 * index]
        field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, Rect=rect, T=String(f"field {index}"), F=4)
        for key, value in entries.items():
            field["/" + key] = value
        made.append(pdf.make_indirect(field))
    pdf.pages[0].Annots = Array(made)
    pdf.Root.AcroForm = Dictionary(Fields=Array(made), DA=String("/Helv 10 Tf 0 g"))
    return _saved(pdf)


def text_field(value: str, **more: object) -> dict[str, object]:
    """Give the entries of a text field."""
    return {"FT": Name.Tx, "V": String(value), **more}


def choice_field(options: Sequence[tuple[str, str]], chosen: str | Sequence[str], **more: object) -> dict[str, object]:
    """Give the entries of a choice; an option is its exported value and its label."""
    values = String(chosen) if isinstance(chosen, str) else Array([String(each) for each in chosen])
    labels = Array([Array([String(value), String(label)]) for value, label in options])
    return {"FT": Name.Ch, "Opt": labels, "V": values, **more}


def note_pdf(text: str, lines: Sequence[str] = (LINE,), *, flags: int = 4, drawn: bool = False) -> bytes:
    """Give a page with free text written on it, with or without a picture of it."""
    pdf = _open(lines)
    note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=[72, 300, 400, 340], F=flags)
    note.Contents, note.DA = String(text), String("/F 10 Tf 0 g")
    if drawn:
        form = pdf.make_stream(b"BT /F 10 Tf 4 14 Td (" + text.encode("latin-1") + b") Tj ET")
        form.Type, form.Subtype, form.BBox = Name.XObject, Name.Form, [0, 0, 328, 40]
        form.Resources = Dictionary(Font=pdf.pages[0].Resources.Font)
        note.AP = Dictionary(N=form)
    pdf.pages[0].Annots = Array([pdf.make_indirect(note)])
    return _saved(pdf)


def portfolio_pdf(
    files: Mapping[str, bytes], cover: Sequence[str] = tuple(PORTFOLIO_NOTICE), *, collection: bool = True
) -> bytes:
    """Give a file with others attached; `collection` makes it a portfolio."""
    pdf = _open(cover)
    for name, data in files.items():
        pdf.attachments[name] = pikepdf.AttachedFileSpec(pdf, data, filename=name)
    if collection:
        pdf.Root.Collection = Dictionary(Type=Name.Collection, View=Name.D)
    return _saved(pdf)


def layered_pdf(
    parts: Sequence[tuple[str, str]],
    *,
    off: Sequence[str] = (),
    base_off: bool = False,
    on: Sequence[str] = (),
    policy: str = "",
    members: Sequence[str] = (),
    as_form: bool = False,
) -> bytes:
    """Give a page whose parts are (name of the layer or "", text); a part named "member" belongs to a membership."""
    pdf = _open(())
    page = pdf.pages[0]
    names = dict.fromkeys([name for name, _ in parts if name and name != "member"] + list(members))
    groups = {name: pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(name))) for name in names}
    membership = Dictionary(Type=Name.OCMD, OCGs=Array([groups[name] for name in members]))
    if policy:
        membership.P = Name("/" + policy)
    marks = {**groups, "member": pdf.make_indirect(membership)}
    page.Resources.XObject, page.Resources.Properties = Dictionary(), Dictionary()
    content = []
    for index, (name, text) in enumerate(parts):
        shown = f"BT /F 12 Tf 72 {720 - 20 * index} Td ({text}) Tj ET"
        if as_form and name:
            form = pdf.make_stream(shown.encode())
            form.Type, form.Subtype, form.BBox, form.OC = Name.XObject, Name.Form, [0, 0, 612, 792], marks[name]
            form.Resources = Dictionary(Font=page.Resources.Font)
            page.Resources.XObject[f"/X{index}"] = form
            content.append(f"/X{index} Do")
        elif name:
            page.Resources.Properties[f"/P{index}"] = marks[name]
            content.append(f"/OC /P{index} BDC {shown} EMC")
        else:
            content.append(shown)
    page.Contents = pdf.make_stream("\n".join(content).encode())
    config = Dictionary(OFF=Array([groups[name] for name in off]), ON=Array([groups[name] for name in on]))
    if base_off:
        config.BaseState = Name.OFF
    pdf.Root.OCProperties = Dictionary(OCGs=Array(list(groups.values())), D=config)
    return _saved(pdf)


def packed(data: bytes) -> bytes:
    """Give a file with its objects in object streams, as programs of the last twenty years write them."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        pdf.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return out.getvalue()
