"""Vocabularies in SQL, in versions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.jsonable import pack, unpack
from metatag_jobs.model import Vocabulary, VocabularyTerm
from metatag_runtime.errors import NotFound
from metatag_runtime.sql import Database, Transaction


class SqlVocabularies:
    """The port VocabularyStore."""

    def __init__(self, database: Database) -> None:
        sql = Dialect(database).sql
        self._database = database
        self._latest = sql(
            "SELECT version, digest FROM vocabulary WHERE user_id = :user_id AND name = :name "
            "ORDER BY version DESC LIMIT 1"
        )
        self._insert = sql(
            "INSERT INTO vocabulary (user_id, name, version, terms, term_count, digest, created_at) "
            "VALUES (:user_id, :name, :version, :terms, :term_count, :digest, {now})"
        )
        self._get = sql(
            "SELECT version, terms FROM vocabulary WHERE user_id = :user_id AND name = :name "
            "AND (:version = 0 OR version = :version) ORDER BY version DESC LIMIT 1"
        )
        self._list = sql(
            "SELECT name, version, term_count FROM vocabulary v WHERE user_id = :user_id AND version = "
            "(SELECT MAX(version) FROM vocabulary WHERE user_id = v.user_id AND name = v.name) ORDER BY name"
        )
        self._delete = sql("DELETE FROM vocabulary WHERE user_id = :user_id AND name = :name")

    async def put(self, user_id: str, name: str, terms: Sequence[VocabularyTerm]) -> Vocabulary:
        """Store a new version unless the latest has the same terms; give it without its terms."""
        body = as_json([pack(term) for term in terms])
        digest = hashlib.sha256(body.encode()).hexdigest()
        for last_try in (False, True):
            try:
                return Vocabulary(name, await self._put(user_id, name, body=body, digest=digest, term_count=len(terms)))
            except IntegrityError:
                # Two writers took the same number; the second look sees the other's.
                if last_try:
                    raise
        raise AssertionError("unreachable")

    @writes
    async def _put(
        self, transaction: Transaction, user_id: str, name: str, *, body: str, digest: str, term_count: int
    ) -> int:
        """Give the version that holds these terms."""
        rows = await fetch(transaction, self._latest, user_id=user_id, name=name)
        if rows and rows[0]["digest"] == digest:
            return int(rows[0]["version"])
        version = rows[0]["version"] + 1 if rows else 1
        await transaction.run(
            self._insert,
            {
                "user_id": user_id,
                "name": name,
                "version": version,
                "terms": body,
                "term_count": term_count,
                "digest": digest,
            },
        )
        return int(version)

    @reads
    async def get(self, transaction: Transaction, user_id: str, name: str, version: int) -> Vocabulary:
        """Give one version, 0 for the latest; raises NotFound."""
        rows = await fetch(transaction, self._get, user_id=user_id, name=name, version=version)
        if not rows:
            raise NotFound("Vocabulary not found")
        terms = [unpack(VocabularyTerm, each) for each in json.loads(rows[0]["terms"])]
        return Vocabulary(name, rows[0]["version"], terms)

    @reads
    async def list(self, transaction: Transaction, user_id: str) -> list[tuple[Vocabulary, int]]:
        """Give the latest versions without terms, with their number of terms, by name."""
        rows = await fetch(transaction, self._list, user_id=user_id)
        return [(Vocabulary(row["name"], row["version"]), row["term_count"]) for row in rows]

    @writes
    async def delete(self, transaction: Transaction, user_id: str, name: str) -> None:
        """Remove all versions; raises NotFound."""
        done = await transaction.run(self._delete, {"user_id": user_id, "name": name})
        if not done:
            raise NotFound("Vocabulary not found")
