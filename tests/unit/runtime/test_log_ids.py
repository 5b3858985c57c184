"""Ids of what is in hand are on a task's log lines and travel with its calls; a stranger's are taken if plain."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from structlog.contextvars import clear_contextvars, get_contextvars

from metatag_runtime.grpc_calls import call_metadata
from metatag_runtime.log_ids import adopt_log_ids, bind_log_ids, id_metadata


@pytest.fixture(autouse=True)
def nothing_in_hand() -> Iterator[None]:
    clear_contextvars()
    yield
    clear_contextvars()


def test_ids_travel_with_a_call_and_arrive_as_they_were() -> None:
    bind_log_ids(thing_id="a-1", part_id="b_2", other_id="")
    sent = dict(call_metadata())
    assert sent["x-log-thing-id"] == "a-1"
    clear_contextvars()
    assert adopt_log_ids(sent)
    assert get_contextvars() == {"thing_id": "a-1", "part_id": "b_2"}


def test_without_work_nothing_travels() -> None:
    assert id_metadata() == ()
    assert not adopt_log_ids({"x-request-id": "r"})


def test_what_was_in_hand_before_does_not_stay_for_the_next_call() -> None:
    bind_log_ids(thing_id="a")
    adopt_log_ids({"x-log-part-id": "b"})
    assert get_contextvars() == {"part_id": "b"}


@pytest.mark.parametrize("key", ["x-log-thing", "x-log-Thing-id", "x-log-", "x-log-event-name"])
def test_only_ids_are_taken_from_a_caller(key: str) -> None:
    assert not adopt_log_ids({key: "x"})
    assert get_contextvars() == {}


@pytest.mark.parametrize("hostile", ["a b", "x" * 65, "id\nforged log line", b"bytes", ""])
def test_a_hostile_id_is_left_out(hostile: object) -> None:
    assert not adopt_log_ids({"x-log-thing-id": hostile})
    assert get_contextvars() == {}


def test_a_caller_adds_only_so_many() -> None:
    adopt_log_ids({f"x-log-{letter}-id": "1" for letter in "abcdefghijkl"})
    assert len(get_contextvars()) == 8
