"""What lists and searches of documents are narrowed to, and how they are ordered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import BeforeValidator, StringConstraints

from metatag_gateway.model.records import DocumentFilter

EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
Sort = Literal["-processed_at", "processed_at", "title", "-title", "confidence", "-confidence"]
Method = Literal["text_layer", "tesseract_ocr", "easyocr", "rapidocr", "mixed"]


def _written_out(value: Any) -> Any:
    """Refuse a bare number, which pydantic takes for seconds since 1970: the description says a date and a time."""
    if isinstance(value, str) and re.fullmatch(r"[-+]?[\d.]+", value):
        raise ValueError("Write a moment as 2026-03-01T00:00:00Z.")
    return value


Moment = Annotated[datetime, BeforeValidator(_written_out), Query(examples=["2026-03-01T00:00:00Z"])]


def utc(moment: datetime | None) -> datetime | None:
    """Return a moment that the wire can hold, in UTC; the years of no job are cut to those bounds."""
    if moment is None:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    # An offset may carry the first and last day out of what a datetime holds.
    if not EARLIEST <= aware <= LATEST:
        return EARLIEST if aware < EARLIEST else LATEST
    return aware.astimezone(UTC)


_Share = Annotated[float, Query(ge=0, le=100)]


@dataclass
class ListFilter:
    """What documents must have beside words and facets."""

    status: Literal["success", "failed"] | None = None
    job_id: Annotated[UUID | None, Query(description="Of this batch.")] = None
    tag: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$", description="A whole tag.")] = ""
    language: Annotated[str, Query(max_length=16, pattern=r"^[A-Za-z-]*$", description="BCP 47, for example `hi`.")] = (
        ""
    )
    method: Method | None = None
    confidence_min: _Share | None = None
    confidence_max: _Share | None = None
    reviewed: bool | None = None
    processed_from: Moment | None = None
    processed_before: Moment | None = None

    def wanted(self, query: str, facets: dict[str, str]) -> DocumentFilter:
        """Return the filter with the words and facets that a document must hold."""
        return DocumentFilter(
            query=query,
            facets=facets,
            tag=self.tag.strip(),
            status=self.status or "",
            job_id=str(self.job_id) if self.job_id else "",
            language=self.language,
            method=self.method or "",
            confidence_min=self.confidence_min,
            confidence_max=self.confidence_max,
            reviewed=self.reviewed,
            since=utc(self.processed_from),
            before=utc(self.processed_before),
        )


_Part = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$")]


@dataclass
class FacetFilter:
    """Facets that the documents found must have: beginnings of values, without case ("2023", "reserve bank")."""

    document_type: Annotated[_Part, Query(description="What kind of document, for example `circular`.")] = ""
    date: Annotated[_Part, Query(description="Date, or its beginning, for example `2023-07`.")] = ""
    year: Annotated[_Part, Query(description="Year, for example `2023`.")] = ""
    reference: Annotated[_Part, Query(description="Case, order, file or invoice number.")] = ""
    organisation: Annotated[_Part, Query(description="Organisation.")] = ""
    person: Annotated[_Part, Query(description="Person.")] = ""
    place: Annotated[_Part, Query(description="Place.")] = ""
    law_or_scheme: Annotated[_Part, Query(description="Law or scheme.")] = ""

    def asked(self) -> dict[str, str]:
        """Return what was asked for, by kind."""
        return {name: value.strip() for name, value in vars(self).items() if value.strip()}
