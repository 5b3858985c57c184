"""Watching a job: a bar and the rows above it on a terminal, plain lines in a log file."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from metatag_cli import screen
from metatag_client import Event


@dataclass
class Seen:
    """What was seen of a job: rows by number, and how it ended."""

    rows: dict[int, Event] = field(default_factory=dict)
    end: Event | None = None
    last_seq: int = 0

    @property
    def failed(self) -> int:
        """Count the documents that failed."""
        return sum(not event.ok for event in self.rows.values())

    def to_json(self, job_id: str) -> dict[str, Any]:
        """Give the answer of --json."""
        documents = [
            {"row": row, "title": event.title, "ok": event.ok, "tags": list(event.tags), "error": event.error}
            for row, event in sorted(self.rows.items())
        ]
        status = self.end.kind if self.end else "unknown"
        return {"job_id": job_id, "status": status, "failed": self.failed, "seq": self.last_seq, "documents": documents}


def watch(events: Iterable[Event], total: int, names: dict[int, str] | None = None) -> Seen:
    """Show events until the last one; give what was seen. `names` are titles by row."""
    seen = Seen()
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    began = time.monotonic()
    with Progress(*columns, console=screen.err, transient=True, disable=not screen.err.is_terminal) as bar:
        task = bar.add_task("processing", total=total, rate="")
        for event in events:
            seen.last_seq = max(seen.last_seq, event.seq)
            if event.kind == "finished":
                seen.rows[event.row] = event
                _tell(event, (names or {}).get(event.row) or event.title, total)
            if event.last:
                seen.end = event
            _advance(bar, task, event, len(seen.rows), time.monotonic() - began)
    return seen


def _advance(bar: Progress, task: TaskID, event: Event, done: int, seconds: float) -> None:
    if event.kind == "state":
        bar.update(task, description=event.message)
    rate = f"{done / seconds * 60:.0f}/min" if seconds > 1 and done else ""
    bar.update(task, completed=done, rate=rate)


def _tell(event: Event, name: str, total: int) -> None:
    mark = Text("✓ ", style="green") if event.ok else Text("✗ ", style="red")
    what = Text(", ".join(event.tags), style="cyan") if event.ok else Text(event.error or "failed", style="red")
    place = f"{event.row:>{len(str(total))}}/{total}  "
    screen.err.print(Text.assemble(place, mark, name, "  ", what), soft_wrap=True)


def summary(seen: Seen, total: int) -> None:
    """Say how it ended, in one line."""
    state = seen.end.kind if seen.end else "ended"
    style = "green" if state == "completed" and not seen.failed else "yellow"
    done = len(seen.rows) - seen.failed
    screen.err.print(Text.assemble((state, style), f": {done} of {total} tagged, {seen.failed} failed"))
