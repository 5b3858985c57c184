"""The list of commands."""

from __future__ import annotations

import importlib
import importlib.metadata
from typing import Annotated

import typer

from metatag_cli.help import Command, Group

# By name: the module below `commands`, and what it holds: a command, or `app`, which has commands of its own.
COMMANDS = {
    "serve": ("serve", "serve"),
    "tag": ("tag", "tag"),
    "evaluate": ("evaluate", "evaluate"),
    "batch": ("batch", "batch"),
    "watch": ("batch", "watch"),
    "jobs": ("jobs", "jobs"),
    "search": ("jobs", "search"),
    "documents": ("documents", "app"),
    "watch-folder": ("watch_folder", "watch_folder"),
    "vocabulary": ("vocabularies", "app"),
    "profile": ("profiles", "app"),
    "learning": ("learning", "app"),
    "tags": ("tags", "app"),
    "webhook": ("webhooks", "app"),
    "user": ("users", "app"),
    "account": ("account", "app"),
    "audit": ("audit", "audit"),
    "login": ("login", "login"),
    "logout": ("login", "logout"),
    "doctor": ("doctor", "doctor"),
    "demo": ("demo", "demo"),
}


def build(only: str = "") -> typer.Typer:
    """Return the program: with all commands, or with the one that is named, which alone is loaded then."""
    app = typer.Typer(
        cls=Group,
        no_args_is_help=True,
        pretty_exceptions_show_locals=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(main)
    for name in [only] if only in COMMANDS else COMMANDS:
        place, attribute = COMMANDS[name]
        found = getattr(importlib.import_module(f"metatag_cli.commands.{place}"), attribute)
        if isinstance(found, typer.Typer):
            app.add_typer(found, name=name, cls=Group)
        else:
            app.command(name, cls=Command)(found)
    return app


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"metatag {importlib.metadata.version('metatag')}")
        raise typer.Exit


def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """metatag turns PDFs, digital or scanned, into tags that make them findable."""
