"""Following a job without a socket: frames in, events out, each once and in order, whatever the connection does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from metatag_client.errors import ApiError, NotFound, NotSignedIn
from metatag_client.models import ENDED, Event, Json


class Follow:
    """The state of one observer of one job; `done` after the terminal event."""

    def __init__(self, job_id: str, after: int = 0) -> None:
        self.job_id = job_id
        self.seq = after
        self.done = False
        self._caught_up = after > 0

    def path(self) -> str:
        """Give the path and query of the next connection: the first asks for all, a later one for what came after."""
        resume = f"?after={self.seq}" if self._caught_up else ""
        return f"/api/batch/ws/{quote(self.job_id, safe='')}{resume}"

    def feed(self, frame: Json) -> Iterator[Event]:
        """Give the events of one frame that were not given before. Raises for a refusal."""
        kind = frame.get("type")
        if kind == "catchup":
            yield from self._catchup(frame)
        elif kind in ENDED:
            yield self._end(str(kind), frame)
        elif "row_id" in frame or "row_number" in frame:
            yield from self._document(frame)
        elif kind == "error" or "error" in frame:
            yield self._error(frame)
        # Anything else is a keepalive, or a kind of frame that a newer server sends.

    def _catchup(self, frame: Json) -> Iterator[Event]:
        state = frame.get("state") or {}
        seq = _number(frame.get("seq") or state.get("seq"))
        if not self._caught_up:
            for result in frame.get("results") or []:
                yield _finished(result, seq)
        self.seq = max(self.seq, seq)
        self._caught_up = True
        progress = state.get("progress")
        yield Event(
            "state",
            self.seq,
            message=str(state.get("status") or ""),
            progress=float(progress) if progress else None,
            raw=frame,
        )

    def _document(self, frame: Json) -> Iterator[Event]:
        seq = _number(frame.get("seq"))
        if seq and seq <= self.seq:
            return
        self.seq = max(self.seq, seq)
        if frame.get("status") == "processing":
            yield Event(
                "started", seq, row_number(frame), frame.get("title") or "", progress=frame.get("progress"), raw=frame
            )
        else:
            yield _finished(frame, seq)

    def _end(self, kind: str, frame: Json) -> Event:
        self.done = True
        self.seq = max(self.seq, _number(frame.get("seq")))
        return Event(kind, self.seq, message=frame.get("message") or "", error=frame.get("error"), raw=frame)

    def _error(self, frame: Json) -> Event:
        text = str(frame.get("error") or "the server refused")
        code = str(frame.get("code") or "")
        if code == "not_found" or "not found" in text.lower():
            raise NotFound(text, status=404, code=code)
        if code == "unauthenticated" or "authenticat" in text.lower() or "token" in text.lower():
            raise NotSignedIn(text, status=401, code=code)
        if not self._caught_up:
            raise ApiError(text, status=0, code=code)
        return self._end("failed", {**frame, "message": text})


def row_number(frame: Json) -> int:
    """Give the row, counted from 1."""
    given = frame.get("row_number")
    return int(given) if given is not None else int(frame.get("row_id") or 0) + 1


def _finished(frame: Json, seq: int) -> Event:
    ok = bool(frame["success"]) if "success" in frame else frame.get("status") == "success"
    return Event(
        "finished", seq, row_number(frame), frame.get("title") or "", ok, tuple(frame.get("tags") or ()),
        frame.get("error"), frame.get("progress"), raw=frame,
    )  # fmt: skip


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0
