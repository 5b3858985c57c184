"""Every call of the API as a value: what is sent and how the answer is read. Both clients run these."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Generic, TypeVar, cast
from urllib.parse import quote

from metatag_client.errors import StillWorking
from metatag_client.models import Document, Job, Json, Options, Result, Row, Tokens, Upload, User

T = TypeVar("T")
U = TypeVar("U")

# A path, the bytes with a name, or an open file.
Source = str | Path | tuple[str, bytes] | BinaryIO

# One document may wait for pages to be read and for a language model; the server's own bound is 300 s.
PROCESS_SECONDS = 330.0


@dataclass(frozen=True)
class Call(Generic[T]):
    """One request. `repeatable`: sending it twice does what sending it once does."""

    method: str
    path: str
    read: Callable[[Any], T]
    params: Json = field(default_factory=dict)
    body: Any = None
    form: Json = field(default_factory=dict)
    files: Sequence[tuple[str, Source]] = ()
    headers: Json = field(default_factory=dict)
    public: bool = False
    # `read` gets the bytes of the answer, not what its JSON says.
    binary: bool = False
    repeatable: bool = True
    seconds: float = 60.0


def register(email: str, password: str, full_name: str | None) -> Call[User]:
    """Create an account."""
    body = {"email": email, "password": password, "full_name": full_name}
    return Call("POST", "/api/auth/register", User.from_json, body=body, public=True, repeatable=False)


def login(email: str, password: str, code: str) -> Call[Tokens]:
    """Sign in."""
    body = {"email": email, "password": password} | ({"code": code} if code else {})
    return Call("POST", "/api/auth/login", lambda raw: Tokens.from_json(raw["tokens"]), body=body, public=True)


def refresh(refresh_token: str) -> Call[Tokens]:
    """Exchange the refresh token; the server allows the same one again for a short while."""
    body = {"refresh_token": refresh_token}
    return Call("POST", "/api/auth/refresh", Tokens.from_json, body=body, public=True)


def logout(refresh_token: str) -> Call[None]:
    """End the session."""
    body = {"refresh_token": refresh_token}
    return Call("POST", "/api/auth/logout", lambda _raw: None, body=body, public=True)


def me() -> Call[User]:
    """Ask who is signed in."""
    return Call("GET", "/api/auth/me", User.from_json)


def health() -> Call[Json]:
    """Ask how the system is."""
    return Call("GET", "/api/health", _same, public=True, seconds=10.0)


def process(
    source: Source | None, url: str | None, options: Options, exclusion_file: Source | None, key: str
) -> Call[Result]:
    """Turn one PDF, a file or a URL, into tags."""
    files: list[tuple[str, Source]] = [("pdf_file", source)] if source is not None else []
    if exclusion_file is not None:
        files.append(("exclusion_file", exclusion_file))
    form = {"config": json.dumps(options.to_json())} | ({"pdf_url": url} if url else {})
    headers = {"Idempotency-Key": key}
    path, bound = "/api/single/process", PROCESS_SECONDS
    return Call("POST", path, _result, form=form, files=files, headers=headers, seconds=bound)


def start_batch(
    rows: Sequence[Row | Json],
    options: Options,
    job_id: str | None,
    column_mapping: Json | None,
    *,
    name: str = "",
    source_name: str = "",
) -> Call[Job]:
    """Start a batch; the id is chosen here, so that a repetition after a lost answer starts nothing twice."""
    job_id = job_id or str(uuid.uuid4())
    body = {
        "documents": [row.to_json() if isinstance(row, Row) else dict(row) for row in rows],
        "config": options.to_json(),
        "job_id": job_id,
        "column_mapping": dict(column_mapping or {}),
        "name": name,
        "source_name": source_name,
    }
    headers = {"Idempotency-Key": job_id}
    return Call("POST", "/api/batch/start", Job.from_json, body=body, headers=headers, seconds=120.0)


def uploads(sources: Sequence[Source]) -> Call[Sequence[Upload]]:
    """Store files for a batch."""
    files = [("files", source) for source in sources]
    return Call("POST", "/api/batch/uploads", _uploads, files=files, seconds=600.0)


def found_uploads(files: Sequence[tuple[str, str]]) -> Call[Sequence[Upload | None]]:
    """Ask which files, by SHA-256 and name, are stored already; None for one that must be sent. At most 1,000."""
    body = {"files": [{"content_sha256": digest, "file_name": name} for digest, name in files]}
    return Call("POST", "/api/batch/uploads/find", _found, body=body)


def upload_bound() -> Call[int]:
    """Ask how many bytes a file may have."""
    return Call("POST", "/api/batch/uploads/find", lambda raw: int(raw["max_upload_bytes"]), body={"files": []})


def status(job_id: str) -> Call[Job]:
    """Ask for a job's counters."""
    return Call("GET", f"/api/batch/jobs/{_part(job_id)}/status", Job.from_json)


def control(job_id: str, step: str) -> Call[str]:
    """Pause, resume or cancel."""
    return Call("POST", f"/api/batch/jobs/{_part(job_id)}/{step}", lambda raw: str(raw.get("message") or ""))


