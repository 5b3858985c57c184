"""Between the enums of the wire and the public words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from metatag.v1 import document_pb2 as d
from metatag.v1 import jobs_pb2 as j

JOB_STATES = {
    "pending": j.JOB_STATE_PENDING,
    "processing": j.JOB_STATE_PROCESSING,
    "paused": j.JOB_STATE_PAUSED,
    "completed": j.JOB_STATE_COMPLETED,
    "failed": j.JOB_STATE_FAILED,
    "cancelled": j.JOB_STATE_CANCELLED,
}
DOCUMENT_STATES = {
    "pending": j.DOCUMENT_STATE_PENDING,
    "processing": j.DOCUMENT_STATE_PROCESSING,
    "success": j.DOCUMENT_STATE_SUCCESS,
    "failed": j.DOCUMENT_STATE_FAILED,
    "cancelled": j.DOCUMENT_STATE_CANCELLED,
}
JOB_TYPES = {"single": j.JOB_TYPE_SINGLE, "batch": j.JOB_TYPE_BATCH}
SOURCE_TYPES = {
    "url": j.SOURCE_TYPE_URL,
    "s3": j.SOURCE_TYPE_S3,
    "local": j.SOURCE_TYPE_LOCAL,
    "upload": j.SOURCE_TYPE_UPLOAD,
}
CONTROLS = {"pause": j.JOB_CONTROL_PAUSE, "resume": j.JOB_CONTROL_RESUME, "cancel": j.JOB_CONTROL_CANCEL}
EXPORTS = {
    "csv": j.EXPORT_FORMAT_CSV,
    "jsonl": j.EXPORT_FORMAT_JSON_LINES,
    "xlsx": j.EXPORT_FORMAT_XLSX,
    "jsonld": j.EXPORT_FORMAT_JSON_LD,
}
VISION_MODES = {"off": d.VISION_MODE_OFF, "auto": d.VISION_MODE_AUTO, "force": d.VISION_MODE_FORCE}
OCR_MODES = {"auto": d.OCR_MODE_AUTO, "force": d.OCR_MODE_FORCE, "skip": d.OCR_MODE_SKIP}
TAGGERS = {
    "auto": d.TAGGER_KIND_AUTO,
    "llm": d.TAGGER_KIND_LLM,
    "local": d.TAGGER_KIND_LOCAL,
    "both": d.TAGGER_KIND_BOTH,
}
PAGE_METHODS = {
    d.PAGE_METHOD_TEXT_LAYER: "text_layer",
    d.PAGE_METHOD_TESSERACT: "tesseract_ocr",
    d.PAGE_METHOD_EASYOCR: "easyocr",
    d.PAGE_METHOD_RAPIDOCR: "rapidocr",
    d.PAGE_METHOD_BLANK: "blank",
    d.PAGE_METHOD_SKIPPED: "skipped",
    d.PAGE_METHOD_FAILED: "failed",
    d.PAGE_METHOD_VISION: "vision",
}


def word(table: dict[str, Any], value: int, default: str) -> str:
    """Give the public word of an enum value; `default` for one this gateway does not know yet."""
    return next((name for name, number in table.items() if number == value), default)


def moment(message: Any, field: str) -> datetime | None:
    """Give a message's timestamp in UTC, or None when unset."""
    if not message.HasField(field):
        return None
    return moment_of(getattr(message, field))


def moment_of(stamp: Timestamp) -> datetime:
    """Return a timestamp in UTC."""
    return stamp.ToDatetime(tzinfo=UTC)


def usd(micros: int) -> float:
    """Give US dollars for millionths of them."""
    return micros / 1_000_000
