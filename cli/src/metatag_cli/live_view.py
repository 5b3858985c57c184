"""Watching a job: a bar and the rows above it on a terminal, plain lines in a log file; why it waits in both."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from metatag_cli import screen
from metatag_cli.stall_monitor import StallMonitor
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


class View:
    """Shows events of a job with `total` documents as they come. `names` are titles by row."""

    def __init__(self, total: int, names: dict[int, str] | None = None) -> None:
        self._total = total
        self._names = names or {}
        self._began = time.monotonic()
        # Whether the bar says that the job waits or is paused.
        self._standing = False

    def show(self, events: Iterable[Event], ask: Callable[[float], tuple[str, str]] | None = None) -> Seen:
        """Show events until the last one and return what was seen. `ask` gives the reason of silence (StallMonitor)."""
        seen = Seen()
        columns = (
            TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
        )  # fmt: skip
        with Progress(*columns, console=screen.err, transient=True, disable=not screen.err.is_terminal) as bar:
            task = bar.add_task("processing", total=self._total, rate="")
            with StallMonitor(ask, partial(self._stands, bar, task)) as stall_monitor:
                for event in events:
                    stall_monitor.heard()
                    self._take(seen, event)
                    self._advance(bar, task, event, len(seen.rows))
        return seen

    def _take(self, seen: Seen, event: Event) -> None:
        seen.last_seq = max(seen.last_seq, event.seq)
        if event.kind == "finished":
            seen.rows[event.row] = event
            self._tell(event, len(seen.rows))
        if event.last:
            seen.end = event

    def _stands(self, bar: Progress, task: TaskID, state: str, why: str) -> None:
        bar.update(task, description=state or "processing")
        self._standing = bool(state)
        if why:
            screen.err.print(Text(f"{state}: {why}", style="yellow"), soft_wrap=True)

    def _advance(self, bar: Progress, task: TaskID, event: Event, done: int) -> None:
        if event.kind == "state":
            bar.update(task, description=event.message)
        elif self._standing:
            bar.update(task, description="processing")
        self._standing = False
        seconds = time.monotonic() - self._began
        bar.update(task, completed=done, rate=f"{done / seconds * 60:.0f}/min" if seconds > 1 and done else "")

    def _tell(self, event: Event, done: int) -> None:
        mark = Text("✓ ", style="green") if event.ok else Text("✗ ", style="red")
        what = _tags(event) if event.ok else Text(screen.sentence(event.error or "Failed."), style="red")
        # Rows end in any order: the count is of those that ended.
        place = f"{done:>{len(str(self._total))}}/{self._total}  "
        name = self._names.get(event.row) or event.title
        screen.err.print(Text.assemble(place, mark, name, "  ", what), soft_wrap=True)


def _tags(event: Event) -> Text:
    offline = [("  offline tags", "yellow")] if event.degraded else []
    return Text.assemble((", ".join(event.tags), "cyan") if event.tags else ("no tags", "dim"), *offline)


def summary(seen: Seen, total: int) -> None:
    """Say how it ended, in one line; and whether the language model did its part."""
    state = seen.end.kind if seen.end else "ended"
    style = "green" if state == "completed" and not seen.failed else "yellow"
    done = len(seen.rows) - seen.failed
    screen.err.print(Text.assemble((state, style), f": {done} of {total} tagged, {seen.failed} failed"))
    offline = sum(event.degraded for event in seen.rows.values())
    if offline:
        screen.err.print(f"{offline} with offline tags: the language model did not answer for them.", style="yellow")
