"""`metatag jobs` and `metatag search`: what a server knows of one's documents."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

import typer
from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from metatag_cli import screen
from metatag_cli.connect import JsonOption, ServerOption, job_id, need_server, plain_errors, server_client
from metatag_client import Document, Job

State = Literal["pending", "processing", "paused", "completed", "failed", "cancelled"]

# From this width on a job has its kind and a bar.
WIDE = 110
COLOURS = {"completed": "green", "failed": "red", "cancelled": "yellow", "paused": "yellow", "processing": "cyan"}


def jobs(
    job: Annotated[str | None, typer.Argument(help="Id of one job, to see its documents.", show_default=False)] = None,
    *,
    status: Annotated[State | None, typer.Option(help="Only jobs in this state.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most jobs to list.")] = 20,
    pause: Annotated[bool, typer.Option("--pause", help="Pause the job.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the job.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Cancel the job.")] = False,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """List your jobs, newest first; with an id show one, or pause, resume or cancel it."""
    steps = [step for step, wanted in (("pause", pause), ("resume", resume), ("cancel", cancel)) if wanted]
    if len(steps) > 1 or (steps and not job):
        screen.fail("Name one job and one of --pause, --resume and --cancel.", screen.USAGE)
    job = job and job_id(job)
    with plain_errors(), server_client(need_server(server)) as client:
        if job is None:
            _print_jobs(client.jobs(limit, 0, status), as_json)
        elif steps:
            said = {"pause": client.pause, "resume": client.resume, "cancel": client.cancel}[steps[0]](job)
            screen.print_json({"job_id": job, "message": said}) if as_json else screen.out.print(said)
        else:
            _print_job(*client.job(job), as_json)


def search(
    query: Annotated[str, typer.Argument(help="Words in the title, the tags or the text.")],
    *,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most documents to list.")] = 20,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find your documents by title, tag or text, in any script."""
    if not query.strip():
        screen.fail("Name a word to search for.", screen.USAGE)
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.search(query, limit)
    if as_json:
        screen.print_json([dict(document.raw) for document in found])
    elif found:
        screen.show(_documents_table(found))
    else:
        screen.err.print(f"Nothing found for {query!r}.")


def _print_jobs(found: list[Job], as_json: bool) -> None:
    if as_json:
        screen.print_json([dict(job.raw) for job in found])
        return
    if not found:
        screen.err.print("No jobs yet: metatag batch FOLDER")
        return
    wide = screen.out.width >= WIDE
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for name in ("job", "state", "done", "failed", "started", *(("kind", "") if wide else ())):
        table.add_column(name, no_wrap=True)
    for job in found:
        state = Text(job.status, style=COLOURS.get(job.status, ""))
        failed = Text(str(job.failed), style="red" if job.failed else "dim")
        started = job.created_at[0 if wide else 5 : 16].replace("T", " ")
        cells: list[RenderableType] = [job.id, state, f"{job.processed}/{job.total}", failed, started]
        if wide:
            cells += [job.kind, ProgressBar(total=max(1, job.total), completed=job.processed + job.failed, width=16)]
        table.add_row(*cells)
    screen.show(table)


def _print_job(job: Job, documents: list[Document], as_json: bool) -> None:
    if as_json:
        screen.print_json(dict(job.raw))
        return
    state = Text(job.status, style=COLOURS.get(job.status, ""))
    head = Text.assemble(job.id, "  ", state, f"  {job.processed} of {job.total} done, {job.failed} failed\n")
    why = [Text(f"{job.error} {_goes_on(job)}\n".replace(" \n", "\n"), style="yellow")] if job.error else []
    screen.show(Group(head, *why, _documents_table(documents)))


def _goes_on(job: Job) -> str:
    """Say when a job that waits goes on by itself, by this machine's clock."""
    if not job.waits_until:
        return ""
    return f"It goes on by itself at {datetime.fromisoformat(job.waits_until).astimezone():%H:%M:%S}."


def _documents_table(documents: list[Document]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("document", style="bold", overflow="fold", max_width=40)
    table.add_column("state", no_wrap=True)
    table.add_column("tags", ratio=1)
    for document in documents:
        colour = {"success": "green", "failed": "red"}.get(document.status, "yellow")
        what = Text(document.error, style="red") if document.error else Text(", ".join(document.tags), style="cyan")
        table.add_row(document.title or document.path, Text(document.status, style=colour), what)
    return table
