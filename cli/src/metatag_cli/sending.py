"""From what was wanted to a running job: files go up first, those that are refused are told of and the rest begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from metatag_cli import screen
from metatag_cli.rows import Wanted
from metatag_client import Client, Event, Row, Upload

# Files of one request.
AT_ONCE = 20
MAX_ROOTS = 100


@dataclass
class Sent:
    """The rows of the job, which of the wanted (from 1) each one is, and why others are not among them."""

    rows: list[Row] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)

    def add(self, number: int, row: Row) -> None:
        """Take one row."""
        self.rows.append(row)
        self.numbers.append(number)

    def failures(self, wanted: Sequence[Wanted]) -> Iterator[Event]:
        """Give an event for each document that is not in the job."""
        for number, reason in self.refused.items():
            yield Event("finished", 0, number, wanted[number - 1].name, error=reason)

    def numbered(self, events: Iterable[Event]) -> Iterator[Event]:
        """Give the job's events with the numbers of the wanted."""
        for event in events:
            yield replace(event, row=self.numbers[event.row - 1]) if event.row else event


def roots(wanted: Sequence[Wanted]) -> list[Path]:
    """Give the folders that a system on this machine may read, those of the files named; none where it shall not."""
    found = sorted({one.file.resolve().parent for one in wanted if one.file})
    # They travel as arguments, joined by colons.
    return [] if len(found) > MAX_ROOTS or any(":" in str(root) for root in found) else found


def local(wanted: Sequence[Wanted]) -> Sent:
    """Name files by their paths, which costs no copy: for a system on this machine with `roots`."""
    sent = Sent()
    for number, one in enumerate(wanted, 1):
        path, source = (str(one.file.resolve()), "local") if one.file else (one.path, one.source)
        sent.add(number, Row(path, source, one.title, one.description, one.columns, one.folder))
    return sent


def uploaded(client: Client, wanted: Sequence[Wanted]) -> Sent:
    """Send the files to the server."""
    sent = Sent()
    stored = _send(client, [one.file for one in wanted if one.file and one.file.is_file()])
    for number, one in enumerate(wanted, 1):
        if one.file is None:
            sent.add(number, _given(one))
            continue
        upload = stored.get(one.file)
        if upload is not None and upload.error is None:
            sent.add(number, replace(upload.row(one.title, one.description), columns=one.columns, folder=one.folder))
        else:
            sent.refused[number] = (upload and upload.error) or "There is no such file on this machine."
    return sent


def _given(one: Wanted) -> Row:
    return Row(one.path, one.source, one.title, one.description, one.columns)


def _send(client: Client, files: Sequence[Path]) -> dict[Path, Upload]:
    # A table may name one file in many rows.
    files = list(dict.fromkeys(files))
    stored: dict[Path, Upload] = {}
    columns = (TextColumn("sending"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen.err, transient=True, disable=not screen.err.is_terminal) as bar:
        task = bar.add_task("", total=len(files))
        for begin in range(0, len(files), AT_ONCE):
            part = files[begin : begin + AT_ONCE]
            stored |= zip(part, client.upload(part), strict=True)
            bar.update(task, completed=len(stored))
            if not screen.err.is_terminal and (begin // AT_ONCE) % 25 == 24:
                screen.err.print(f"sent {len(stored)} of {len(files)} files")
    return stored
