"""Errors: every code has a status, and nothing of the inside gets out."""

from __future__ import annotations

import json

import pytest

from metatag_gateway.errors import DocumentFailed, StillRunning, Unauthenticated
from metatag_gateway.problems import STATUS_BY_CODE, from_error, invalid
from metatag_runtime.context import use_request_id
from metatag_runtime.errors import ErrorCode, MetatagError


@pytest.mark.parametrize("code", list(ErrorCode))
def test_every_code_has_a_status(code: ErrorCode) -> None:
    assert STATUS_BY_CODE[code] in {400, 401, 403, 404, 409, 412, 413, 415, 422, 428, 429, 500, 503, 504, 507}


def test_waiting_is_told_in_whole_seconds_rounded_up() -> None:
    answer = from_error(MetatagError("Later.", code=ErrorCode.QUOTA_EXCEEDED, retry_after=1.2))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "2")
    assert from_error(MetatagError("Away.", code=ErrorCode.UNAVAILABLE)).headers["retry-after"] == "5"


def test_an_internal_failure_shows_a_request_id_and_no_cause() -> None:
    use_request_id("r-1")
    answer = from_error(MetatagError("connection to 10.0.0.3 as root failed"))
    body = json.loads(bytes(answer.body))
    assert answer.status_code == 500
    assert body["request_id"] == "r-1"
    assert "10.0.0.3" not in body["detail"]


def test_a_missing_token_asks_for_one() -> None:
    assert from_error(Unauthenticated()).headers["www-authenticate"] == "Bearer"


def test_the_job_of_a_document_is_named() -> None:
    failed = json.loads(bytes(from_error(DocumentFailed("No.", ErrorCode.BROKEN_DOCUMENT, "j1")).body))
    assert (failed["detail"], failed["job_id"]) == ("No.", "j1")
    running = from_error(StillRunning("j2"))
    assert running.status_code == 504
    assert json.loads(bytes(running.body))["job_id"] == "j2"


def test_wrong_fields_are_named_and_their_values_kept_silent() -> None:
    errors = [
        {"type": "missing", "loc": ("body", "config", "x"), "msg": "Field required", "input": "a secret"},
        {"type": "missing", "loc": ("query", "limit"), "msg": "Field required", "input": "a secret"},
    ]
    answer = invalid(errors)
    body = json.loads(bytes(answer.body))
    assert answer.status_code == 400
    assert body["detail"] == "config.x: Field required (and 1 more)"
    assert [entry["field"] for entry in body["errors"]] == ["config.x", "limit"]
    assert "secret" not in bytes(answer.body).decode()
