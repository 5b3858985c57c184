"""Again, later or never: the verdict on a failed stage."""

from __future__ import annotations

import pytest

from metatag_jobs.errors import FileMissing, SourceUnavailable
from metatag_jobs.model import Source
from metatag_jobs.results import Problem
from metatag_jobs.retrying import Limits, decide
from metatag_jobs.work import Claim, Release
from metatag_runtime.errors import ErrorCode, MetatagError

LIMITS = Limits(max_tries=3, max_waits=10)


def claim(tries: int = 0, waits: int = 0) -> Claim:
    return Claim("d", 1, "j", 0, "", "", Source("url", "x"), "ocr", tries, waits, 0, 0.0)


@pytest.mark.parametrize("code", ["busy", "unavailable", "cancelled", "provider_rate_limited", "quota_exceeded"])
def test_an_absent_service_or_a_limit_uses_up_no_try(code: str) -> None:
    verdict = decide(MetatagError("x", code=ErrorCode(code)), claim(tries=2), LIMITS, interactive=False)
    assert isinstance(verdict, Release)
    assert (verdict.used_try, verdict.waited) == (False, True)


def test_waiting_ends() -> None:
    verdict = decide(MetatagError("x", code=ErrorCode.BUSY), claim(waits=9), LIMITS, interactive=False)
    assert verdict == Problem("busy", "x")


def test_nobody_comes_back_before_the_time_that_the_peer_named() -> None:
    error = MetatagError("x", code=ErrorCode.PROVIDER_RATE_LIMITED, retry_after=30)
    waits = {decide(error, claim(), LIMITS, interactive=False).not_before for _ in range(20)}  # type: ignore[union-attr]
    assert min(waits) >= 30
    assert len(waits) > 1


def test_real_failures_end_after_the_last_try() -> None:
    error = MetatagError("x", code=ErrorCode.PROVIDER_UNAVAILABLE)
    assert isinstance(decide(error, claim(tries=1), LIMITS, interactive=False), Release)
    assert decide(error, claim(tries=2), LIMITS, interactive=False) == Problem("provider_unavailable", "x")


def test_a_document_sent_alone_gives_up_sooner() -> None:
    error = MetatagError("x", code=ErrorCode.INTERNAL)
    assert isinstance(decide(error, claim(tries=1), LIMITS, interactive=True), Problem)


@pytest.mark.parametrize("code", ["encrypted_document", "insufficient_text", "source_refused", "provider_auth"])
def test_what_cannot_get_better_fails_at_once(code: str) -> None:
    verdict = decide(MetatagError("x", code=ErrorCode(code)), claim(), LIMITS, interactive=False)
    assert verdict == Problem(code, "x")


def test_a_source_that_says_not_found_is_not_asked_again() -> None:
    assert isinstance(decide(SourceUnavailable("x", again=False), claim(), LIMITS, interactive=False), Problem)
    assert isinstance(decide(SourceUnavailable("x"), claim(), LIMITS, interactive=False), Release)


def test_no_credits_left_stops_the_job_not_the_document() -> None:
    error = MetatagError("x", code=ErrorCode.PROVIDER_CREDITS)
    assert isinstance(decide(error, claim(), LIMITS, interactive=False), Release)
    assert isinstance(decide(error, claim(), LIMITS, interactive=True), Problem)


def test_a_stored_file_that_is_not_found_is_looked_for_again_and_not_for_ever() -> None:
    verdict = decide(FileMissing(), claim(), LIMITS, interactive=False)
    assert isinstance(verdict, Release)
    assert (verdict.used_try, verdict.waited) == (False, True)
    many = Limits(max_tries=3, max_waits=1000)
    assert decide(FileMissing(), claim(waits=11), many, interactive=False) == Problem(
        "not_found", FileMissing().message
    )


def test_a_disk_that_is_full_on_one_machine_makes_nobody_wait_a_minute_for_another() -> None:
    error = MetatagError("x", code=ErrorCode.STORAGE_FULL, retry_after=60)
    verdict = decide(error, claim(), LIMITS, interactive=False)
    assert isinstance(verdict, Release)
    assert (verdict.waited, verdict.not_before <= 1.0) == (True, True)
