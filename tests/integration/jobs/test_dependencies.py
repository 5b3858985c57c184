"""What jobs says of the services behind it, soon enough for whoever asks."""

from __future__ import annotations

import time

from fakes.jobs_process import running_jobs
from metatag.v1 import jobs_pb2

# The gateway waits so long for our answer; then it takes jobs itself for away, and itself out of service.
GATEWAY_WAITS = 2.0


async def test_a_tagger_that_keeps_silent_is_told_of_before_jobs_itself_looks_away() -> None:
    async with running_jobs() as service:
        service.tagger.silent_seconds = 30.0
        start = time.monotonic()
        answer = await service.client.stub.GetDependencies(jobs_pb2.GetDependenciesRequest())
        assert time.monotonic() - start < GATEWAY_WAITS
        assert {each.name for each in answer.dependencies if not each.healthy} == {"tagger"}
        service.tagger.silent_seconds = 0.0
