"""The list of commands."""

from __future__ import annotations

import importlib.metadata
from typing import Annotated

import typer

from metatag_cli.commands import audit, batch, demo, doctor, evaluate, jobs, login, serve, tag, users, vocabularies

app = typer.Typer(
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


app.command()(serve.serve)
app.command()(tag.tag)
app.command()(evaluate.evaluate)
app.command()(batch.batch)
app.command()(batch.watch)
app.command()(jobs.jobs)
app.command()(jobs.search)
app.add_typer(vocabularies.app, name="vocabulary")
app.add_typer(users.app, name="user")
app.command()(audit.audit)
app.command()(login.login)
app.command()(login.logout)
app.command()(doctor.doctor)
app.command()(demo.demo)
