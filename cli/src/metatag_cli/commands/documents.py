"""`metatag documents`: the records on a server, to be listed, shown, corrected, processed again and taken along."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.table import Table
from rich.text import Text

from metatag_cli import screen
from metatag_cli.connect import (
    JsonOption,
    LanguageOption,
    OcrOption,
    ServerOption,
    TaggerOption,
    need_server,
    plain_errors,
    server_client,
)
from metatag_cli.help import Command
from metatag_client import Client, Document, Options

app = typer.Typer(help="List, show, correct and download documents on a server.", no_args_is_help=True)
DocumentId = Annotated[str, typer.Argument(metavar="DOCUMENT", help="Id of the document.")]


@app.command("list", cls=Command)
def list_all(
    query: Annotated[str, typer.Argument(help="Words to search for.")] = "",
    *,
    tag: Annotated[str | None, typer.Option(help="Only documents with this tag.", show_default=False)] = None,
    status: Annotated[str | None, typer.Option(help="success or failed.", show_default=False)] = None,
    sort: Annotated[str, typer.Option(help="processed_at, title or confidence; a minus in front: falling.")] = (
        "-processed_at"
    ),
    saved: Annotated[str | None, typer.Option(help="Name of a saved search.", show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most documents to list.")] = 20,
    offset: Annotated[int, typer.Option(min=0, help="Documents to leave out at the beginning.")] = 0,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """List your documents, narrowed and ordered by the server, and tell how many match."""
    with plain_errors(), server_client(need_server(server)) as client:
        wanted = _saved(client, saved) if saved else {}
        given = {"query": query or None, "tag": tag, "status": status}
        wanted |= {name: value for name, value in given.items() if value}
        found, total = client.documents(**{"sort": sort, **wanted, "limit": limit, "offset": offset})
    if as_json:
        screen.print_json({"documents": [dict(each.raw) for each in found], "total": total})
        return
    if found:
        screen.show(_table(found))
    screen.err.print(f"{len(found)} of {total}", style="dim")


@app.command(cls=Command)
def show(document: DocumentId, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Show a document: what it is recorded as, and what became of it."""
    with plain_errors(), server_client(need_server(server)) as client:
        found, changes = client.document(document), client.history(document)
    if as_json:
        screen.print_json({**found.raw, "history": [dict(each) for each in changes]})
        return
    facts = Table(box=None, show_header=False, padding=(0, 2, 0, 0), pad_edge=False)
    for name in ("status", "file_name", "folder", "description", "note", "reviewed", "version"):
        if found.raw.get(name) not in ("", None):
            facts.add_row(Text(name, style="dim"), Text(str(found.raw[name])))
    tags = [_tag(each) for each in found.raw.get("tag_details") or ()]
    past = [Text(f"{each['version']}  {each['at'][:16]}  {each['action']}", style="dim") for each in changes]
    screen.show(Group(Text(found.title, style="bold"), facts, *tags, *past))


