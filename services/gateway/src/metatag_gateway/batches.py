"""Batch rows: from whatever columns a client sends to documents with a source; a wrong row fails alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from metatag_gateway.model.documents import DocumentSpec, Source
from metatag_runtime.errors import ErrorCode, InvalidArgument

SYSTEM_FIELDS = ("title", "file_path", "file_source_type", "description", "file_id", "folder")
SOURCE_TYPES = ("url", "s3", "local", "upload")
UPLOAD = "upload://"
# As the tables of jobs hold them.
MAX_TITLE = 500
MAX_DESCRIPTION = 2000
MAX_PATH = 4000
MAX_FOLDER = 1000
MAX_SENTENCE = 500
# A row's own columns, characters of a name and of a cell; more than jobs keeps of each is cut here.
MAX_COLUMNS = 100
MAX_NAME = 100
MAX_CELL = 2000
_CODES = frozenset(map(str, ErrorCode))
# What the v1 page numbers its rows with.
_NOT_THEIRS = ("id", "row_number")

TEMPLATE_COLUMNS = (
    ("title", True, "Title of the document; left empty, it is found in the document"),
    ("description", False, "What the document is about, in a sentence"),
    ("file_source_type", True, "Where the file is: url, s3, local or upload"),
    ("file_path", True, "URL, s3://bucket/key, absolute path, or the reference of an uploaded file"),
    ("publishing_date", False, "Date of publication, kept for you and not used"),
    ("file_size", False, "Size of the file, kept for you and not used"),
)
TEMPLATE = (
    "title,description,file_source_type,file_path,publishing_date,file_size\n"
    "Training Manual,Handbook for new staff,url,https://example.com/documents/training-manual.pdf,2024-01-15,1.2MB\n"
    "Annual Report 2023,Yearly report with accounts,url,https://example.com/documents/annual-report-2023.pdf,"
    "2024-03-31,3.4MB\n"
)


def check_mapping(mapping: Mapping[str, str]) -> dict[str, str]:
    """Give column -> system field without the unmapped columns; InvalidArgument names an unknown field."""
    wanted = {column: field.strip() for column, field in mapping.items() if field and field.strip()}
    for column, field in wanted.items():
        if field not in SYSTEM_FIELDS:
            raise InvalidArgument(
                f"column_mapping maps '{column[:50]}' to '{field[:50]}', which is no system field; "
                f"use one of: {', '.join(SYSTEM_FIELDS)}."
            )
    twice = sorted(field for field, count in Counter(wanted.values()).items() if count > 1)
    if twice:
        raise InvalidArgument(f"column_mapping maps more than one column to '{twice[0]}'.")
    return wanted


def own_columns(rows: Iterable[Mapping[str, Any]], mapping: Mapping[str, str]) -> tuple[tuple[str, ...], list[str]]:
    """Return the names of the columns that rows have of their own, in order, and a warning where some are left out."""
    taken = {*mapping, *SYSTEM_FIELDS, *_NOT_THEIRS}
    seen = dict.fromkeys(name for row in rows for name in row if not _is_refusal(name, row[name]))
    names = [name for name in seen if name not in taken and name.strip()]
    if len(names) <= MAX_COLUMNS:
        return tuple(name[:MAX_NAME] for name in names), []
    kept = f"Rows keep {MAX_COLUMNS} columns of their own; these have {len(names)}, and the others are left out."
    return tuple(name[:MAX_NAME] for name in names[:MAX_COLUMNS]), [kept]


def specs(
    rows: Iterable[Mapping[str, Any]], mapping: Mapping[str, str], columns: Iterable[str] = ()
) -> Iterator[DocumentSpec]:
    """Give the documents of a batch, one for each row, in order, with their own columns."""
    kept = frozenset(columns)
    for row in rows:
        made = spec({**row, **{field: row[column] for column, field in mapping.items() if column in row}})
        own = {name[:MAX_NAME]: _words(row[name])[:MAX_CELL] for name in row if name[:MAX_NAME] in kept}
        yield replace(made, columns={name: cell for name, cell in own.items() if cell}) if own else made


def is_prefix(spec: DocumentSpec) -> bool:
    """Return whether a row stands for all PDFs below a prefix of S3."""
    return spec.source.type == "s3" and spec.source.path.endswith("/") and not spec.problem


def below(row: DocumentSpec, paths: Iterable[str]) -> Iterator[DocumentSpec]:
    """Give the documents of a row that stands for a prefix; each lies in its folder below that."""
    prefix = row.source.path.partition("://")[2] or row.source.path
    for path in paths:
        folder = path.partition("://")[2].removeprefix(prefix).rpartition("/")[0]
        joined = "/".join(part for part in (row.folder, folder) if part)
        yield replace(row, title="", source=Source("s3", path), folder=joined[:MAX_FOLDER])


def spec(row: Mapping[str, Any]) -> DocumentSpec:
    """Give the document of one row, with its problem when it can never be processed."""
    made = _refused(row) or _spec(row)
    return replace(made, folder=_words(row.get("folder"))[:MAX_FOLDER])


def _is_refusal(name: str, value: Any) -> bool:
    return name == "refused" and isinstance(value, dict)


def _refused(row: Mapping[str, Any]) -> DocumentSpec | None:
    """Return the row of a file that was refused before, with its cause; None for any other row."""
    refused = row.get("refused")
    if not isinstance(refused, dict):
        return None
    code, sentence = _words(refused.get("code")), _words(refused.get("message"))[:MAX_SENTENCE]
    path = _words(row.get("file_path"))[:MAX_PATH]
    return DocumentSpec(
        _words(row.get("title"))[:MAX_TITLE],
        _words(row.get("description"))[:MAX_DESCRIPTION],
        Source(_known(_words(row.get("file_source_type")).lower() or "upload"), path),
        sentence or "The file was refused.",
        problem_code=code if code in _CODES else str(ErrorCode.INVALID_ARGUMENT),
    )


def _spec(row: Mapping[str, Any]) -> DocumentSpec:
    title = _words(row.get("title"))[:MAX_TITLE]
    description = _words(row.get("description"))[:MAX_DESCRIPTION]
    path = _words(row.get("file_path"))
    kind = _words(row.get("file_source_type")).lower()
    file_id = _words(row.get("file_id"))
    if file_id and not kind:
        kind = "upload"
    if not path and not file_id:
        return DocumentSpec(title, description, Source(_known(kind), ""), "file_path is required")
    if len(path) > MAX_PATH:
        source = Source(_known(kind), path[:MAX_PATH])
        return DocumentSpec(title, description, source, f"file_path is longer than {MAX_PATH} characters")
    if kind not in SOURCE_TYPES:
        # The v1 API took every other word for `url`; where the path says so too, that still holds.
        if kind and not path.lower().startswith(("http://", "https://", "s3://")):
            problem = f"Unknown file_source_type: {kind[:50]}; use one of: {', '.join(SOURCE_TYPES)}"
            return DocumentSpec(title, description, Source("url", path), problem)
        kind = "s3" if path.lower().startswith("s3://") else "url"
    source = upload_source(path, file_id) if kind == "upload" else Source(kind, path)
    return DocumentSpec(title, description, source)


def upload_reference(file_id: str, file_name: str) -> str:
    """Give what a row writes as file_path to name an uploaded file."""
    return f"{UPLOAD}{file_id}/{file_name}"


def upload_source(path: str, file_id: str = "") -> Source:
    """Give the source of an uploaded file from its reference, or from its id and any name."""
    bare = path.removeprefix(UPLOAD)
    if not file_id:
        file_id, _, bare = bare.partition("/")
    return Source("upload", f"{UPLOAD}{bare or file_id}"[:MAX_PATH], file_id)


def _known(kind: str) -> str:
    return kind if kind in SOURCE_TYPES else "url"


def _words(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    # A lone surrogate is JSON, but no text that travels; a null character is no text that PostgreSQL keeps.
    return str(value).encode("utf-8", errors="replace").decode().replace("\x00", "").strip()
