"""Following a job: each event once and in order, whatever the connection does."""

from __future__ import annotations

from typing import Any

import pytest

from metatag_client import ApiError, NotFound, NotSignedIn
from metatag_client.follow import Follow
from metatag_client.models import Event


def catchup(seq: int, *results: dict[str, Any]) -> dict[str, Any]:
    state = {"status": "processing", "total": "3", "progress": "0.3333"}
    return {"type": "catchup", "job_id": "j", "seq": seq, "state": state, "results": list(results)}


def document(seq: int, row: int, status: str = "success", **more: Any) -> dict[str, Any]:
    frame = {"type": "progress", "job_id": "j", "seq": seq, "row_id": row - 1, "row_number": row, "title": f"d{row}"}
    return {**frame, "status": status, "progress": row / 3, **more}


END = {"type": "completed", "job_id": "j", "seq": 9, "message": "done"}


def feed(follow: Follow, *frames: dict[str, Any]) -> list[Event]:
    return [event for frame in frames for event in follow.feed(frame)]


def told(events: list[Event]) -> list[tuple[str, int]]:
    return [(event.kind, event.row) for event in events]


def test_a_whole_job_is_told_in_order() -> None:
    follow = Follow("j")
    events = feed(follow, catchup(0), document(1, 1, "processing"), document(2, 1, tags=["a"]), END)
    assert told(events) == [("state", 0), ("started", 1), ("finished", 1), ("completed", 0)]
    assert events[2].ok
    assert events[2].tags == ("a",)
    assert events[-1].last
    assert follow.done


def test_what_was_finished_before_the_first_connection_is_told_too() -> None:
    done = {"row_id": 1, "row_number": 2, "title": "d2", "success": False, "error": "Empty PDF file", "tags": []}
    events = feed(Follow("j"), catchup(4, done), document(5, 2, "failed", error="Empty PDF file"), document(6, 3))
    assert told(events) == [("finished", 2), ("state", 0), ("finished", 3)]
    assert not events[0].ok
    assert events[0].error == "Empty PDF file"


def test_a_second_connection_asks_for_what_came_after_and_repeats_nothing() -> None:
    follow = Follow("j")
    assert follow.path() == "/api/batch/ws/j"
    feed(follow, catchup(0), document(1, 1), document(2, 2))
    assert follow.path() == "/api/batch/ws/j?after=2"
    again = feed(follow, catchup(2, {"row_number": 1, "success": True}), document(2, 2), document(3, 3), END)
    assert told(again) == [("finished", 3), ("completed", 0)]


def test_what_happened_while_the_connection_was_lost_is_told() -> None:
    follow = Follow("j")
    feed(follow, catchup(0), document(1, 1))
    follow.path()
    assert told(feed(follow, catchup(3), document(2, 2), document(3, 3), END))[:-1] == [
        ("finished", 2),
        ("finished", 3),
    ]


def test_a_pause_is_told_once_though_every_silence_repeats_it() -> None:
    keepalive = {"type": "keepalive", "job_id": "j", "seq": 2, "status": "paused"}
    events = feed(
        Follow("j"), catchup(1), keepalive, keepalive, {**keepalive, "type": "started", "status": "processing"}
    )
    assert [event.message for event in events] == ["processing", "paused", "processing"]


def test_a_document_that_waits_for_another_try_is_queued_again() -> None:
    assert told(feed(Follow("j"), catchup(0), document(1, 1, "pending"))) == [("state", 0), ("queued", 1)]


def test_pages_are_asked_for_and_told() -> None:
    follow = Follow("j", pages=True)
    assert follow.path() == "/api/batch/ws/j?pages=true"
    page = {**document(1, 1, "processing"), "type": "page", "page": {"number": 2}}
    assert told(feed(follow, catchup(0), page)) == [("state", 0), ("page", 1)]


def test_a_refusal_of_a_later_connection_is_not_the_end_of_the_job() -> None:
    follow = Follow("j")
    feed(follow, catchup(0))
    follow.path()
    with pytest.raises(NotSignedIn):
        feed(follow, {"type": "error", "error": "Invalid or expired token", "job_id": "j"})


def test_an_observer_that_begins_late_by_number_gets_no_earlier_results() -> None:
    follow = Follow("j", after=2)
    assert follow.path() == "/api/batch/ws/j?after=2"
    assert told(feed(follow, catchup(3, {"row_number": 1, "success": True}))) == [("state", 0)]


def test_a_job_that_failed_ends_with_its_reason() -> None:
    follow = Follow("j")
    last = feed(follow, catchup(0), {"type": "error", "job_id": "j", "error": "The budget is used up."})[-1]
    assert (last.kind, last.message) == ("failed", "The budget is used up.")
    assert follow.done


@pytest.mark.parametrize(
    ("frame", "raised"),
    [
        ({"type": "error", "error": "Job not found", "job_id": "j"}, NotFound),
        ({"type": "error", "error": "Authentication required", "job_id": "j"}, NotSignedIn),
        ({"type": "error", "error": "Too many observers", "job_id": "j"}, ApiError),
    ],
)
def test_a_refusal_is_raised(frame: dict[str, Any], raised: type[ApiError]) -> None:
    with pytest.raises(raised):
        feed(Follow("j"), frame)


@pytest.mark.parametrize("frame", [{"type": "keepalive", "status": None}, {"type": "news", "x": 1}, {}])
def test_frames_without_news_are_passed_over(frame: dict[str, Any]) -> None:
    assert feed(Follow("j"), frame) == []


def test_ids_cannot_leave_their_place_in_the_path() -> None:
    assert Follow("../a?b").path() == "/api/batch/ws/..%2Fa%3Fb"
