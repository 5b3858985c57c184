"""The dispatcher's arithmetic: which job may have how many documents admitted now. Pure, so that fairness is testable.

Lanes are users. The lane with the least virtual time goes first and pays 1/weight for each document; a lane that wakes
from idle starts at the lowest active time, so it neither owes nor owns history. Within a lane jobs take turns.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

# Tickets above the slots, so that a worker finds the next ticket waiting.
AHEAD = 1.25


@dataclass
class OpenJob:
    """A job with documents to admit."""

    job_id: str
    user_id: str
    interactive: bool
    queued: int
    running: int
    max_running: int
    vtime: float


@dataclass(frozen=True)
class Window:
    """The live workers' slots and what is admitted or running now."""

    slots: int
    interactive_slots: int
    running: int
    interactive_running: int


def plan(
    jobs: Sequence[OpenJob], window: Window, max_running: int = 0
) -> tuple[list[tuple[str, int]], dict[str, float]]:
    """Give how many documents of each job to admit, and the new virtual times of the lanes that took part.

    `max_running` bounds the documents of all batches; 0 means no bound but the slots.
    """
    batch_room = math.ceil(window.slots * AHEAD)
    if max_running:
        batch_room = min(batch_room, max_running)
    shares: dict[str, int] = {}
    times: dict[str, float] = {}
    for interactive, room in (
        (True, math.ceil(window.interactive_slots * AHEAD) - window.interactive_running),
        (False, batch_room - window.running),
    ):
        _share([job for job in jobs if job.interactive is interactive], room, shares, times)
    return list(shares.items()), times


def _share(jobs: Sequence[OpenJob], room: int, shares: dict[str, int], times: dict[str, float]) -> None:
    lanes: dict[str, deque[OpenJob]] = {}
    left = {}
    for job in jobs:
        left[job.job_id] = min(job.queued, job.max_running - job.running)
        if left[job.job_id] > 0:
            lanes.setdefault(job.user_id, deque()).append(job)
    if not lanes or room <= 0:
        return
    # A lane that was idle has an old time: lift it to the lowest of those that already run.
    active = [jobs_[0].vtime for jobs_ in lanes.values() if any(job.running for job in jobs_)]
    floor = min(active) if active else 0.0
    heap = [(times.get(user, max(jobs_[0].vtime, floor)), user) for user, jobs_ in lanes.items()]
    heapq.heapify(heap)
    while heap and room > 0:
        vtime, user = heapq.heappop(heap)
        lane = lanes[user]
        job = lane.popleft()
        shares[job.job_id] = shares.get(job.job_id, 0) + 1
        left[job.job_id] -= 1
        room -= 1
        times[user] = vtime + 1.0
        if left[job.job_id] > 0:
            lane.append(job)
        if lane:
            heapq.heappush(heap, (times[user], user))
