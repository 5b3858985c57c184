"""The search index in the fold of all texts: without accents, nukta and joiners, digits in ASCII.

The words of a document are folded from the words that were stored, so no text is read again. Each batch is a
transaction of its own: an instance of the version before goes on searching and writing meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from alembic import op
from sqlalchemy import Engine, text

from metatag_jobs.search_text import fold, index_words

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Rows read and written at a time: a document may have 20,000 words.
BATCH = 100

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
    # The migration's own transaction has written nothing yet, so it holds no lock that these need.
    engine = op.get_bind().engine
    is_sqlite = engine.dialect.name == "sqlite"
    read = text((_SQLITE if is_sqlite else _POSTGRES)[0])
    after: Any = 0 if is_sqlite else ""
    while True:
        with engine.connect() as connection:
            rows = connection.execute(read, {"after": after, "n": BATCH}).mappings().all()
        if not rows:
            return
        # Folding takes longer than writing: nobody waits for it.
        if changed := [made for row in rows if (made := _folded(row)) is not None]:
            _write(engine, {"after": after, "n": BATCH}, {row["place"]: row for row in rows}, changed)
        after = rows[-1]["place"]


def _write(
    engine: Engine, portion: Mapping[str, Any], rows: Mapping[Any, Any], changed: Sequence[dict[str, Any]]
) -> None:
    """Store what of a batch was not written by others since it was read."""
    begun = time.monotonic()
    with engine.begin() as connection:
        is_sqlite = engine.dialect.name == "sqlite"
        if is_sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        read, *writes = _SQLITE if is_sqlite else _POSTGRES
        again = text(read if is_sqlite else f"{read} FOR UPDATE")
        now = {row["place"]: row for row in connection.execute(again, portion).mappings()}
        same = [made for made in changed if now.get(made["place"]) == rows[made["place"]]]
        for statement in writes if same else ():
            connection.execute(text(statement), same)
    # Other writers of a file take their turn.
    time.sleep(min(0.1, time.monotonic() - begun))


def _folded(row: Any) -> dict[str, Any] | None:
    if row["label"].isascii() and row["words"].isascii() and not any(sign in row["label"] for sign in "+#."):
        # This was folded in the same way before.
        return None
    label = fold(row["label"])
    # Words like C++ were cut; those of titles and tags are known from the label.
    words = " ".join(index_words([row["words"], label]))
    if label == row["label"] and words == row["words"]:
        return None
    return {"place": row["place"], "id": row["id"], "label": label, "words": words}
