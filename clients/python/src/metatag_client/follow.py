"""Following a job without a socket: frames in, events out, each once and in order, whatever the connection does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from metatag_client.errors import ApiError, NotFound, NotSignedIn
from metatag_client.models import ENDED, Event, Json


class Follow:
    """The state of one observer of one job; `done` after the terminal event."""

    def __init__(self, job_id: str, after: int | None = None, pages: bool = False) -> None:
        """`after` begins behind an event's number, without the results before it; `pages` adds an event a page."""
        self.job_id = job_id
        self.seq = after or 0
        self.done = False
        self._pages = pages
        self._resume = after is not None
        # Whether this connection has shown its first frame; before it, an error is a refusal.
        self._greeted = False
        self._status = ""
        # What the first catchup told of each row. The server numbers first and reads rows then, so that a row that
        # ended in between comes as an event too; it is dropped when it says the same.
        self._told: dict[int, Event] = {}

    def path(self) -> str:
        """Give the path and query of the next connection: the first asks for all, a later one for what came after."""
        self._greeted = False
        query = [f"after={self.seq}"] * self._resume + ["pages=true"] * self._pages
        return f"/api/batch/ws/{quote(self.job_id, safe='')}" + (f"?{'&'.join(query)}" if query else "")

    def feed(self, frame: Json) -> Iterator[Event]:
        """Give the events of one frame that were not given before. Raises ApiError for a refusal."""
        kind = frame.get("type")
        if kind == "catchup":
            yield from self._catchup(frame)
        elif kind in ENDED:
            yield self._end(str(kind), frame)
        elif kind == "error":
            yield self._error(frame)
        elif "row_number" in frame or "row_id" in frame:
            yield from self._document(frame)
        elif kind in {"started", "keepalive"}:
            yield from self._state(frame)
        # Anything else is a kind of frame that a newer server sends.

    def _catchup(self, frame: Json) -> Iterator[Event]:
        self._greeted = True
        seq = _number(frame.get("seq"))
        if not self._resume:
            self._resume, self.seq = True, seq
            for result in frame.get("results") or []:
                event = _finished(result, seq)
                self._told[event.row] = event
                yield event
        yield from self._state({**(frame.get("state") or {}), "seq": self.seq})

    def _state(self, frame: Json) -> Iterator[Event]:
        status = str(frame.get("status") or "")
        if status and status != self._status:
            self._status = status
            progress = frame.get("progress")
            yield Event("state", self._advance(frame), message=status, progress=_share(progress), raw=frame)

    def _document(self, frame: Json) -> Iterator[Event]:
        seq = _number(frame.get("seq"))
        if seq and seq <= self.seq:
            return
        self._advance(frame)
        kind = "page" if frame.get("type") == "page" else _KINDS.get(str(frame.get("status")), "finished")
        if kind != "finished":
            progress = _share(frame.get("progress"))
            yield Event(kind, seq, row_number(frame), frame.get("title") or "", progress=progress, raw=frame)
            return
        event = _finished(frame, seq)
        told = self._told.pop(event.row, None)
        if told is None or (told.ok, told.tags, told.error) != (event.ok, event.tags, event.error):
            yield event

    def _end(self, kind: str, frame: Json) -> Event:
        self.done = True
        return Event(
            kind, self._advance(frame), message=frame.get("message") or "", error=frame.get("error"), raw=frame
        )

    def _error(self, frame: Json) -> Event:
        text = str(frame.get("error") or "The server refused.")
        if self._greeted:
            return self._end("failed", {**frame, "message": text})
        if "not found" in text.lower():
            raise NotFound(text, status=404)
        if "authenticat" in text.lower() or "token" in text.lower():
            raise NotSignedIn(text, status=401)
        raise ApiError(text, status=0)

    def _advance(self, frame: Json) -> int:
        self.seq = max(self.seq, _number(frame.get("seq")))
        return self.seq


_KINDS = {"pending": "queued", "processing": "started"}


def row_number(frame: Json) -> int:
    """Give the row, counted from 1."""
    given = frame.get("row_number")
    return int(given) if given is not None else int(frame.get("row_id") or 0) + 1


def _finished(frame: Json, seq: int) -> Event:
    ok = bool(frame["success"]) if "success" in frame else frame.get("status") == "success"
    return Event(
        "finished", seq, row_number(frame), frame.get("title") or "", ok, tuple(frame.get("tags") or ()),
        frame.get("error"), _share(frame.get("progress")), raw=frame,
    )  # fmt: skip


def _number(value: Any) -> int:
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _share(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
