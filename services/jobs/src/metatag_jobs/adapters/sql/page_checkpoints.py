"""Parts of unfinished stages in SQL: rows of `artifact` that no column of a document names.

Their digest begins with the document's id, so they are found by it, and go with it. Nothing counts on them: what is
left over has no references, and is removed like an unused upload.
"""

from __future__ import annotations

from collections.abc import Sequence

from metatag_jobs.adapters.sql.dialect import Dialect, as_json, fetch
from metatag_jobs.adapters.sql.engine import SqlEngine
from metatag_jobs.adapters.sql.objects import doom_in, keep_in
from metatag_jobs.adapters.sql.transact import reads, writes
from metatag_jobs.work import Artifact
from metatag_runtime.sql import Transaction

# The document is locked, so that a purge comes before, and nothing is kept, or after, and finds the part.
KEEP = """
    INSERT INTO artifact (id, user_id, kind, digest, size, refs, created_at) SELECT :artifact, doc.user_id, 'part',
    :digest, :size, 0, {now} FROM doc WHERE doc.id = :id AND doc.attempt = :attempt AND doc.owner = :owner AND
    doc.state = 'running' AND EXISTS (SELECT 1 FROM job WHERE job.id = doc.job_id AND job.state IN ('running',
    'paused')){for_update}
"""

# After ":" comes ";": a range of the unique index.
FIND = """
    SELECT artifact.id FROM doc JOIN artifact ON artifact.user_id = doc.user_id AND artifact.kind = 'part' AND
    artifact.digest >= doc.id || ':' AND artifact.digest < doc.id || ';' WHERE doc.id = :id
"""

DROP = """
    DELETE FROM artifact WHERE id IN {ids(ids)} AND kind = 'part'
"""

OF_DOCUMENTS = """
    DELETE FROM artifact WHERE user_id = :user_id AND kind = 'part' AND digest >= :first AND digest < :last AND
    substr(digest, 1, length(digest) - 13) IN {ids(ids)} RETURNING id
"""


class SqlParts(SqlEngine):
    """The parts of the port WorkStore."""

    @writes
    async def keep_page_checkpoint(
        self, transaction: Transaction, owner: str, document_id: str, attempt: int, artifact: Artifact
    ) -> bool:
        """Enter pages of an unfinished stage; False when the document is not owned any more."""
        values = {"artifact": artifact.id, "digest": artifact.digest, "size": artifact.size}
        owned = {"id": document_id, "attempt": attempt, "owner": owner}
        kept = await transaction.run(self._sql(KEEP), {**values, **owned}) > 0
        if kept:
            await keep_in(transaction, self._dialect, [artifact.id])
        return kept

    @reads
    async def parts(self, transaction: Transaction, document_id: str) -> list[str]:
        """Give the objects of a document's parts."""
        return [row["id"] for row in await fetch(transaction, self._sql(FIND), id=document_id)]

    @writes
    async def drop_parts(self, transaction: Transaction, document_id: str) -> list[str]:
        """Forget a document's parts; give their objects, which are deleted soon."""
        found = [row["id"] for row in await fetch(transaction, self._sql(FIND), id=document_id)]
        await transaction.run(self._sql(DROP), {"ids": as_json(found)})
        await doom_in(transaction, self._dialect, found)
        return found


async def drop_parts_of(
    transaction: Transaction, dialect: Dialect, user_id: str, document_ids: Sequence[str]
) -> list[str]:
    """Forget the parts of documents that are deleted, at least one; give the objects to delete."""
    rows = await fetch(
        transaction,
        dialect.sql(OF_DOCUMENTS),
        user_id=user_id,
        first=min(document_ids),
        last=max(document_ids) + ";",
        ids=as_json(document_ids),
    )
    return [row["id"] for row in rows]
