"""Tables of documents: what the page, and any client, reads a CSV, TSV or XLSX with."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from fastapi import APIRouter, Request

from metatag_gateway.routes.access import Processor, known
from metatag_gateway.routes.bodies import form_of, upload_place
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.tables import TableView
from metatag_gateway.tables import MAX_BYTES, Table, read_table
from metatag_runtime.errors import InvalidArgument

router = APIRouter(prefix="/api/batch", tags=["Batch Processing"])

# To read a large workbook takes seconds of a core: more at once would only slow each other and all requests.
_READERS = ThreadPoolExecutor(2, thread_name_prefix="gateway-tables")
_HEADER = {"true": True, "false": False, "": None}
_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "A CSV, TSV or XLSX file of any program, up to 32 MiB and 100,000 rows.",
                        },
                        "has_header": {
                            "type": "string",
                            "enum": ["true", "false"],
                            "description": "Whether the first row names the columns; left out, the content decides.",
                        },
                    },
                }
            }
        },
    }
}


@dataclass
class _TableForm:
    content: bytes | None = None
    name: str = ""
    has_header: bool | None = None


@router.post("/tables", response_model=TableView, responses=known(), openapi_extra=_FORM)
async def read_documents(request: Request, caller: Processor) -> TableView:
    """Read a table of documents; nothing is stored.

    The answer's `documents` and `column_mapping` go to `POST /api/batch/start` as they are. Encoding, separator,
    header and columns are found from the content; `warnings` say what is in doubt.
    """
    parts = dependencies_of(request)
    async with upload_place(parts.upload_places, caller.user_id):
        form = await _read(request, parts.settings.body_idle_seconds)
        if not form.content:
            raise InvalidArgument("file: Field required")
        work = partial(_view, form.content, form.name, form.has_header)
        return await asyncio.get_running_loop().run_in_executor(_READERS, work)


async def _read(request: Request, idle_seconds: float) -> _TableForm:
    form = _TableForm()
    async for part in form_of(request, idle_seconds).parts():
        if part.name == "file" and part.file_name != "":
            form.name = part.file_name or ""
            form.content = await part.content(MAX_BYTES)
        elif part.name == "has_header":
            written = (await part.text(10)).strip().lower()
            if written not in _HEADER:
                raise InvalidArgument("has_header: write true or false, or leave it out")
            form.has_header = _HEADER[written]
    return form


def _view(content: bytes, name: str, has_header: bool | None) -> TableView:
    table: Table = read_table(content, name, has_header)
    names = list(table.columns)
    return TableView(
        columns=names,
        documents=[dict(zip(names, row, strict=True)) for row in table.rows],
        lines=list(table.lines),
        column_mapping={names[column]: field for field, column in table.mapping.items()},
        has_header=table.has_header,
        encoding=table.encoding,
        sheet=table.sheet or None,
        total=len(table.rows),
        warnings=list(table.warnings),
    )
