"""The child's side of `child_process`: lets nothing but frames through, and ends with its parent.

A module that is run as a child ends in::

    if __name__ == "__main__":
        run(start)

`start` gets the plan, lays the limits of `child_limits` on the process, and returns a greeting with a handler. It
raises BadStart where the child cannot work.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import BinaryIO, NoReturn, Protocol

from metatag_runtime.child_frames import Message, read_frame, write_frame
from metatag_runtime.child_limits import die_with

# Exit statuses the parent knows.
OUT_OF_MEMORY = 12
BAD_START = 13


class BadStart(Exception):
    """The child cannot work on this system; the message is for the operator."""


class Handler(Protocol):
    """Does a child's work, one request at a time."""

    def warm(self) -> None:
        """Load what the first request needs; called after the greeting."""

    def answer(self, request: Message, ahead: Callable[[Message], None]) -> tuple[Message, bytes]:
        """Return the answer to a request, with bytes or none; what `ahead` gets goes out before it."""

    def close(self) -> None:
        """Give back what is held; the parent has closed the pipe."""


def run(start: Callable[[Message], tuple[Message, Handler]]) -> NoReturn:
    """Serve the parent whose process id is the first argument, then end the process."""
    # Without interpreter shutdown: C++ destructors of half-done work are slow and can hang.
    os._exit(_run(start))


def _run(start: Callable[[Message], tuple[Message, Handler]]) -> int:
    die_with(int(sys.argv[1]))
    requests, answers = _private_pipes()
    first = read_frame(requests)
    if first is None:
        return 0
    try:
        greeting, handler = start(first[0])
        write_frame(answers, greeting)
        _serve(handler, requests, answers)
    except BadStart as error:
        write_frame(answers, {"bad_start": str(error)})
        return BAD_START
    except MemoryError:
        return OUT_OF_MEMORY
    return 0


def _serve(handler: Handler, requests: BinaryIO, answers: BinaryIO) -> None:
    _be_silent()
    handler.warm()
    while (frame := read_frame(requests)) is not None:
        answer, blob = handler.answer(frame[0], lambda message: write_frame(answers, {"ahead": message}))
        write_frame(answers, answer, blob)
    handler.close()


def _private_pipes() -> tuple[BinaryIO, BinaryIO]:
    """Move the pipes away from standard input and output, where libraries may write."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 0)
    os.dup2(null, 1)
    return requests, answers


def _be_silent() -> None:
    """Drop what C libraries print: it may quote the document."""
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 2)