def active() -> Call[list[Job]]:
    """List the running and paused jobs."""
    return Call("GET", "/api/batch/active", _jobs)


def jobs(limit: int, offset: int, state: str | None) -> Call[list[Job]]:
    """List the history, newest first."""
    params = {"limit": limit, "offset": offset} | ({"status": state} if state else {})
    return Call("GET", "/api/history/jobs", _jobs, params=params)


def job(job_id: str) -> Call[tuple[Job, list[Document]]]:
    """Get a job with its documents."""
    return Call("GET", f"/api/history/jobs/{_part(job_id)}", lambda raw: (Job.from_json(raw), _documents(raw)))


def delete_job(job_id: str) -> Call[None]:
    """Delete a job with its documents."""
    return Call("DELETE", f"/api/history/jobs/{_part(job_id)}", lambda _raw: None)


def document(document_id: str) -> Call[Document]:
    """Get one document with its text."""
    return Call("GET", f"/api/history/documents/{_part(document_id)}", Document.from_json)


def search(query: str, limit: int, facets: Mapping[str, str]) -> Call[list[Document]]:
    """Search titles, tags and texts, narrowed to facets."""
    params = {"query": query, "limit": limit, **facets}
    return Call("GET", "/api/history/documents/search", _documents, params=params)


def validate_paths(rows: Sequence[Row]) -> Call[list[Json]]:
    """Ask whether sources could be fetched."""
    body = {"paths": [{"path": row.path, "type": row.source} for row in rows]}
    return Call("POST", "/api/batch/validate-paths", lambda raw: list(raw["results"]), body=body, seconds=120.0)


def vocabularies() -> Call[list[Json]]:
    """List vocabularies without their terms."""
    return Call("GET", "/api/vocabularies", lambda raw: list(raw["vocabularies"]))


def put_vocabulary(name: str, terms: Source | Sequence[Json]) -> Call[Json]:
    """Store a list of allowed tags, from a CSV or as terms."""
    path = f"/api/vocabularies/{_part(name)}"
    if isinstance(terms, list) or (isinstance(terms, tuple) and not isinstance(terms[0], str)):
        return Call("PUT", path, _same, body={"terms": [dict(term) for term in terms]})
    return Call("PUT", path, _same, files=[("file", cast(Source, terms))])


def vocabulary(name: str) -> Call[Json]:
    """Get a vocabulary with its terms."""
    return Call("GET", f"/api/vocabularies/{_part(name)}", _same)


def delete_vocabulary(name: str) -> Call[None]:
    """Remove a vocabulary."""
    return Call("DELETE", f"/api/vocabularies/{_part(name)}", lambda _raw: None)


def users(query: str, limit: int, offset: int) -> Call[list[Json]]:
    """List accounts."""
    params = {"query": query, "limit": limit, "offset": offset}
    return Call("GET", "/api/admin/users", lambda raw: list(raw["users"]), params=params)


def add_user(email: str, full_name: str | None, role: str) -> Call[Json]:
    """Make an account for somebody."""
    body = {"email": email, "full_name": full_name, "role": role}
    return Call("POST", "/api/admin/users", _same, body=body)


def invite(email: str, full_name: str | None, role: str) -> Call[Json]:
    """Invite somebody to make an account."""
    body = {"email": email, "full_name": full_name, "role": role}
    return Call("POST", "/api/admin/invitations", _same, body=body)


def invitations() -> Call[list[Json]]:
    """List the invitations that were not accepted yet."""
    return Call("GET", "/api/admin/invitations", lambda raw: list(raw["invitations"]))


def audit(wanted: Mapping[str, str | int]) -> Call[Json]:
    """Read a page of the audit log."""
    params: dict[str, Any] = {name: value for name, value in wanted.items() if value}
    return Call("GET", "/api/admin/audit", _same, params=params)


def reset_password(user_id: str) -> Call[str]:
    """Set a new password for an account."""
    path = f"/api/admin/users/{_part(user_id)}/password"
    return Call("POST", path, lambda raw: str(raw["password"]), body={})


def stats() -> Call[Json]:
    """Count jobs and documents."""
    return Call("GET", "/api/history/stats", _same)


def _result(raw: Json) -> Result:
    if "document_title" not in raw and raw.get("job_id"):
        raise StillWorking(raw.get("message") or "The document is still in work.", str(raw["job_id"]))
    return Result.from_json(raw)


def _same(raw: Json) -> Json:
    return raw


def _jobs(raw: Json) -> list[Job]:
    return [Job.from_json(entry) for entry in raw["jobs"]]


def _documents(raw: Json) -> list[Document]:
    return [Document.from_json(entry) for entry in raw["documents"]]


def _uploads(raw: Json) -> list[Upload]:
    return [Upload.from_json(entry) for entry in raw["files"]]


def _found(raw: Json) -> list[Upload | None]:
    return [Upload.from_json(entry) if entry["file_path"] else None for entry in raw["files"]]


def _part(text: str) -> str:
    return quote(text, safe="")
