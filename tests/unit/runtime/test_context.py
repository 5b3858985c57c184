from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from metatag_runtime.context import request_id, time_left, use_deadline, use_request_id


@pytest.fixture(autouse=True)
def _no_deadline_is_left() -> Iterator[None]:
    """Take the deadline away: these tests run in the context that all later ones inherit."""
    yield
    use_deadline(None)


def test_a_plain_request_id_is_adopted() -> None:
    assert use_request_id("abc-1.2_X") == "abc-1.2_X" == request_id()


@pytest.mark.parametrize("hostile", ["", None, "a b", "x" * 65, "id\nforged log line", "é"])
def test_a_hostile_request_id_is_replaced(hostile: str | None) -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", use_request_id(hostile))


def test_a_call_may_take_no_longer_than_the_request_has_left() -> None:
    use_deadline(None)
    assert time_left(30) == 30
    use_deadline(5)
    assert 4 < time_left(30) < 5
    assert time_left(1) == 1
    use_deadline(0.01)
    assert 0 < time_left(30) < 0.01
