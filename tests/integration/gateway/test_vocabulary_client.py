"""The client library stores vocabularies at a real gateway: from a file, from bytes, from terms."""

from __future__ import annotations

from pathlib import Path

import pytest

from fakes.gateway_system import PASSWORD, System
from metatag_client.aio import AsyncClient
from metatag_client.errors import ApiError

pytestmark = pytest.mark.asyncio(loop_scope="module")
TABLE = "label,aliases\nwells,well;pits\nrivers,\n"


async def test_a_vocabulary_is_the_same_from_a_file_from_bytes_and_from_terms(system: System, tmp_path: Path) -> None:
    user = await system.register()
    path = tmp_path / "terms.csv"
    path.write_text(TABLE, encoding="utf-8")
    terms = [{"label": "wells", "aliases": ["well", "pits"]}, {"label": "rivers"}]
    async with AsyncClient(system.url) as client:
        await client.login(user["email"], PASSWORD)
        stored = [await client.put_vocabulary("water", source) for source in (path, ("a.csv", TABLE.encode()), terms)]
        assert stored == [{"name": "water", "version": 1, "term_count": 2, "warnings": []}] * 3
        assert [term["label"] for term in (await client.vocabulary("water"))["terms"]] == ["wells", "rivers"]
        with pytest.raises(ApiError, match=r"line 3\.label: Field required"):
            await client.put_vocabulary("water", ("a.csv", b"label,aliases\na,\n,b\n"))
        await client.delete_vocabulary("water")
        with pytest.raises(ApiError, match="Vocabulary not found"):
            await client.vocabulary("water")
