"""Tables of documents as they were read."""

from __future__ import annotations

from pydantic import Field

from metatag_gateway.schemas.common import Payload


class TableView(Payload):
    """A table of documents, ready for `POST /api/batch/start`."""

    columns: list[str] = Field(description="Unique names of the columns, in order.")
    documents: list[dict[str, str]] = Field(description="One object for each row, by name of column.")
    lines: list[int] = Field(description="The line of the file, or the row of the sheet, that each document is from.")
    column_mapping: dict[str, str] = Field(description="Column -> system field, for the columns that are known.")
    has_header: bool
    encoding: str = Field(description="How the text was read: UTF-8, UTF-16, Windows-1252, XLSX ...")
    sheet: str | None = Field(description="The sheet of a workbook.")
    total: int
    warnings: list[str] = Field(description="What is in doubt, a sentence each.")
