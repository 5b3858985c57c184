"""Lists and searches: narrowed, ordered, page by page, with true totals and marked pieces, on both databases."""

from __future__ import annotations

from typing import Any

import pytest

from fakes.jobs_database import change
from fakes.jobs_process import JobsProcess
from fakes.records_client import Records, refusal
from metatag.v1 import jobs_pb2, records_pb2
from metatag_jobs.adapters.sql import find as sql_find
from metatag_runtime.sql import Database


async def find(
    records: Records, *, sort: str = "", limit: int = 0, offset: int = 0, snippets: bool = False, **wanted: Any
):
    """Return the answer for a filter."""
    request = records_pb2.FindDocumentsRequest(
        user_id=records.user,
        filter=records_pb2.DocumentFilter(**wanted),
        sort=sort,
        limit=limit,
        offset=offset,
        snippets=snippets,
    )
    return await records.stub.FindDocuments(request)


def titles(answer: records_pb2.FindDocumentsResponse) -> list[str]:
    return [found.document.title for found in answer.documents]


async def test_a_list_is_narrowed_ordered_and_counted(either_service: JobsProcess) -> None:
    records = Records(either_service)
    documents = await records.ended(5)
    for number, document in enumerate(documents):
        await records.correct(
            document.id, title=f"Order {number}", tags=["water", f"tag {number}"], reviewed=number < 2
        )
    names = [f"Order {number}" for number in range(5)]
    everything = await find(records, sort="title")
    assert (titles(everything), everything.total, everything.is_exact) == (names, 5, True)
    assert titles(await find(records, sort="-title", limit=2)) == names[:2:-1]
    page = await find(records, sort="title", limit=2, offset=4)
    assert (titles(page), page.total) == (names[4:], 5)
    assert sorted(titles(await find(records, reviewed=True))) == names[:2]
    assert sorted(titles(await find(records, reviewed=False))) == names[2:]
    assert titles(await find(records, tag="TAG 3")) == ["Order 3"]
    # A part of a tag, or words of the text, are no tag.
    assert (await find(records, tag="tag")).total == 0
    assert (await find(records, tag="quick")).total == 0
    assert (await find(records, tag="water")).total == 5
    assert (await find(records, query="quick brown", language="en", method="text_layer")).total == 5
    for nothing in ({"language": "hi"}, {"method": "easyocr"}, {"confidence_min": 0.0}, {"job_id": "another"}):
        assert (await find(records, **nothing)).total == 0
    assert (await find(records, job_id=documents[0].job_id, states=[jobs_pb2.DOCUMENT_STATE_SUCCESS])).total == 5
    assert (await find(records, states=[jobs_pb2.DOCUMENT_STATE_FAILED])).total == 0
    middle = documents[0].processed_at.seconds
    assert (await find(records, since=middle - 3600.0, before=middle + 3600.0)).total == 5
    assert (await find(records, before=middle - 3600.0)).total == 0
    await records.trash(documents[0].id)
    assert (await find(records)).total == (await find(records, query="water")).total == 4
    assert (await find(Records(either_service, "u2"))).total == 0
    for wrong in ({"sort": "beauty"}, {"offset": -1}, {"offset": 100_001}, {"limit": 1001}, {"method": "eyes"}):
        assert (await refusal(find(records, **wrong)))[0] == "invalid_argument"
    assert (await refusal(find(records, facets={"colour": "red"})))[0] == "invalid_argument"


async def test_documents_from_before_the_columns_are_narrowed_as_well(either_service: JobsProcess) -> None:
    records = Records(either_service)
    await records.ended(2)
    database = Database(either_service.settings.database_url)
    try:
        await change(database, "UPDATE doc SET language = NULL, method = NULL, confidence = NULL")
    finally:
        await database.close()
    assert (await find(records, language="en", method="text_layer")).total == 2
    assert (await find(records, language="hi")).total == 0
    assert (await find(records, sort="-confidence")).total == 2


async def test_pieces_of_the_text_mark_the_words_of_the_query(service: JobsProcess) -> None:
    records = Records(service)
    await records.ended()
    (found,) = (await find(records, query="Brown fo", snippets=True)).documents
    piece = found.snippets[0]
    assert piece.page == 1
    marked = [piece.text[mark.start : mark.end].lower() for mark in piece.marks]
    assert marked[:2] == ["brown", "fox"]
    (bare,) = (await find(records, query="brown")).documents
    assert len(bare.snippets) == 0


async def test_a_word_in_very_many_documents_is_found_by_walking(
    either_service: JobsProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sql_find, "MAX_COUNTED", 3)
    records = Records(either_service)
    documents = await records.ended(7)
    await records.correct(documents[2].id, tags=["zeppelin"])
    answer = await find(records, query="quick brown", limit=4)
    newest = [found.document.id for found in (await find(records, limit=4)).documents]
    assert [found.document.id for found in answer.documents] == newest
    assert (answer.total, answer.is_exact) == (3, False)
    everything = await find(records, query="quick", limit=50)
    assert len(everything.documents) == 7
    exact = await find(records, query="zeppelin")
    assert ([found.document.id for found in exact.documents], exact.total, exact.is_exact) == (
        [documents[2].id],
        1,
        True,
    )
