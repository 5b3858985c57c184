"""The search index in the fold of all texts: without accents, nukta and joiners, digits in ASCII.

The words of a document are folded from the words that were stored, so no text is read again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from alembic import op
from sqlalchemy import Connection, text

from metatag_jobs.search_text import fold, index_words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Rows read and written at a time: a document may have 20,000 words.
BATCH = 200

_SQLITE = (
    "SELECT s.n AS place, s.doc_id AS id, s.label AS label, f.tokens AS words FROM doc_search s "
    "JOIN doc_fts f ON f.rowid = s.n WHERE s.n > :after ORDER BY s.n LIMIT :n",
    "UPDATE doc_search SET label = :label WHERE doc_id = :id",
    "INSERT OR REPLACE INTO doc_fts (rowid, tokens) VALUES (:place, :words)",
)
_POSTGRES = (
    "SELECT doc_id AS place, doc_id AS id, label, array_to_string(tsvector_to_array(words), ' ') AS words "
    "FROM doc_search WHERE doc_id > :after ORDER BY doc_id LIMIT :n",
    "UPDATE doc_search SET label = :label, "
    "words = array_to_tsvector(array_remove(string_to_array(:words, ' '), '')) WHERE doc_id = :id",
)


def upgrade() -> None:
    """Fold every row anew, in batches by key; rows that stay as they are are not written."""
    connection = op.get_bind()
    is_sqlite = connection.dialect.name == "sqlite"
    read, *writes = _SQLITE if is_sqlite else _POSTGRES
    after: Any = 0 if is_sqlite else ""
    while rows := connection.execute(text(read), {"after": after, "n": BATCH}).mappings().all():
        _write(connection, writes, rows)
        after = rows[-1]["place"]


def _write(connection: Connection, writes: Sequence[str], rows: Sequence[Any]) -> None:
    changed = [made for row in rows if (made := _folded(row)) is not None]
    for statement in writes if changed else ():
        connection.execute(text(statement), changed)


def _folded(row: Any) -> dict[str, Any] | None:
    label = fold(row["label"])
    # Words like C++ were cut; those of titles and tags are known from the label.
    words = " ".join(index_words([row["words"], label]))
    if label == row["label"] and words == row["words"]:
        return None
    return {"place": row["place"], "id": row["id"], "label": label, "words": words}
