"""Files and rows in one batch keep the numbers that they were given with."""

from __future__ import annotations

from pathlib import Path

from metatag_client import Event, Row, Upload
from metatag_client.mixed import Mixed


def test_a_refused_file_is_told_of_and_the_others_keep_their_numbers() -> None:
    mixed = Mixed([Path("bad.pdf"), Row("https://x/a.pdf"), Path("good.pdf")])
    assert [file.name for file in mixed.files] == ["bad.pdf", "good.pdf"]
    told = list(mixed.stored([Upload("bad.pdf", "", 0, "It is bad."), Upload("good.pdf", "upload://1/good.pdf", 5)]))
    assert [(event.kind, event.row, event.title, event.error) for event in told] == [
        ("finished", 1, "bad.pdf", "It is bad.")
    ]
    assert mixed.rows == [Row("https://x/a.pdf"), Row("upload://1/good.pdf", "upload")]
    events = [Event("finished", 1, 2), Event("finished", 2, 1), Event("completed", 3)]
    assert [mixed.numbered(event).row for event in events] == [3, 2, 0]


def test_nothing_left_to_start_is_the_end() -> None:
    mixed = Mixed([Path("bad.pdf")])
    told = list(mixed.stored([Upload("bad.pdf", "", 0, "It is bad.")]))
    assert [event.kind for event in told] == ["finished", "failed"]
    assert told[-1].last
    assert mixed.rows == []
