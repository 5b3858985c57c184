"""All that a user has as files, made while it is read: one portion of rows is held at a time."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from typing import Any

import structlog

from metatag_jobs.accounts.stores import AccountStore
from metatag_jobs.errors import FileGone
from metatag_jobs.jsonable import pack, unpack
from metatag_jobs.model import Document
from metatag_jobs.outcome import full_text
from metatag_jobs.ports import FileStore
from metatag_jobs.results import OcrOutcome

log = structlog.get_logger("metatag.jobs.accounts")

# Rows read at a time; documents with their texts fewer.
ROWS = 500
DOCUMENTS = 50
_CHUNK = 512 * 1024

# A file begins where there is a name, and goes on in bytes.
Part = str | bytes


class AccountExport:
    """Reads what a user has."""

    def __init__(self, store: AccountStore, files: FileStore) -> None:
        self._store = store
        self._files = files

    async def parts(self, user_id: str) -> AsyncIterator[Part]:
        """Return the user's files one after the other: the name of each, then its bytes.

        jobs.jsonl, documents.jsonl (with results, texts and histories), vocabularies/N.json, webhooks.json,
        tag-jobs.jsonl, originals/SHA-256.pdf.
        """
        for files in (
            self._jobs(user_id),
            self._documents(user_id),
            self._vocabularies(user_id),
            self._webhooks(user_id),
            self._tag_jobs(user_id),
            self._originals(user_id),
        ):
            async for part in files:
                yield part

    async def _jobs(self, user_id: str) -> AsyncIterator[Part]:
        yield "jobs.jsonl"
        async for page in self._pages_of_jobs(user_id):
            yield _lines(pack(job) for job in page)

    async def _pages_of_jobs(self, user_id: str) -> AsyncIterator[Sequence[Any]]:
        after = ""
        while page := await self._store.jobs(user_id, after, ROWS):
            yield page
            after = page[-1].id

    async def _documents(self, user_id: str) -> AsyncIterator[Part]:
        yield "documents.jsonl"
        async for page in self._pages_of_jobs(user_id):
            for job in page:
                position = 0
                while found := await self._store.documents(job.id, position, DOCUMENTS):
                    ids = [document.id for document, _ in found]
                    changes, feedback = await self._store.changes(ids), await self._store.feedback(ids)
                    for document, text_object in found:
                        line = pack(await self._with_text(document, text_object))
                        more = {"history": changes.get(document.id, []), "tag_feedback": feedback.get(document.id)}
                        yield _lines([line | more])
                    position = found[-1][0].position + 1

    async def _with_text(self, document: Document, text_object: str) -> Document:
        if not text_object:
            return document
        try:
            stored = await self._files.read(text_object)
        except FileGone:
            log.warning("text object missing", document=document.id)
            return document
        return replace(document, text=await asyncio.to_thread(_text, stored))

    async def _vocabularies(self, user_id: str) -> AsyncIterator[Part]:
        for number, (name, version) in enumerate(await self._store.vocabularies(user_id), 1):
            terms = await self._store.terms(user_id, name, version)
            # A name may hold any character, so it stands inside.
            yield f"vocabularies/{number:04}.json"
            for piece in await asyncio.to_thread(_pieces, {"name": name, "version": version, "terms": terms}):
                yield piece

    async def _webhooks(self, user_id: str) -> AsyncIterator[Part]:
        yield "webhooks.json"
        yield json.dumps(await self._store.webhooks(user_id), ensure_ascii=False, indent=1).encode()

    async def _tag_jobs(self, user_id: str) -> AsyncIterator[Part]:
        yield "tag-jobs.jsonl"
        after = ""
        while page := await self._store.tag_jobs(user_id, after, ROWS):
            yield _lines(page)
            after = page[-1]["id"]

    async def _originals(self, user_id: str) -> AsyncIterator[Part]:
        after = ""
        while page := await self._store.files(user_id, after, ROWS):
            for digest, name in page:
                chunks = self._files.stream(name)
                try:
                    first = await anext(chunks, b"")
                except FileGone:
                    # Deleted since, or lost.
                    continue
                yield f"originals/{digest}.pdf"
                yield first
                async for chunk in chunks:
                    yield chunk
            after = page[-1][0]


def _text(stored: bytes) -> str:
    return full_text(unpack(OcrOutcome, json.loads(stored)).pages)


def _lines(rows: Iterable[Any]) -> bytes:
    return "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows).encode(errors="replace")


def _pieces(value: Any) -> list[bytes]:
    body = json.dumps(value, ensure_ascii=False).encode(errors="replace")
    return [body[start : start + _CHUNK] for start in range(0, len(body), _CHUNK)]
