"""`metatag login` and `metatag logout`."""

from __future__ import annotations

from typing import Annotated

import typer

from metatag_cli import screen, sign_in
from metatag_cli.connect import JsonOption, ServerOption, need_server, plain_errors
from metatag_client import Client, MetatagClientError, NotSignedIn, Tokens


def login(
    *,
    server: ServerOption = None,
    email: Annotated[str | None, typer.Option(help="Your address; asked for when left out.")] = None,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from input.")] = False,
    register: Annotated[bool, typer.Option("--register", help="Make the account first.")] = False,
    code: Annotated[str, typer.Option("--code", help="Code of your authenticator app; asked for if needed.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Sign in at a server and keep it for later commands: in the keyring, else in a file that only you can read."""
    address = need_server(server)
    email = email or typer.prompt("Email", err=True)
    if password_stdin:
        password = typer.get_text_stream("stdin").readline().rstrip("\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=register, err=True)
    store = sign_in.open_store()
    with plain_errors(signed_in=False), Client(address) as client:
        if register:
            client.register(email, password)
        sign_in.keep(store, address, _tokens(client, email, password, code))
        user = client.me()
    if as_json:
        screen.print_json({"server": address, "email": user.email, "id": user.id, "kept_in": store.where})
    else:
        screen.out.print(f"Signed in at {address} as {user.email}; kept in {store.where}.", soft_wrap=True)


def _tokens(client: Client, email: str, password: str, code: str) -> Tokens:
    """Sign in, and ask for a code where the account has a second factor."""
    try:
        return client.login(email, password, code)
    except NotSignedIn as error:
        if error.code != "second_factor_required" or code:
            raise
    return client.login(email, password, typer.prompt("Code of your authenticator app", err=True))


def logout(*, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Sign out at a server and forget the sign-in."""
    address = need_server(server)
    store = sign_in.open_store()
    tokens = sign_in.tokens_of(store, address)
    if tokens is not None:
        store.drop(address)
        try:
            with Client(address, tokens=tokens) as client:
                client.logout()
        except MetatagClientError as error:
            screen.err.print(f"The sign-in is forgotten here; the server could not be told: {error}", soft_wrap=True)
    if as_json:
        screen.print_json({"server": address, "was_signed_in": tokens is not None})
    else:
        screen.out.print(f"Signed out at {address}." if tokens else f"You were not signed in at {address}.")
