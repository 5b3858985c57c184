"""The list of commands."""

from __future__ import annotations

import importlib.metadata
from typing import Annotated

import typer

from metatag_cli.commands import (
    audit,
    batch,
    demo,
    doctor,
    documents,
    evaluate,
    jobs,
    login,
    serve,
    tag,
    tags,
    users,
    vocabularies,
    watch_folder,
)
from metatag_cli.help import Command, Group

app = typer.Typer(
    cls=Group,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"metatag {importlib.metadata.version('metatag')}")
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """metatag turns PDFs, digital or scanned, into tags that make them findable."""


app.command(cls=Command)(serve.serve)
app.command(cls=Command)(tag.tag)
app.command(cls=Command)(evaluate.evaluate)
app.command(cls=Command)(batch.batch)
app.command(cls=Command)(batch.watch)
app.command(cls=Command)(jobs.jobs)
app.command(cls=Command)(jobs.search)
app.add_typer(documents.app, name="documents", cls=Group)
app.command("watch-folder", cls=Command)(watch_folder.watch_folder)
app.add_typer(vocabularies.app, name="vocabulary", cls=Group)
app.add_typer(tags.app, name="tags", cls=Group)
app.add_typer(users.app, name="user", cls=Group)
app.command(cls=Command)(audit.audit)
app.command(cls=Command)(login.login)
app.command(cls=Command)(login.logout)
app.command(cls=Command)(doctor.doctor)
app.command(cls=Command)(demo.demo)
