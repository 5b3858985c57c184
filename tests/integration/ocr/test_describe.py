"""PDFs that leave with their tags, through real children: what is written, what is refused, what harms nobody."""

from __future__ import annotations

import asyncio
import hashlib
import io

import grpc
import pikepdf
import pytest

from fakes.hostile_pdfs import HOSTILE, text_pdf
from fakes.ocr_client import recognize
from metatag.v1 import ocr_pb2, ocr_pb2_grpc
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_calls import peer_errors

PDF = text_pdf([["A healthy document about irrigation canals in the northern district."] * 10])
TAGS = ["नहरें", "irrigation & <canals>", "water\x00supply"]


async def describe(channel: grpc.aio.Channel, data: bytes, **fields: object) -> bytes:
    """Return the PDF that comes back; raises MetatagError."""
    digest = hashlib.sha256(data).hexdigest()
    head = ocr_pb2.DescribePdfHeader(content_sha256=digest, size_bytes=len(data), **fields)  # type: ignore[arg-type]
    call = ocr_pb2_grpc.OcrServiceStub(channel).DescribePdf(timeout=60)
    out = b""
    try:
        with peer_errors("ocr"):
            await call.write(ocr_pb2.DescribePdfRequest(header=head))
            async for answer in call:
                if answer.HasField("need_content"):
                    await call.write(ocr_pb2.DescribePdfRequest(chunk=data))
                    await call.done_writing()
                out += answer.chunk
    finally:
        call.cancel()
    return out


def changed(change: object) -> bytes:
    """Return the PDF after `change(pdf)`, which may give options of its saving."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(PDF)) as pdf:
        pdf.save(out, **(change(pdf) or {}))  # type: ignore[operator]
    return out.getvalue()


async def test_title_and_tags_stand_in_xmp_and_the_document_information(make_node):
    node = await make_node()
    found = await describe(node.channel, PDF, title="नहरों की रिपोर्ट", description="Of 2019", tags=TAGS)
    with pikepdf.open(io.BytesIO(found)) as pdf:
        with pdf.open_metadata() as metadata:
            assert metadata["dc:title"] == "नहरों की रिपोर्ट"
            assert metadata["dc:description"] == "Of 2019"
            # A bag has no order.
            assert set(metadata["dc:subject"]) == {"नहरें", "irrigation & <canals>", "watersupply"}
            assert metadata["pdf:Keywords"] == "नहरें, irrigation & <canals>, watersupply"
        assert str(pdf.docinfo["/Title"]) == "नहरों की रिपोर्ट"
        assert "नहरें" in str(pdf.docinfo["/Keywords"])
        assert len(pdf.pages) == 1
    # Its pages are as they were, and the same request gives the same bytes.
    assert (await recognize(node.channel, found)).text == (await recognize(node.channel, PDF)).text
    assert await describe(node.channel, PDF, title="नहरों की रिपोर्ट", description="Of 2019", tags=TAGS) == found


async def test_other_metadata_is_kept_and_what_is_no_xmp_is_made_anew(make_node):
    node = await make_node()

    def own(pdf):
        pdf.docinfo["/Author"] = "Collectorate"
        pdf.docinfo["/Title"] = "Scan0001"

    def broken(pdf):
        pdf.Root.Metadata = pikepdf.Stream(pdf, b"<x:xmpmeta <<< not XML", Type=pikepdf.Name.Metadata)

    with pikepdf.open(io.BytesIO(await describe(node.channel, changed(own), title="New", tags=["a"]))) as pdf:
        assert (str(pdf.docinfo["/Author"]), str(pdf.docinfo["/Title"])) == ("Collectorate", "New")
    with pikepdf.open(io.BytesIO(await describe(node.channel, changed(broken), tags=["a"]))) as pdf:
        with pdf.open_metadata() as metadata:
            assert set(metadata["dc:subject"]) == {"a"}


def _signed(pdf):
    value = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite")))
    field = pdf.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="Signature1", V=value))
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([field]), SigFlags=3)


def _restricted(_pdf):
    return {"encryption": pikepdf.Encryption(owner="owner", user="")}


def _locked(_pdf):
    return {"encryption": pikepdf.Encryption(owner="owner", user="user")}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (_signed, ErrorCode.INVALID_STATE),
        (_restricted, ErrorCode.ENCRYPTED_DOCUMENT),
        (_locked, ErrorCode.ENCRYPTED_DOCUMENT),
    ],
)
async def test_signed_and_protected_files_are_refused_with_a_sentence(make_node, change, code):
    node = await make_node()
    with pytest.raises(MetatagError) as refused:
        await describe(node.channel, changed(change), tags=["a"])
    assert refused.value.code is code
    assert refused.value.message.endswith(".")


async def test_more_tags_than_a_file_takes_are_refused(make_node):
    node = await make_node()
    with pytest.raises(MetatagError) as refused:
        await describe(node.channel, PDF, tags=["a"] * 201)
    assert refused.value.code is ErrorCode.INVALID_ARGUMENT


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_file_ends_in_a_pdf_or_a_named_error_and_others_are_served(make_node, name):
    node = await make_node(page_seconds=20, open_seconds=20)
    hostile = asyncio.create_task(describe(node.channel, HOSTILE[name](), tags=["a"]))
    assert (await describe(node.channel, PDF, tags=["b"])).startswith(b"%PDF")
    (ended,) = await asyncio.gather(hostile, return_exceptions=True)
    if isinstance(ended, MetatagError):
        assert ended.code is not ErrorCode.INTERNAL
        assert ended.message.endswith(".")
    else:
        assert isinstance(ended, bytes)
        assert ended.startswith(b"%PDF")
    assert (await describe(node.channel, PDF, tags=["c"])).startswith(b"%PDF")
