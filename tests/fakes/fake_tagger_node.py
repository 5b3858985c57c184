"""A tagger that keeps the rules of the real one: tags are the longest words of the text; failures on demand.

A description may carry directives, `{"ms": 50, "fail": "quota_exceeded", "retry_after": 2, "times": 1, "cost": 10}`;
with `times`, only so many calls for that text fail. With `--log FILE`, each call appends its title to a file.
Runs in a process of its own with `python -m fakes.fake_tagger_node --listen ADDRESS`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import signal
from collections import Counter
from pathlib import Path
from typing import Any

from metatag.v1 import document_pb2, tagger_pb2, tagger_pb2_grpc
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService


class FakeTaggerNode(tagger_pb2_grpc.TaggerServiceServicer):
    """Each call takes `seconds`."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.requests: list[tagger_pb2.TagRequest] = []
        self.calls = 0
        self.keep_requests = False
        self.failures: Counter[str] = Counter()
        # Set to fail all calls.
        self.fail: MetatagError | None = None
        self.log: Path | None = None
        self.silent_seconds = 0.0
        # Cleared, it holds all calls until it is set again.
        self.open = asyncio.Event()
        self.open.set()

    async def Tag(self, request: tagger_pb2.TagRequest, context: Any) -> tagger_pb2.TagResponse:
        self.calls += 1
        if self.log is not None:
            with self.log.open("a") as file:
                file.write(request.title + "\n")
        if self.keep_requests:
            self.requests.append(request)
        asked = _directives(request.description)
        await self.open.wait()
        await asyncio.sleep(asked.get("ms", self.seconds * 1000) / 1000)
        if self.fail is not None:
            raise self.fail
        failing = "fail" in asked and self._fails(request, asked.get("times", 1_000_000))
        # As the real one: local tags stand in for a provider, if the caller allows it.
        stands_in = failing and request.tag_options.allow_degraded and asked["fail"].startswith("provider_")
        if failing and not stands_in:
            raise MetatagError(
                "The tagger was made to fail.", code=ErrorCode(asked["fail"]), retry_after=asked.get("retry_after")
            )
        text = " ".join(page.text for page in request.pages)
        words = sorted(set(re.findall(r"[^\W\d_]{4,}", text.lower())), key=lambda word: (-len(word), word))
        wanted = request.tag_options.num_tags or 8
        return tagger_pb2.TagResponse(
            tags=[document_pb2.Tag(tag=word, score=0.5, source="local") for word in words[:wanted]],
            tagger="local",
            language="en",
            tagger_version="fake-1",
            degraded=stands_in or bool(asked.get("degraded")),
            usage=document_pb2.Usage(cost_micros=asked["cost"], calls=1) if "cost" in asked else None,
            facets=[
                document_pb2.Facet(kind=kind, value=value, score=0.9, source="local", page=1)
                for kind, value in asked.get("facets", [])
            ],
        )

    def _fails(self, request: tagger_pb2.TagRequest, times: int) -> bool:
        key = request.description + request.title
        self.failures[key] += 1
        return self.failures[key] <= times

    async def ListTaggers(self, request: tagger_pb2.ListTaggersRequest, context: Any) -> tagger_pb2.ListTaggersResponse:
        # What a frozen process does: takes the call and keeps silent.
        await asyncio.sleep(self.silent_seconds)
        info = tagger_pb2.TaggerInfo(name="local", version="fake-1", healthy=True)
        return tagger_pb2.ListTaggersResponse(taggers=[info])


def tagger_service(node: FakeTaggerNode, listen: str) -> GrpcService:
    """Give a hostable server of a tagger."""
    return GrpcService(
        "tagger",
        GrpcServerOptions(listen),
        [lambda server: tagger_pb2_grpc.add_TaggerServiceServicer_to_server(node, server)],
        ["metatag.v1.TaggerService"],
    )


def _directives(description: str) -> dict[str, Any]:
    try:
        found = json.loads(description)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", required=True)
    parser.add_argument("--ms", type=float, default=0.0)
    parser.add_argument("--log", type=Path)
    asked = parser.parse_args()
    node = FakeTaggerNode(asked.ms / 1000)
    node.log = asked.log
    service = tagger_service(node, asked.listen)
    await service.start()
    print(service.address, flush=True)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await service.stop(0)


if __name__ == "__main__":
    asyncio.run(_main())
