"""The list of commands."""

from __future__ import annotations

import typer

from metatag_cli.commands import batch, demo, doctor, jobs, login, serve, tag, vocabularies

app = typer.Typer(
    help="metatag turns PDFs, digital or scanned, into tags that make them findable.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)
app.command()(serve.serve)
app.command()(tag.tag)
app.command()(batch.batch)
app.command()(batch.watch)
app.command()(jobs.jobs)
app.command()(jobs.search)
app.add_typer(vocabularies.app, name="vocabulary")
app.command()(login.login)
app.command()(login.logout)
app.command()(doctor.doctor)
app.command()(demo.demo)
