"""`metatag batch` and `metatag watch`: many documents, live."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Annotated

import typer

from metatag_cli import export, live_view, rows, screen, sending, stall_monitor
from metatag_cli import vocabulary as lists
from metatag_cli.connect import (
    FolderTagsOption,
    JsonOption,
    LanguageOption,
    OcrOption,
    ProfileOption,
    ServerOption,
    StrictOption,
    TaggerOption,
    VisionModelOption,
    VisionOption,
    VocabularyOption,
    client_for,
    job_id,
    need_server,
    plain_errors,
    server_client,
)
from metatag_cli.live_view import Seen
from metatag_cli.rows import RowsError, Wanted
from metatag_client import Client, Options

ExportOption = Annotated[
    Path | None,
    typer.Option("--export", help="Write the results to FILE.csv, .xlsx, .json or .jsonl.", show_default=False),
]


def batch(
    place: Annotated[Path, typer.Argument(metavar="FOLDER|TABLE", help="Folder of PDFs, or a CSV or XLSX of sources.")],
    *,
    server: ServerOption = None,
    watch: Annotated[bool, typer.Option("--watch/--no-watch", help="Stay and show what happens.")] = True,
    pages: Annotated[int | None, typer.Option(min=1, help="Pages to read from the front.")] = None,
    tags: Annotated[int | None, typer.Option(min=3, max=15, help="Tags wanted.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Word that must not become a tag; may be repeated.")] = None,
    ocr: OcrOption = None,
    vision: VisionOption = None,
    vision_model: VisionModelOption = None,
    language: LanguageOption = None,
    tagger: TaggerOption = None,
    vocabulary: VocabularyOption = None,
    profile: ProfileOption = None,
    strict: StrictOption = False,
    folder_tags: FolderTagsOption = False,
    model: Annotated[str | None, typer.Option(help="Language model, as the provider names it.")] = None,
    api_key: Annotated[
        str | None, typer.Option(envvar="METATAG_CLI_API_KEY", help="Key of the model's provider.", show_default=False)
    ] = None,
    export_to: ExportOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tag a folder of PDFs, or what a table names, on a running server or on an embedded one for the moment."""
    _check_export(export_to)
    if not watch and not server:
        screen.fail("Without a server the batch would end with this command; name one with --server.", screen.USAGE)
    try:
        wanted, warnings = rows.read_with_warnings(place)
    except RowsError as error:
        screen.fail(str(error), screen.USAGE)
    for warning in warnings:
        screen.err.print(warning, style="yellow", markup=False)
    lists.check(vocabulary, strict, server)
    options = Options(
        pages=pages, tags=tags, exclude=exclude or (), tagger=tagger, model=model, api_key=api_key, strict=strict,
        ocr=ocr, languages=language or (), folder_tags=folder_tags, vision=vision, vision_model=vision_model,
        profile=profile,
    )  # fmt: skip
    roots = [] if server else sending.roots(wanted)
    with plain_errors(), client_for(server, roots) as client:
        options = replace(options, vocabulary=lists.stored(client, vocabulary))
        sent = sending.local(wanted) if roots else _upload(client, wanted)
        view = live_view.View(len(wanted), {number: row.name for number, row in enumerate(wanted, 1)})
        if not sent.rows:
            view.show(sent.failures(wanted))
            screen.fail("None of these files could be sent.")
        job = client.start_batch(sent.rows, options)
        if not watch:
            view.show(sent.failures(wanted))
            screen.print_json({"job_id": job.id}) if as_json else screen.out.print(job.id)
            return
        screen.err.print(f"job {job.id}, {len(wanted)} documents", style="dim")
        with _goes_on(job.id, server):
            events = chain(sent.failures(wanted), sent.numbered(client.events(job.id)))
            seen = view.show(events, partial(stall_monitor.reason, client, job.id))
    _finish(job.id, seen, len(wanted), export_to=export_to, as_json=as_json, wanted=wanted)


def watch(
    job: Annotated[str, typer.Argument(help="Id of the job.")],
    *,
    after: Annotated[int | None, typer.Option(help="Begin behind this event number.", show_default=False)] = None,
    server: ServerOption = None,
    export_to: ExportOption = None,
    as_json: JsonOption = False,
) -> None:
    """Follow a job to its end, over lost connections too. The job goes on when you stop watching."""
    _check_export(export_to)
    job = job_id(job)
    with plain_errors(), server_client(need_server(server)) as client:
        total = client.status(job).total
        with _goes_on(job, server):
            seen = live_view.View(total).show(
                client.events(job, after=after), partial(stall_monitor.reason, client, job)
            )
    _finish(job, seen, total, export_to=export_to, as_json=as_json)


def _upload(client: Client, wanted: list[Wanted]) -> sending.Sent:
    try:
        return sending.uploaded(client, wanted)
    except KeyboardInterrupt:
        sentence = "interrupted before the batch began; what was sent is kept, the same command goes on with the rest"
        screen.fail(sentence, screen.INTERRUPTED)


@contextmanager
def _goes_on(job: str, server: str | None) -> Iterator[None]:
    """Say to whom interrupts the watching of a server's job how to come back to it."""
    try:
        yield
    except KeyboardInterrupt:
        if not server:
            raise
        screen.fail(f"interrupted; the job goes on: metatag watch {job}", screen.INTERRUPTED)


def _finish(
    job_id: str, seen: Seen, total: int, *, export_to: Path | None, as_json: bool, wanted: list[Wanted] | None = None
) -> None:
    live_view.summary(seen, total)
    if export_to is not None:
        export.write(export_to, seen, wanted)
        screen.err.print(f"written to {export_to}", style="dim")
    if as_json:
        screen.print_json(seen.to_json(job_id))
    ended_well = seen.end is not None and seen.end.kind == "completed" and not seen.failed
    raise typer.Exit(screen.OK if ended_well else screen.FAILED)


def _check_export(path: Path | None) -> None:
    if path is not None and path.suffix not in export.KINDS:
        screen.fail(f"--export takes a file that ends in {', '.join(export.KINDS)}.", screen.USAGE)
