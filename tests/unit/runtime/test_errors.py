from __future__ import annotations

import grpc
import pytest
from grpc.aio import AioRpcError, Metadata

from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_errors import CODE_BY_STATUS, STATUS_BY_CODE, from_rpc_error, trailers


@pytest.mark.parametrize("code", ErrorCode)
def test_every_error_code_has_a_grpc_status_and_comes_back_unchanged(code: ErrorCode) -> None:
    sent = MetatagError("A sentence.", code=code, retry_after=2.5)
    answer = AioRpcError(STATUS_BY_CODE[code], Metadata(), Metadata(*trailers(sent)), details=sent.message)
    received = from_rpc_error(answer, "ocr")
    assert (received.code, received.message, received.retry_after) == (code, "A sentence.", 2.5)


@pytest.mark.parametrize("status", [status for status in grpc.StatusCode if status is not grpc.StatusCode.OK])
def test_every_grpc_status_without_our_trailer_has_a_code_and_hides_the_transport_text(status: grpc.StatusCode) -> None:
    answer = AioRpcError(status, Metadata(), Metadata(), details="ipv4:10.0.0.1:50051: Connection refused")
    received = from_rpc_error(answer, "ocr")
    assert received.code is CODE_BY_STATUS[status]
    assert "10.0.0.1" not in received.message
    assert "ocr" in received.message


def test_a_mangled_retry_after_is_ignored() -> None:
    answer = AioRpcError(grpc.StatusCode.UNAVAILABLE, Metadata(), Metadata(("retry-after", "soon")))
    assert from_rpc_error(answer, "ocr").retry_after is None


def test_calls_that_must_not_be_sent_again_by_the_channel_are_not_unavailable() -> None:
    for code in (ErrorCode.PROVIDER_UNAVAILABLE, ErrorCode.SOURCE_UNAVAILABLE):
        assert STATUS_BY_CODE[code] is not grpc.StatusCode.UNAVAILABLE
