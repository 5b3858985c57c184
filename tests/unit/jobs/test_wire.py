"""The translator between model and messages: a field that meets none is an error, not a silence."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from metatag.v1 import document_pb2
from metatag_jobs.results import Problem
from metatag_jobs.wire import from_message, to_message


@dataclass(frozen=True)
class Longer(Problem):
    """A class with a field that the message lacks."""

    hint: str = ""


@dataclass(frozen=True)
class Shorter:
    """A class that lacks fields of the message."""

    code: str = ""


def test_a_field_that_the_message_lacks_is_refused_both_ways() -> None:
    with pytest.raises(TypeError, match="Longer and metatag.v1.Problem do not share the fields hint"):
        to_message(document_pb2.Problem(), Longer("a", "b"))
    with pytest.raises(TypeError, match="hint"):
        from_message(Longer, document_pb2.Problem(code="a"), partial=True)


def test_a_field_that_the_model_lacks_is_refused_unless_the_model_is_partial() -> None:
    with pytest.raises(TypeError, match="Shorter and metatag.v1.Problem do not share the fields message"):
        from_message(Shorter, document_pb2.Problem(code="a"))
    with pytest.raises(TypeError, match="message"):
        to_message(document_pb2.Problem(), Shorter("a"))
    assert from_message(Shorter, document_pb2.Problem(code="a"), partial=True) == Shorter("a")


def test_equal_fields_go_there_and_back() -> None:
    problem = Problem("ocr_failed", "The page could not be read.")
    assert from_message(Problem, to_message(document_pb2.Problem(), problem)) == problem
