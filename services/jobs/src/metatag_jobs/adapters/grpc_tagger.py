"""The tagger over gRPC."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from metatag.v1 import tagger_pb2, tagger_pb2_grpc
from metatag_jobs.learning.model import Archive
from metatag_jobs.model import TagOptions, Vocabulary
from metatag_jobs.results import Page, TagOutcome
from metatag_jobs.usage import PictureOutcome
from metatag_jobs.wire import from_message, to_message
from metatag_runtime.errors import MetatagError, Unavailable
from metatag_runtime.grpc_client import open_channel

# A message to the tagger carries at most 8 MiB of text; the rest of a longer document adds nothing to its tags.
MAX_TEXT_BYTES = 8 * 1024 * 1024 - 64 * 1024
MAX_TITLE = 500
MAX_DESCRIPTION = 2000

VERSION_AGE = 60.0


class GrpcTagger:
    """The port Tagger."""

    def __init__(self, address: str, deadline: float, stub: Any = None) -> None:
        """`stub` calls a tagger of this process, which has no address."""
        # Both are repeatable by contract: a repeated call of a model is answered from the tagger's cache.
        repeatable = [f"metatag.v1.TaggerService/{name}" for name in ("Tag", "ReadPicture")]
        self._channel = None if stub is not None else open_channel(address, repeatable, peer="tagger")
        self._stub = tagger_pb2_grpc.TaggerServiceStub(self._channel) if self._channel is not None else stub
        self._deadline = deadline
        self._version = ""
        self._version_until = 0.0

    async def close(self) -> None:
        """Close the channel."""
        if self._channel is not None:
            await self._channel.close(None)

    async def tag(
        self,
        *,
        title: str,
        description: str,
        pages: Sequence[Page],
        language: str,
        tag_options: TagOptions,
        vocabulary: Vocabulary | None,
        provider_key: str,
        account: str,
        spent_micros: int = 0,
        archive: Archive | None = None,
    ) -> TagOutcome:
        """Give the tags of one document."""
        request = tagger_pb2.TagRequest(
            title=title[:MAX_TITLE],
            description=description[:MAX_DESCRIPTION],
            language=language,
            provider_key=provider_key,
            account=account,
            spent_micros=spent_micros,
        )
        to_message(request.tag_options, tag_options)
        if vocabulary is not None:
            to_message(request.vocabulary, vocabulary)
        if archive is not None:
            to_message(request.archive, archive)
        _add_pages(request, pages)
        answer = await self._stub.Tag(request, timeout=self._deadline)
        return from_message(TagOutcome, answer)

    async def read_picture(
        self,
        *,
        picture: bytes,
        first_text: str,
        language: str,
        model_name: str,
        max_cost_micros: int,
        spent_micros: int,
        provider_key: str,
        account: str,
    ) -> PictureOutcome:
        """Have a vision model read a page's picture; its answer is judged by the first text."""
        request = tagger_pb2.ReadPictureRequest(
            picture=picture,
            first_text=first_text,
            language=language,
            model_name=model_name,
            max_cost_micros=max_cost_micros,
            spent_micros=spent_micros,
            provider_key=provider_key,
            account=account,
        )
        answer = await self._stub.ReadPicture(request, timeout=self._deadline)
        return from_message(PictureOutcome, answer)

    async def version(self) -> str:
        """Give the identity of the taggers; may be up to a minute old, empty when unknown."""
        if time.monotonic() > self._version_until:
            try:
                answer = await self._stub.ListTaggers(tagger_pb2.ListTaggersRequest(), timeout=5.0)
            except MetatagError:
                return self._version
            self._version = ";".join(
                f"{each.name}={each.version},{each.default_model},{each.has_default_key}"
                + (f",{each.vision_model}" if each.vision_model else "")
                for each in answer.taggers
            )
            self._version_until = time.monotonic() + VERSION_AGE
        return self._version

    async def ping(self) -> None:
        """Raise if the tagger does not answer."""
        answer = await self._stub.ListTaggers(tagger_pb2.ListTaggersRequest(), timeout=3.0)
        if not any(each.healthy for each in answer.taggers):
            raise Unavailable("The tagger has no healthy way to write tags.")


def _add_pages(request: tagger_pb2.TagRequest, pages: Sequence[Page]) -> None:
    room = MAX_TEXT_BYTES
    for page in pages:
        text = page.text.encode()[:room].decode(errors="ignore")
        room -= len(text.encode())
        if text:
            added = request.pages.add(number=page.number, text=text, confidence=page.confidence)
            for heading in page.headings:
                added.headings.add(text=heading.text, level=heading.level)
        if room <= 0:
            return
