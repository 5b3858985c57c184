"""`metatag user`: what an administrator does with accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from metatag_cli import screen
from metatag_cli.connect import JsonOption, ServerOption, need_server, plain_errors, server_client
from metatag_cli.help import Command

if TYPE_CHECKING:
    from metatag_client import Client

app = typer.Typer(help="Make accounts and set passwords on a server, as its administrator.", no_args_is_help=True)
Email = Annotated[str, typer.Argument(help="Email of the account.")]


@app.command("list", cls=Command)
def list_all(
    query: Annotated[str, typer.Argument(help="Part of an email or name.")] = "",
    *,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """List accounts, oldest first; at most 100."""
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.users(query)
    if as_json:
        screen.print_json([dict(entry) for entry in found])
        return
    table = Table("email", "name", "role", "state", box=None, header_style="dim")
    for entry in found:
        role = entry.get("role") or ("administrator" if entry["is_admin"] else "user")
        state = "active" if entry["is_active"] else "disabled"
        table.add_row(Text(entry["email"], style="bold"), Text(entry["full_name"] or ""), role, state)
    screen.show(table)


@app.command(cls=Command)
def add(
    email: Email,
    name: Annotated[str | None, typer.Option("--name", help="Whose account it is.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="Make an administrator.")] = False,
    auditor: Annotated[bool, typer.Option("--auditor", help="Make an auditor, who reads the audit log alone.")] = False,
    *,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make an account; its first password is shown this once."""
    role = _role(admin=admin, auditor=auditor)
    with plain_errors(), server_client(need_server(server)) as client:
        made = client.add_user(email, name, role=role)
    if as_json:
        screen.print_json(dict(made))
    else:
        screen.out.print(f"{made['email']} signs in with {made['first_password']}", markup=False, soft_wrap=True)


@app.command(cls=Command)
def invite(
    email: Email,
    name: Annotated[str | None, typer.Option("--name", help="Whose account it will be.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="Make an administrator.")] = False,
    auditor: Annotated[bool, typer.Option("--auditor", help="Make an auditor, who reads the audit log alone.")] = False,
    *,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Invite somebody to make an account; the one-time link is shown this once."""
    address = need_server(server)
    with plain_errors(), server_client(address) as client:
        made = client.invite(email, name, role=_role(admin=admin, auditor=auditor))
    url = made["url"] or f"{address.rstrip('/')}/app/#/invitation/{made['token']}"
    if as_json:
        screen.print_json({**made, "url": url})
        return
    sent = " (a mail carries it too)" if made["is_mailed"] else ""
    screen.out.print(f"{made['email']} makes an account at {url}{sent}", markup=False, soft_wrap=True)


@app.command(cls=Command)
def invitations(*, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """List the invitations that were not accepted yet, newest first."""
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.invitations()
    if as_json:
        screen.print_json([dict(entry) for entry in found])
        return
    table = Table("email", "role", "until", box=None, header_style="dim")
    for entry in found:
        table.add_row(Text(entry["email"], style="bold"), entry["role"], entry["expires_at"][:16].replace("T", " "))
    screen.show(table)


@app.command(cls=Command)
def reset(email: Email, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Set a new password, shown this once; the account's sessions and API keys end."""
    with plain_errors(), server_client(need_server(server)) as client:
        found = _account(client, email)
        password = client.reset_password(found["id"])
    if as_json:
        screen.print_json({"email": found["email"], "password": password})
    else:
        screen.out.print(f"{found['email']} signs in with {password}", markup=False, soft_wrap=True)


@app.command(cls=Command)
def delete(
    email: Email,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether you mean it.")] = False,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete an account with everything it has, for good."""
    address = need_server(server)
    with plain_errors(), server_client(address) as client:
        found = _account(client, email)
        if not yes:
            question = f"Delete {found['email']} at {address} with all its documents, for good?"
            typer.confirm(question, abort=True, err=True)
        client.delete_user(found["id"])
    if as_json:
        screen.print_json({"email": found["email"], "deleted": True})
    else:
        screen.out.print(f"{found['email']} is deleted at {address}.", markup=False, soft_wrap=True)


def _account(client: Client, email: str) -> dict[str, Any]:
    """Return the account of an email, or end with a sentence."""
    for entry in client.users(email):
        if entry["email"].casefold() == email.casefold():
            return dict(entry)
    screen.fail(f"There is no account {email}.", screen.USAGE)


def _role(*, admin: bool, auditor: bool) -> str:
    if admin and auditor:
        screen.fail("Give --admin or --auditor, not both.", screen.USAGE)
    return "administrator" if admin else "auditor" if auditor else "user"
