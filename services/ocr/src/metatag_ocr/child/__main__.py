"""The child's process: lays limits on itself, says what it can, answers frames until its parent closes the pipe.

Started as `python -m metatag_ocr.child PARENT_PID`; never by hand. The first frame from the parent is the plan.
"""

from __future__ import annotations

from metatag_runtime import child_limits
from metatag_runtime.child_frames import Message
from metatag_runtime.child_server import BadStart, Handler, run


def start(plan_message: Message) -> tuple[Message, Handler]:
    """Lay the limits of a plan on this process, then load its engine."""
    # Before the libraries are loaded: they start threads, which would go on without these limits.
    lacks = _limit(plan_message)
    from metatag_ocr.child.parts import Plan, make_engine, make_opener
    from metatag_ocr.child.request_handler import RequestHandler

    plan = Plan(**{**plan_message, "warm": tuple(plan_message["warm"])})
    child_limits.keep_freed_memory()
    try:
        handler = RequestHandler(make_engine(plan), make_opener(plan), plan.dpi, plan.warm)
    except ImportError as error:
        raise BadStart(f"{error.name or error} is not installed") from error
    return {"engine": handler.engine_info(), "lacks": lacks}, handler


def _limit(plan: Message) -> list[str]:
    """Lay the limits of a plan on this process; return the parts of the sandbox that the system lacks."""
    places = [str(plan.get(name, "")) for name in ("tessdata", "models")]
    engine = plan.get("engine", "")
    return child_limits.bound(
        plan.get("memory_bytes", 0),
        [place for place in places if place],
        [plan["scratch"]] if plan.get("scratch") else [],
        # These start Tesseract for each page; the deep ones bring libraries of their own.
        may_execute=engine in ("pytesseract", "easyocr", "rapidocr"),
        all_files=engine in ("easyocr", "rapidocr") or not plan.get("scratch"),
    )


if __name__ == "__main__":
    run(start)
