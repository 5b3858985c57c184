"""The account store in memory; keeps the promises of ports.AccountStore and passes its contract suite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from metatag_gateway.model.accounts import ApiKey, RefreshToken, User
from metatag_gateway.model.audit import AuditEntry, AuditFilter
from metatag_runtime.errors import Unavailable


class MemoryAccounts:
    """Everything in dicts; `away` makes every call fail as a database that is down does."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.tokens: dict[str, RefreshToken] = {}
        self.keys: dict[str, ApiKey] = {}
        self.external: dict[tuple[str, str], str] = {}
        self.audit: list[AuditEntry] = []
        # Live sessions: their account and its version at the opening.
        self.sessions: dict[str, tuple[str, int]] = {}
        self.away = False

    async def ping(self) -> None:
        if self.away:
            raise Unavailable("The account database does not answer.")

    async def add_user(
        self, user: User, *, external: tuple[str, str] | None = None, audit: AuditEntry | None = None
    ) -> bool:
        await self.ping()
        if await self.user_by_email(user.email) or external in self.external:
            return False
        if external is not None:
            self.external[external] = user.id
        self.users[user.id] = user
        self._note(audit)
        return True

    async def user(self, user_id: str) -> User | None:
        await self.ping()
        return self.users.get(user_id)

    async def external_user(self, issuer: str, subject: str) -> User | None:
        return self.users.get(self.external.get((issuer, subject), ""))

    async def link_external(self, user_id: str, issuer: str, subject: str, *, audit: AuditEntry | None = None) -> None:
        self.external[issuer, subject] = user_id
        await self.change_user(user_id, end_sessions=True, end_api_keys=True, audit=audit)
        self.users[user_id] = replace(self.users[user_id], password_hash="")

    async def user_by_email(self, email: str) -> User | None:
        await self.ping()
        key = email.casefold()
        return next((user for user in self.users.values() if user.email.casefold() == key), None)

    async def list_users(self, limit: int, offset: int, query: str) -> tuple[list[User], int]:
        part = query.casefold()
        found = [
            user
            for user in self.users.values()
            if part in user.email.casefold() or part in (user.full_name or "").casefold()
        ]
        found.sort(key=lambda user: (user.created_at, user.id))
        return found[offset : offset + limit], len(found)

    async def change_user(
        self,
        user_id: str,
        *,
        is_active: bool | None = None,
        is_admin: bool | None = None,
        is_auditor: bool | None = None,
        password_hash: str | None = None,
        end_sessions: bool = False,
        end_api_keys: bool = False,
        audit: AuditEntry | None = None,
    ) -> User | None:
        user = self.users.get(user_id)
        if user is None:
            return None
        given = {
            "is_active": is_active,
            "is_admin": is_admin,
            "is_auditor": is_auditor,
            "password_hash": password_hash,
        }
        changes: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if end_sessions:
            changes["session_version"] = user.session_version + 1
            self.sessions = {name: held for name, held in self.sessions.items() if held[0] != user_id}
            self._revoke(user_id=user_id)
        for key in await self.api_keys(user_id) if end_api_keys else ():
            await self.revoke_api_key(user_id, key.id)
        self.users[user_id] = replace(user, **changes)
        self._note(audit)
        return self.users[user_id]

    async def add_refresh(
        self, token: RefreshToken, session_version: int = 1, *, audit: AuditEntry | None = None
    ) -> None:
        self._note(audit)
        self.sessions[token.family_id] = (token.user_id, session_version)
        self.tokens[token.token_hash] = token

    async def session_version(self, session_id: str) -> int | None:
        await self.ping()
        return self.sessions.get(session_id, ("", None))[1]

    async def refresh(self, token_hash: str) -> RefreshToken | None:
        return self.tokens.get(token_hash)

    async def rotate_refresh(self, token: RefreshToken, successor: RefreshToken) -> bool:
        known = self.tokens[token.token_hash]
        if known.rotated_at or known.revoked_at or token.family_id not in self.sessions:
            return False
        self.tokens[token.token_hash] = replace(known, rotated_at=successor.created_at)
        self.tokens[successor.token_hash] = successor
        return True

    async def revoke_family(self, family_id: str, *, audit: AuditEntry | None = None) -> None:
        self._note(audit)
        self.sessions.pop(family_id, None)
        self._revoke(family_id=family_id)

    async def add_api_key(self, key: ApiKey, most: int, *, audit: AuditEntry | None = None) -> bool:
        if len(await self.api_keys(key.user_id)) >= most:
            return False
        self.keys[key.key_hash] = key
        self._note(audit)
        return True

    async def api_key(self, key_hash: str) -> ApiKey | None:
        await self.ping()
        return self.keys.get(key_hash)

    async def api_keys(self, user_id: str) -> list[ApiKey]:
        mine = [key for key in self.keys.values() if key.user_id == user_id and not key.revoked_at]
        return sorted(mine, key=lambda key: key.created_at, reverse=True)

    async def touch_api_key(self, key_id: str, at: datetime) -> None:
        self._change_key(key_id, last_used_at=at)

    async def revoke_api_key(self, user_id: str, key_id: str, *, audit: AuditEntry | None = None) -> bool:
        mine = any(key.id == key_id for key in await self.api_keys(user_id))
        if mine:
            self._change_key(key_id, revoked_at=datetime.now(UTC))
            self._note(audit)
        return mine

    async def count_users(self) -> dict[str, int]:
        held = self.users.values()
        return {
            "total": len(held),
            "active": sum(user.is_active for user in held),
            "administrators": sum(user.is_admin for user in held),
            "auditors": sum(user.is_auditor for user in held),
        }

    def _note(self, audit: AuditEntry | None) -> None:
        if audit is not None:
            self.audit.append(replace(audit, id=len(self.audit) + 1))

    def _change_key(self, key_id: str, **changes: Any) -> None:
        for digest, key in self.keys.items():
            if key.id == key_id:
                self.keys[digest] = replace(key, **changes)

    def _revoke(self, **wanted: str) -> None:
        for digest, token in self.tokens.items():
            if not token.revoked_at and all(getattr(token, name) == value for name, value in wanted.items()):
                self.tokens[digest] = replace(token, revoked_at=datetime.now(UTC))


class MemoryAudit:
    """The audit log in a list; keeps the promises of ports.AuditStore."""

    def __init__(self) -> None:
        self.entries: list[AuditEntry] = []

    async def append(self, entries: Sequence[AuditEntry]) -> None:
        self.entries += [replace(found, id=len(self.entries) + place) for place, found in enumerate(entries, 1)]

    async def find(self, wanted: AuditFilter, limit: int, before_id: int = 0) -> list[AuditEntry]:
        names = ("actor_id", "action", "target_kind", "target_id", "outcome")
        found = [
            entry
            for entry in reversed(self.entries)
            if all(getattr(wanted, name) in ("", getattr(entry, name)) for name in names)
            and (wanted.since is None or entry.at >= wanted.since)
            and (wanted.before is None or entry.at < wanted.before)
            and (not before_id or entry.id < before_id)
        ]
        return found[:limit]

    async def count_by_action(self, since: datetime) -> dict[tuple[str, str], int]:
        return dict(Counter((entry.action, entry.outcome) for entry in self.entries if entry.at >= since))

    async def sweep(self, before: datetime) -> int:
        kept = [entry for entry in self.entries if entry.at >= before]
        swept, self.entries = len(self.entries) - len(kept), kept
        return swept
