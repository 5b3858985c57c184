"""`metatag jobs` and `metatag search`: what a server knows of one's documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Annotated, Literal

import typer
from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from metatag_cli import screen
from metatag_cli.connect import JsonOption, ServerOption, job_id, need_server, plain_errors, server_client
from metatag_cli.stall_monitor import clock, reason_of
from metatag_client import Client, Document, Job

State = Literal["pending", "processing", "paused", "completed", "failed", "cancelled"]

# From this width on a job has its kind and a bar.
WIDE = 110
# Jobs in work of which a list asks whether they wait.
MAX_ASKED = 5
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
            _print_jobs(client, client.jobs(limit, 0, status), as_json)
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
        screen.show(_hits_table(_newest(found)))
    else:
        screen.err.print(f"Nothing found for {query!r}.")


def _print_jobs(client: Client, found: list[Job], as_json: bool) -> None:
    if as_json:
        screen.print_json([dict(job.raw) for job in found])
        return
    if not found:
        screen.err.print("No jobs yet: metatag batch FOLDER")
        return
    wide = screen.out.width >= WIDE
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for name in ("job", "state", "done", "failed", "started", *(("kind", "", "name") if wide else ())):
        table.add_column(name, no_wrap=True)
    for job in _looked_at(client, found):
        state = _state(job)
        failed = Text(str(job.failed), style="red" if job.failed else "dim")
        started = job.created_at[0 if wide else 5 : 16].replace("T", " ")
        cells: list[RenderableType] = [job.id, state, f"{job.processed}/{job.total}", failed, started]
        if wide:
            cells += [job.kind, ProgressBar(total=max(1, job.total), completed=job.processed + job.failed, width=16)]
            cells += [str(job.raw.get("name") or job.raw.get("source_name") or "")]
        table.add_row(*cells)
    screen.show(table)


def _looked_at(client: Client, found: list[Job]) -> Iterator[Job]:
    """Ask for the state of those in work: a list does not say which of them wait, and until when."""
    asked = [job.id for job in found if job.status == "processing"][:MAX_ASKED]
    for job in found:
        yield replace(job, waits_until=client.status(job.id).waits_until) if job.id in asked else job


def _state(job: Job) -> Text:
    if job.status == "processing" and job.waits_until:
        return Text(f"waits until {clock(job.waits_until)}", style="yellow")
    return Text(job.status, style=COLOURS.get(job.status, ""))


def _print_job(job: Job, documents: list[Document], as_json: bool) -> None:
    if as_json:
        screen.print_json(dict(job.raw))
        return
    state = _state(job)
    head = Text.assemble(job.id, "  ", state, f"  {job.processed} of {job.total} done, {job.failed} failed\n")
    why = reason_of(job) or job.error
    told = [Text(f"{why}\n", style="yellow")] if why else []
    screen.show(Group(head, *told, _documents_table(documents)))


def _newest(found: list[Document]) -> list[Document]:
    """Keep one document of each content, or of each file name and title: the one processed last."""
    kept: dict[object, Document] = {}
    for document in found:
        content = document.raw.get("content_sha256") or (_file_name(document), document.title)
        if content not in kept or _when(document) > _when(kept[content]):
            kept[content] = document
    return list(kept.values())


def _when(document: Document) -> str:
    return str(document.raw.get("completed_at") or document.raw.get("created_at") or "")


def _file_name(document: Document) -> str:
    return str(document.raw.get("file_name") or document.path.removeprefix("upload://").rsplit("/", 1)[-1])


def _hits_table(found: list[Document]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("document", style="bold", overflow="fold", max_width=40)
    table.add_column("file", overflow="fold", max_width=30)
    table.add_column("date", no_wrap=True)
    table.add_column("tags", ratio=1)
    table.add_column("id", no_wrap=screen.out.width >= WIDE, style="dim", overflow="fold")
    for document in found:
        tags = Text(", ".join(document.tags), style="cyan")
        name = _file_name(document)
        table.add_row(document.title or name, name, _when(document)[:10], tags, document.id)
    return table


def _documents_table(documents: list[Document]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("document", style="bold", overflow="fold", max_width=40)
    table.add_column("state", no_wrap=True)
    table.add_column("tags", ratio=1)
    for document in documents:
        colour = {"success": "green", "failed": "red"}.get(document.status, "yellow")
        # What is still in work has an error when it waits for another try: it may well end.
        told = (
            Text(screen.sentence(document.error), style="red" if colour == "red" else "yellow")
            if document.error
            else None
        )
        what = told or Text(", ".join(document.tags), style="cyan")
        table.add_row(
            document.title or document.path.removeprefix("upload://"), Text(document.status, style=colour), what
        )
    return table
