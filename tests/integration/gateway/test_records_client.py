"""The client library corrects, reviews, finds and removes documents at a real gateway."""

from __future__ import annotations

import pytest

from fakes.gateway_system import PASSWORD, System
from metatag_client.aio import AsyncClient
from metatag_client.errors import ApiError, Conflict, NotFound

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_document_is_corrected_reviewed_and_removed_by_the_client(system: System) -> None:
    user = await system.register()
    job_id = await system.batch(user["headers"], ["http://x/a.pdf", "http://x/fail-no_pages.pdf"])
    await system.ended(job_id)
    async with AsyncClient(system.url) as client:
        await client.login(user["email"], PASSWORD)
        assert (await client.rename_job(job_id, "Circulars")).raw["name"] == "Circulars"
        documents, total = await client.documents(job_id=job_id, sort="title")
        assert total == 2
        good = next(document for document in documents if document.raw["status"] == "success")
        corrected = await client.correct(good.id, version=1, title="New", tags=["rivers"], reviewed=True)
        assert (corrected.title, corrected.raw["tags"], corrected.raw["version"]) == ("New", ["rivers"], 2)
        with pytest.raises(Conflict, match="changed meanwhile"):
            await client.correct(good.id, version=1, title="Too late")
        # Without a version whatever is there is written over.
        await client.correct(good.id, note="Seen")
        assert [change["version"] for change in await client.history(good.id)] == [3, 2]
        assert (await client.undo(good.id, 2)).title == good.title
        with pytest.raises(Conflict, match="nothing to undo"):
            await client.undo(good.id)
        assert (await client.documents(job_id=job_id, reviewed=True, snippets=False))[1] >= 0

        waiting, counts = await client.review("failed")
        assert (counts["failed"], waiting[0].raw["reasons"]) == (1, ["failed"])
        assert await client.skip(waiting[0].id) is None
        assert await client.approve(waiting[0].id) is None
        await client.delete_document(good.id)
        assert [document.id for document in (await client.trash())[0]] == [good.id]
        assert (await client.restore(good.id)).id == good.id
        with pytest.raises(NotFound, match="not in the trash"):
            await client.restore(good.id)
        with pytest.raises(ApiError, match="confidence_min"):
            await client.documents(confidence_min=101)
