"""The child's process: lays limits on itself, says what it can, answers frames until its parent closes the pipe.

Started as `python -m metatag_ocr.child PARENT_PID`; never by hand. The first frame from the parent is the plan.
"""

from __future__ import annotations

import os
import sys
from typing import BinaryIO

from metatag_ocr.child import limits
from metatag_ocr.frames import Message, read_frame, write_frame

# Exit statuses the parent knows.
OUT_OF_MEMORY = 12
BAD_START = 13


def main() -> int:
    """Serve the parent; give the exit status."""
    limits.die_with(int(sys.argv[1]))
    requests, answers = _private_pipes()
    first = read_frame(requests)
    if first is None:
        return 0
    try:
        return _serve(first[0], requests, answers)
    except MemoryError:
        return OUT_OF_MEMORY


def _serve(plan_message: Message, requests: BinaryIO, answers: BinaryIO) -> int:
    # Before the libraries are loaded: they start threads, which would go on without these limits.
    lacks = _limit(plan_message)
    from metatag_ocr.child.parts import Plan, make_engine, make_opener
    from metatag_ocr.child.request_handler import RequestHandler

    plan = Plan(**{**plan_message, "warm": tuple(plan_message["warm"])})
    limits.keep_freed_memory()
    try:
        engine = make_engine(plan)
        handler = RequestHandler(engine, make_opener(plan), plan.dpi)
        write_frame(answers, {"engine": handler.engine_info(), "lacks": lacks})
    except ImportError as error:
        write_frame(answers, {"bad_start": f"{error.name or error} is not installed"})
        return BAD_START
    _be_silent()
    handler.warm(plan.warm)
    while (frame := read_frame(requests)) is not None:
        answer, blob = handler.answer(frame[0], lambda message: write_frame(answers, message))
        write_frame(answers, answer, blob)
    handler.close()
    return 0


def _limit(plan: Message) -> list[str]:
    """Lay the limits of a plan on this process; return the parts of the sandbox that the system lacks."""
    places = [str(plan.get(name, "")) for name in ("tessdata", "models")]
    engine = plan.get("engine", "")
    return limits.bound(
        plan.get("memory_bytes", 0),
        [place for place in places if place],
        [plan["scratch"]] if plan.get("scratch") else [],
        # These start Tesseract for each page; the deep ones bring libraries of their own.
        may_execute=engine in ("pytesseract", "easyocr", "rapidocr"),
        all_files=engine in ("easyocr", "rapidocr") or not plan.get("scratch"),
    )


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


if __name__ == "__main__":
    # Without interpreter shutdown: C++ destructors of half-done work are slow and can hang.
    os._exit(main())
