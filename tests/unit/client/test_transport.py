"""Reading answers, and deciding whether to ask again."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from metatag_client import ApiError, Conflict, NotFound, NotSignedIn, Rejected, TooBusy, Unreachable, calls, transport
from metatag_client.models import Options
from metatag_client.transport import RetryPolicy

USER = {"id": "1", "email": "a@example.com", "full_name": None}


def answer(status: int, body: object, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers={name.replace("_", "-"): value for name, value in headers.items()})


@pytest.mark.parametrize("body", [{"success": True, "data": USER}, USER])
def test_both_shapes_of_an_answer_are_read(body: dict[str, object]) -> None:
    assert transport.read(calls.me(), answer(200, body)).email == "a@example.com"


@pytest.mark.parametrize(
    ("status", "raised"),
    [(400, Rejected), (401, NotSignedIn), (404, NotFound), (409, Conflict), (413, Rejected), (429, TooBusy),
     (503, TooBusy), (500, ApiError)],
)  # fmt: skip
def test_an_error_keeps_what_the_server_says(status: int, raised: type[ApiError]) -> None:
    body = {"detail": "Because.", "code": "some_code", "errors": [{"field": "num_tags"}]}
    with pytest.raises(raised) as caught:
        transport.read(calls.me(), answer(status, body, retry_after="7", x_request_id="r1"))
    error = caught.value
    assert (str(error), error.status, error.code, error.retry_after) == ("Because.", status, "some_code", 7.0)
    assert error.request_id == "r1"
    assert error.errors[0]["field"] == "num_tags"


def test_an_answer_that_is_no_json_is_an_error_and_not_a_crash() -> None:
    with pytest.raises(ApiError, match="502 without a reason"):
        transport.read(calls.me(), httpx.Response(502, text="<html>bad gateway</html>"))


def test_files_are_opened_afresh_for_each_try_and_closed(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF-")
    call = calls.process(tmp_path / "a.pdf", None, Options(tags=5), None, "key")
    for _ in range(2):
        with transport.request_arguments(call, "t") as arguments:
            name, file, kind = arguments["files"][0][1]
            assert (name, file.read(), kind) == ("a.pdf", b"%PDF-", "application/pdf")
        assert file.closed
    assert arguments["headers"] == {"Idempotency-Key": "key", "Authorization": "Bearer t"}


def test_a_url_goes_out_as_multipart_too() -> None:
    with transport.request_arguments(calls.process(None, "https://x/a.pdf", Options(), None, "k"), "") as arguments:
        assert dict(arguments["files"])["pdf_url"] == (None, "https://x/a.pdf")


def test_public_calls_carry_no_token() -> None:
    with transport.request_arguments(calls.login("a", "b", ""), "t") as arguments:
        assert "Authorization" not in arguments["headers"]


def test_only_what_may_help_is_repeated() -> None:
    busy, bad = TooBusy("", status=503), Rejected("", status=400)
    assert transport.worth_repeating(calls.me(), busy)
    assert transport.worth_repeating(calls.me(), Unreachable(""))
    assert not transport.worth_repeating(calls.me(), bad)
    assert not transport.worth_repeating(calls.register("a", "b", None), Unreachable(""))


def test_waits_have_an_end_and_honour_the_server() -> None:
    patience = RetryPolicy(tries=3, first=1.0, most=4.0)
    assert patience.wait(3, Unreachable("")) is None
    wait = patience.wait(1, Unreachable(""))
    assert wait is not None
    assert 0 <= wait <= 2
    asked = patience.wait(1, TooBusy("", status=429, retry_after=3))
    assert asked is not None
    assert 3 <= asked <= 4
    assert patience.wait(1, TooBusy("", status=429, retry_after=60)) is None


def test_secrets_do_not_show_in_what_is_printed() -> None:
    assert "sk-secret" not in repr(Options(api_key="sk-secret"))
