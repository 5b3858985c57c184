"""The service over real gRPC with no key: the offline tagger in its child process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
import pytest_asyncio

from fakes.tagger_service import running_service, tag_request
from metatag.v1 import document_pb2, tagger_pb2
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_calls import peer_errors

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("test_offline_tags")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stub() -> AsyncIterator[Any]:
    async with running_service() as found:
        yield found


ENGLISH = """Solar street lighting for small towns
The municipal corporation will install solar street lights along the main roads. Each solar street light has a lithium
battery and a motion sensor. Battery replacement is part of the maintenance contract. The energy audit of the old sodium
lamps showed that solar street lights save electricity and lower the carbon footprint of the municipal corporation."""
HINDI = """ग्राम पंचायतों में पेयजल आपूर्ति की निगरानी
जल जीवन मिशन के अंतर्गत प्रत्येक ग्रामीण परिवार को नल से जल उपलब्ध कराने के लिए ग्राम पंचायत स्तर पर जल समिति का गठन
किया गया है। समिति के सदस्य पेयजल की गुणवत्ता की जांच करेंगे और जल परीक्षण किट का उपयोग करेंगे।"""


async def test_an_english_document_gets_scored_tags_with_evidence(stub: Any) -> None:
    answer = await stub.Tag(tag_request(ENGLISH, num_tags=6))
    tags = [tag.tag for tag in answer.tags]
    assert "solar street lights" in tags or "solar street light" in tags
    assert len(tags) == len(set(tags)) == 6
    assert all(0 <= tag.score <= 1 and tag.page == 1 and tag.evidence and tag.grounded for tag in answer.tags)
    assert (answer.tagger, answer.language, answer.degraded, answer.model_name) == ("local", "en", False, "")
    assert answer.tagger_version


async def test_a_hindi_document_gets_hindi_tags_without_postpositions(stub: Any) -> None:
    answer = await stub.Tag(tag_request(HINDI, num_tags=8))
    tags = [tag.tag for tag in answer.tags]
    assert answer.language == "hi"
    assert any("पेयजल" in tag for tag in tags)
    assert not {"के", "में", "को", "है", "जाएगा"} & set(tags)


async def test_too_little_text_is_refused_with_its_own_code(stub: Any) -> None:
    with pytest.raises(MetatagError) as caught:
        with peer_errors("tagger"):
            await stub.Tag(tag_request("short"))
    assert caught.value.code is ErrorCode.INSUFFICIENT_TEXT


async def test_the_llm_without_any_key_is_refused_and_auto_goes_local(stub: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await stub.Tag(tag_request(ENGLISH, tagger=document_pb2.TAGGER_KIND_LLM))
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED
    answer = await stub.Tag(tag_request(ENGLISH, tagger=document_pb2.TAGGER_KIND_AUTO))
    assert answer.tagger == "local"


async def test_the_list_of_taggers_names_both_and_hides_the_key() -> None:
    async with running_service(llm_key="sk-secret-of-the-house") as stub:
        answer = await stub.ListTaggers(tagger_pb2.ListTaggersRequest())
    assert [tagger.name for tagger in answer.taggers] == ["local", "llm"]
    assert answer.taggers[1].has_default_key
    assert "secret" not in str(answer)
