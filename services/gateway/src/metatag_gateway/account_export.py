"""All that is kept of one account, as files of an archive."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from metatag_gateway.account_ports import AccountData, ErasureStore
from metatag_gateway.audit_log import AuditLog
from metatag_gateway.model.accounts import User
from metatag_gateway.model.audit import AuditEntry, AuditFilter
from metatag_gateway.record_ports import ProfileStore, SearchStore
from metatag_gateway.zip_stream import zipped

README = """This archive holds all that is kept of one account.

account.json     the account, its API keys (never the keys), sessions and single sign-on identities
searches.json    saved searches
profiles.json    settings of tagging kept under names
audit.jsonl      what the account did, newest first
jobs.jsonl       batches and single documents
documents.jsonl  documents, the trash included: result, text, and what people changed
originals/       the PDFs, named by their SHA-256
vocabularies/    lists of tags, every version
webhooks.json    addresses to which events are posted, without their secrets
tag-jobs.jsonl   changes of the tags of many documents
"""


class AccountExport:
    """Collects what the gateway and the jobs service keep of an account."""

    def __init__(
        self, store: ErasureStore, searches: SearchStore, profiles: ProfileStore, audit: AuditLog, data: AccountData
    ) -> None:
        self._store = store
        self._searches = searches
        self._profiles = profiles
        self._audit = audit
        self._data = data

    def archive(self, user: User) -> AsyncIterator[bytes]:
        """Return a ZIP in chunks, made while it is read."""
        return zipped(self._parts(user))

    async def _parts(self, user: User) -> AsyncIterator[str | bytes]:
        data = self._data.export(user.id)
        # Before anything is sent: where jobs is away, that is the answer.
        first = await anext(data)
        yield "README.txt"
        yield README.encode()
        yield "account.json"
        yield _json(_account(user) | await self._store.rows_of(user.id))
        yield "searches.json"
        yield _json([asdict(each) for each in await self._searches.searches(user.id)])
        yield "profiles.json"
        yield _json([asdict(each) for each in await self._profiles.profiles(user.id)])
        yield first
        async for part in data:
            yield part
        yield "audit.jsonl"
        async for found in self._audit.export(AuditFilter(actor_id=user.id)):
            yield b"".join(_line(each) for each in found)


def _account(user: User) -> dict[str, Any]:
    names = ("id", "email", "full_name", "is_active", "is_verified", "role", "has_totp", "created_at")
    return {name: getattr(user, name) for name in names}


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1, default=_plain).encode()


def _line(entry: AuditEntry) -> bytes:
    row = {name: getattr(entry, name) for name in AuditEntry.__dataclass_fields__}
    return json.dumps(row | {"details": dict(entry.details)}, ensure_ascii=False, default=_plain).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
