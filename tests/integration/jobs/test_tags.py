"""Tags as things: their counts are those of the documents, as people corrected them, on both databases."""

from __future__ import annotations

from typing import Any

from fakes.jobs_process import JobsProcess
from fakes.records_client import Records, refusal
from metatag.v1 import records_pb2


async def listed(records: Records, **asked: Any) -> records_pb2.ListTagsResponse:
    return await records.stub.ListTags(records_pb2.ListTagsRequest(user_id=records.user, **asked))


async def test_tags_are_counted_as_documents_have_them_now(either_service: JobsProcess) -> None:
    records = Records(either_service)
    documents = await records.ended(3)
    for number, document in enumerate(documents):
        await records.correct(document.id, tags=["water", f"100%_{number}", "Wells"][: 3 if number else 1])
    page = await listed(records)
    assert [(tag.tag, tag.count) for tag in page.tags] == [("water", 3), ("Wells", 2), ("100%_1", 1), ("100%_2", 1)]
    assert (page.total, page.sampled) == (4, 0)
    assert list(page.tags[0].trend) == [0, 0, 0, 0, 0, 0, 0, 3]
    assert page.tags[0].latest.seconds > 1_700_000_000
    # Case makes no difference, and wildcards are ordinary characters.
    assert [tag.tag for tag in (await listed(records, prefix="W", sort="name")).tags] in (
        ["Wells", "water"],
        ["water", "Wells"],
    )
    assert (await listed(records, prefix="100%_")).total == 2
    assert (await listed(records, prefix="%")).total == 0
    second = await listed(records, limit=1, offset=1)
    assert ([tag.tag for tag in second.tags], second.total) == (["Wells"], 4)
    await records.trash(documents[1].id)
    assert [(tag.tag, tag.count) for tag in (await listed(records, prefix="we")).tags] == [("Wells", 1)]
    assert (await listed(Records(either_service, "u2"))).total == 0
    for wrong in ({"sort": "beauty"}, {"prefix": "x" * 201}, {"limit": 201}, {"offset": -1}):
        assert (await refusal(listed(records, **wrong)))[0] == "invalid_argument"
