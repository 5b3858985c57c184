"""`metatag account`: all of one's own account, exported or deleted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from metatag_cli import screen, sign_in
from metatag_cli.connect import JsonOption, ServerOption, need_server, plain_errors, server_client
from metatag_cli.help import Command

app = typer.Typer(help="Export or delete your own account on a server.", no_args_is_help=True)


@app.command(cls=Command)
def export(
    file: Annotated[Path, typer.Argument(help="The ZIP file to write.")] = Path("metatag-account.zip"),
    *,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write all that the server keeps of you to a ZIP: documents, results, histories, lists, settings."""
    with plain_errors(), server_client(need_server(server)) as client, screen.err.status("exporting ..."):
        size = client.export_account(file)
    if as_json:
        screen.print_json({"file": str(file), "bytes": size})
    else:
        screen.out.print(f"Wrote {file}, {size:,} bytes.", markup=False, soft_wrap=True)


@app.command(cls=Command)
def delete(
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you mean it.")] = False,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from input.")] = False,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete your account with everything it has, for good."""
    address = need_server(server)
    with plain_errors(), server_client(address) as client:
        email = client.me().email
        if not yes:
            typer.confirm(f"Delete {email} at {address} with all its documents, for good?", abort=True, err=True)
        if password_stdin:
            password = typer.get_text_stream("stdin").readline().rstrip("\n")
        else:
            password = typer.prompt("Password", hide_input=True, err=True)
        client.delete_account(password)
    sign_in.open_store().drop(address)
    if as_json:
        screen.print_json({"server": address, "email": email, "deleted": True})
    else:
        screen.out.print(f"{email} is deleted at {address}.", markup=False, soft_wrap=True)