@app.command(cls=Command)
def edit(
    document: DocumentId,
    *,
    title: Annotated[str | None, typer.Option(help="The new title.", show_default=False)] = None,
    note: Annotated[str | None, typer.Option(help="The new note.", show_default=False)] = None,
    add: Annotated[list[str] | None, typer.Option(help="Tag to add; may be repeated.")] = None,
    remove: Annotated[list[str] | None, typer.Option(help="Tag to remove; may be repeated.")] = None,
    reviewed: Annotated[bool | None, typer.Option("--reviewed/--not-reviewed", help="Found right, or not.")] = None,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Correct a document. Who else changed it since it was read is not written over."""
    with plain_errors(), server_client(need_server(server)) as client:
        before = client.document(document)
        given: dict[str, Any] = {"title": title, "note": note, "reviewed": reviewed}
        changes = {name: value for name, value in given.items() if value is not None}
        if add or remove:
            gone = {tag.casefold() for tag in remove or ()}
            changes["tags"] = [*(tag for tag in before.tags if tag.casefold() not in gone), *(add or ())]
        if not changes:
            screen.fail("Say what changes: --title, --note, --add, --remove or --reviewed.", screen.USAGE)
        after = client.correct(document, version=int(before.raw["version"]), **changes)
    if as_json:
        screen.print_json(dict(after.raw))
    else:
        screen.show(_table([after]))


@app.command(cls=Command)
def download(
    document: DocumentId,
    *,
    to: Annotated[Path | None, typer.Option("--to", "-o", help="File or folder to write.", show_default=False)] = None,
    tagged: Annotated[bool, typer.Option("--tagged", help="With title and tags in the PDF's metadata.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    server: ServerOption = None,
) -> None:
    """Write a document's PDF into a file: as it came, or with its tags."""
    with plain_errors(), server_client(need_server(server)) as client:
        path = _free_path(client, document, to, force=force)
        path.write_bytes(client.download(document, tagged=tagged))
    screen.out.print(str(path), soft_wrap=True, markup=False)


@app.command(cls=Command)
def searchable(
    document: DocumentId,
    *,
    to: Annotated[Path | None, typer.Option("--to", "-o", help="File or folder to write.", show_default=False)] = None,
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    server: ServerOption = None,
) -> None:
    """Write a document's PDF with the recognised text under its scans, so that any program finds words in it."""
    with plain_errors(), server_client(need_server(server)) as client:
        path = _free_path(client, document, to, force=force)
        path.write_bytes(client.searchable(document))
    screen.out.print(str(path), soft_wrap=True, markup=False)


def _free_path(client: Client, document: str, to: Path | None, *, force: bool) -> Path:
    """Return where a document's file goes; ends the command where a file is there that may not be written over."""
    # Of the server's name only what cannot lead out of the folder.
    name = Path(str(client.document(document).raw.get("file_name") or "").replace("\\", "/")).name
    path = to if to is not None and not to.is_dir() else (to or Path()) / (name or f"{document}.pdf")
    if path.exists() and not force:
        screen.fail(f"{path} is there already; --force writes over it.", screen.USAGE)
    return path


@app.command("process-again", cls=Command)
def process_again(
    documents: Annotated[list[str], typer.Argument(metavar="DOCUMENT...", help="Ids of documents.")],
    *,
    pages: Annotated[int | None, typer.Option(min=1, help="Pages to read from the front.")] = None,
    tags: Annotated[int | None, typer.Option(min=3, max=15, help="Tags wanted.")] = None,
    ocr: OcrOption = None,
    language: LanguageOption = None,
    tagger: TaggerOption = None,
    replace_edits: Annotated[bool, typer.Option("--replace-edits", help="Also replace what people gave.")] = False,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Process documents again from their stored files, with other settings; prints the job's id."""
    options = Options(pages=pages, tags=tags, ocr=ocr, languages=language or (), tagger=tagger)
    with plain_errors(), server_client(need_server(server)) as client:
        if len(documents) == 1:
            job = client.process_again(documents[0], options, replace_edits=replace_edits)
        else:
            job = client.process_all_again(documents, options, replace_edits=replace_edits)
    screen.print_json({"job_id": job}) if as_json else screen.out.print(job)


def _saved(client: Client, name: str) -> dict[str, Any]:
    for search in client.searches():
        if search["name"].casefold() == name.casefold():
            return dict(search["params"])
    screen.fail(f"You have no saved search named '{name}'.", screen.USAGE)


def _tag(tag: Any) -> Text:
    given = "" if tag["origin"] == "machine" else f"  by {tag['origin']}"
    return Text.assemble("  ", (str(tag["tag"]), "cyan"), (given, "dim"))


def _table(found: list[Document]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    table.add_column("id", no_wrap=True, style="dim")
    table.add_column("document", style="bold", overflow="fold", max_width=40)
    table.add_column("state", no_wrap=True)
    table.add_column("tags", ratio=1)
    for each in found:
        table.add_row(each.id, each.title or each.path, each.status, Text(", ".join(each.tags), style="cyan"))
    return table
