"""`metatag vocabulary`: stored lists of allowed tags."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from metatag_cli import screen
from metatag_cli.connect import JsonOption, ServerOption, need_server, plain_errors, server_client
from metatag_cli.help import Command
from metatag_client.models import Json

app = typer.Typer(help="Keep lists of allowed tags on a server.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the vocabulary.")]
File = Annotated[
    Path,
    typer.Argument(
        metavar="FILE.csv",
        help="Columns label, aliases (; between them), language, parent, label:hi for the label in Hindi.",
    ),
]


@app.command("list", cls=Command)
def list_all(*, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """List your vocabularies."""
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.vocabularies()
    if as_json:
        screen.print_json([dict(entry) for entry in found])
    elif found:
        table = _table("vocabulary", "version", "terms")
        for entry in found:
            table.add_row(Text(entry["name"], style="bold"), str(entry["version"]), f"{entry['term_count']:,}")
        screen.show(table)
    else:
        screen.err.print("No vocabularies yet: metatag vocabulary import NAME FILE.csv")


@app.command("import", cls=Command)
def import_file(name: Name, file: File, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Store a CSV as a vocabulary; under a name that is taken it is the next version."""
    if not file.is_file():
        screen.fail(f"There is no file {file}.", screen.USAGE)
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.put_vocabulary(name, file)
    if as_json:
        screen.print_json(dict(found))
    else:
        screen.out.print(f"{found['name']}, version {found['version']}: {found['term_count']:,} terms.", soft_wrap=True)


@app.command(cls=Command)
def show(name: Name, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Show the terms of a vocabulary."""
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.vocabulary(name)
    if as_json:
        screen.print_json(dict(found))
        return
    table = _table("label", "aliases", "in other languages")
    for term in found["terms"]:
        table.add_row(Text(term["label"], style="cyan"), ", ".join(term["aliases"]), _labels(term))
    screen.show(table)


@app.command(cls=Command)
def delete(name: Name, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Remove a vocabulary with all its versions; results keep the tags that it gave."""
    with plain_errors(), server_client(need_server(server)) as client:
        client.delete_vocabulary(name)
    screen.print_json({"name": name, "deleted": True}) if as_json else screen.out.print(f"{name} is removed.")


def _labels(term: Json) -> str:
    labels: dict[str, Any] = dict(term["labels"])
    return ", ".join(f"{text} ({language})" for language, text in labels.items())


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
    for name in columns:
        table.add_column(name, justify="right" if name in {"version", "terms"} else "left")
    return table
