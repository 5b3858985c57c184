"""A job that stands still says why: once, with the time at which it goes on, and no more than once a minute anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from metatag_cli import live_view, screen, stall_monitor
from metatag_client import Client, Event, Job, Unreachable

TIME = (datetime.now().astimezone() + timedelta(minutes=5)).isoformat()
HELD = "The provider takes no more calls just now; the job goes on by itself."


def job(status: str = "processing", error: str = "", waits_until: str = "") -> Job:
    return Job("j", status, 3, 1, 0, error=error, waits_until=waits_until)


class Asked(Client):
    """A client whose server answers with the job given, or not at all."""

    def __init__(self, found: Job | None, dependencies: list[dict[str, object]] | None = None) -> None:
        super().__init__("http://127.0.0.1:1")
        self.found = found
        self.dependencies = dependencies or []

    def status(self, job_id: str) -> Job:
        if self.found is None:
            raise Unreachable("no answer")
        return self.found

    def health(self) -> dict[str, object]:
        return {"dependencies": self.dependencies}


def test_a_job_that_its_provider_holds_back_says_once_that_it_goes_on_by_itself() -> None:
    state, why = stall_monitor.reason(Asked(job(error=HELD, waits_until=TIME)), "j", 5)
    assert (state, why) == (
        "waiting",
        f"The provider takes no more calls just now. It goes on by itself at {stall_monitor.clock(TIME)}.",
    )


def test_a_paused_job_says_why_or_how_to_go_on() -> None:
    assert stall_monitor.reason(Asked(job("paused", "The budget is spent.")), "j", 5) == (
        "paused",
        "The budget is spent.",
    )
    assert stall_monitor.reason(Asked(job("paused")), "j", 5)[1] == "It goes on with: metatag jobs j --resume"


def test_after_long_silence_the_service_that_is_away_is_named() -> None:
    away = {"name": "ocr", "healthy": False, "detail": "The ocr service does not answer; try again in a moment."}
    client = Asked(job(), [away, {"name": "jobs", "healthy": True}])
    assert stall_monitor.reason(client, "j", 5) == ("", "")
    said = "The ocr service does not answer. The job goes on when that is over."
    assert stall_monitor.reason(client, "j", 60) == ("waiting", said)
    assert stall_monitor.reason(Asked(job()), "j", 60) == ("", "")


def test_a_server_that_is_away_is_said_to_be_away() -> None:
    assert "http://127.0.0.1:1 does not answer just now" in stall_monitor.reason(Asked(None), "j", 5)[1]


def test_a_time_on_another_day_has_its_date() -> None:
    assert stall_monitor.clock("2030-01-02T12:00:00+00:00").startswith("2030-01-02 ")
    assert stall_monitor.clock("") == ""


def silent(seconds: float) -> Iterator[Event]:
    yield Event("state", 1, message="processing")
    time.sleep(seconds)
    yield Event("finished", 2, 1, "A", ok=True, tags=("water",))
    yield Event("completed", 3)


def test_a_view_asks_in_silence_and_tells_a_reason_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(stall_monitor, "SILENCE", 0.03)
    monkeypatch.setattr(stall_monitor, "BETWEEN", 0.02)
    clocks = iter(range(1000))
    answers = iter([("", ""), *[("waiting", f"Later, at 10:00:{next(clocks):02}.") for _ in range(900)]])
    live_view.View(1).show(silent(0.4), lambda seconds: next(answers))
    assert capsys.readouterr().err.splitlines() == ["waiting: Later, at 10:00:00.", "1/1  ✓ A  water"]


def test_a_code_in_front_of_an_error_is_for_programs() -> None:
    assert screen.sentence("RATE_LIMITED: the provider is busy.") == "The provider is busy."
    assert screen.sentence("PDF extraction failed: x") == "PDF extraction failed: x"
