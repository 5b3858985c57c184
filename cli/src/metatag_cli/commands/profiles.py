"""`metatag profile`: settings of tagging under a name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from metatag_cli import screen
from metatag_cli.connect import JsonOption, ServerOption, need_server, plain_errors, server_client
from metatag_cli.help import Command

app = typer.Typer(help="Keep settings of tagging on a server, for --profile.", no_args_is_help=True)
Name = Annotated[str, typer.Argument(help="Name of the profile.")]
File = Annotated[
    Path,
    typer.Argument(metavar="FILE.json", help="Fields of the API's config, such as instructions, num_tags, vocabulary."),
]


@app.command("list", cls=Command)
def list_all(*, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """List your profiles."""
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.profiles()
    if as_json:
        screen.print_json([dict(entry) for entry in found])
    elif found:
        table = Table("profile", "settings", box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        for entry in found:
            table.add_row(Text(entry["name"], style="bold"), Text(", ".join(entry["settings"])))
        screen.show(table)
    else:
        screen.err.print("No profiles yet: metatag profile save NAME FILE.json")


@app.command(cls=Command)
def save(name: Name, file: File, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Keep the settings of a JSON file under a name, in the place of those that it had."""
    try:
        settings = json.loads(file.read_text(encoding="utf-8"))
    except OSError:
        screen.fail(f"There is no file {file}.", screen.USAGE)
    except ValueError:
        screen.fail(f"{file} is not valid JSON.", screen.USAGE)
    if not isinstance(settings, dict):
        screen.fail(f"{file} must hold one JSON object.", screen.USAGE)
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.put_profile(name, settings)
    screen.print_json(dict(found)) if as_json else screen.out.print(f"{found['name']} is kept.", soft_wrap=True)


@app.command(cls=Command)
def show(name: Name, *, server: ServerOption = None) -> None:
    """Show the settings of a profile as JSON."""
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.profile(name)
    screen.print_json(dict(found["settings"]))


@app.command(cls=Command)
def delete(name: Name, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Remove a profile; what was tagged with it stays."""
    with plain_errors(), server_client(need_server(server)) as client:
        client.delete_profile(name)
    screen.print_json({"name": name, "deleted": True}) if as_json else screen.out.print(f"{name} is removed.")
