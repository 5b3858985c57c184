from __future__ import annotations

import pytest

from metatag_jobs.resting import IN_A_ROW, Rest
from metatag_runtime.errors import ErrorCode


@pytest.mark.parametrize("code", [ErrorCode.UNAVAILABLE, ErrorCode.STORAGE_FULL, ErrorCode.INTERNAL])
def test_a_worker_whose_documents_fail_in_a_row_rests(code: ErrorCode) -> None:
    rest = Rest()
    for _ in range(IN_A_ROW - 1):
        rest.ended(code)
    assert not rest.resting
    rest.ended(code)
    assert rest.resting


def test_one_document_that_ends_well_ends_the_rest() -> None:
    rest = Rest()
    for _ in range(IN_A_ROW):
        rest.ended(ErrorCode.UNAVAILABLE)
    rest.ended(None)
    assert not rest.resting


def test_documents_that_are_to_blame_themselves_make_no_worker_rest() -> None:
    rest = Rest()
    for _ in range(10 * IN_A_ROW):
        rest.ended(ErrorCode.BROKEN_DOCUMENT)
    assert not rest.resting
