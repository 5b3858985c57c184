"""`metatag batch` and `metatag watch`: many documents, live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metatag_cli import export, live_view, rows, screen
from metatag_cli.connect import JsonOption, ServerOption, client_for, need_server, plain_errors, server_client
from metatag_cli.live_view import Seen
from metatag_cli.rows import RowsError, Wanted
from metatag_client import Client, Options, Row

# Files that go up in one request.
UPLOADS_AT_ONCE = 20

ExportOption = Annotated[
    Path | None, typer.Option("--export", help="Write the results to FILE.csv, .json or .jsonl.", show_default=False)
]


def batch(
    place: Annotated[Path, typer.Argument(metavar="FOLDER|TABLE", help="Folder of PDFs, or a CSV or XLSX of sources.")],
    *,
    server: ServerOption = None,
    watch: Annotated[bool, typer.Option("--watch/--no-watch", help="Stay and show what happens.")] = True,
    pages: Annotated[int | None, typer.Option(min=1, help="Pages to read from the front.")] = None,
    tags: Annotated[int | None, typer.Option(min=3, max=15, help="Tags wanted.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Word that must not become a tag; may be repeated.")] = None,
    tagger: Annotated[str | None, typer.Option(help="auto, llm or local.")] = None,
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
        wanted = rows.read(place)
    except RowsError as error:
        screen.fail(str(error), screen.USAGE)
    options = Options(pages=pages, tags=tags, exclude=exclude or (), tagger=tagger, model=model, api_key=api_key)
    with plain_errors(), client_for(server, _roots(wanted, server)) as client:
        job = client.start_batch(_local_rows(wanted) if not server else _uploaded_rows(client, wanted), options)
        if not watch:
            screen.print_json({"job_id": job.id}) if as_json else screen.out.print(job.id)
            return
        screen.err.print(f"job {job.id}, {len(wanted)} documents", style="dim")
        names = {number: row.name for number, row in enumerate(wanted, 1)}
        seen = live_view.watch(client.events(job.id), len(wanted), names)
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
    with plain_errors(), server_client(need_server(server)) as client:
        total = client.status(job).total
        seen = live_view.watch(client.events(job, after=after), total)
    _finish(job, seen, total, export_to=export_to, as_json=as_json)


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


def _roots(wanted: list[Wanted], server: str | None) -> list[Path]:
    """Give the folders that the embedded system may read: those of the files named, and no others."""
    return [] if server else sorted({row.file.parent for row in wanted if row.file})


def _local_rows(wanted: list[Wanted]) -> list[Row]:
    return [
        Row(str(row.file.resolve()), "local", row.title, row.description)
        if row.file
        else Row(row.path, row.source, row.title, row.description)
        for row in wanted
    ]


def _uploaded_rows(client: Client, wanted: list[Wanted]) -> list[Row]:
    files = [row.file for row in wanted if row.file]
    missing = [file for file in files if not file.is_file()]
    if missing:
        screen.fail(f"There is no file {missing[0]}.", screen.USAGE)
    references: dict[Path, str] = {}
    with screen.err.status(f"sending {len(files)} files ...") if files else screen.err.status("starting ..."):
        for begin in range(0, len(files), UPLOADS_AT_ONCE):
            part = files[begin : begin + UPLOADS_AT_ONCE]
            kept = client.upload(part)
            references |= {file: upload.reference for file, upload in zip(part, kept, strict=True)}
    return [
        Row(references[row.file], "upload", row.title, row.description)
        if row.file
        else Row(row.path, row.source, row.title, row.description)
        for row in wanted
    ]
