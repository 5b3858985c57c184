"""The client that a command works with: of the server that was named, or of an embedded one for the moment."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from metatag_cli import screen, sign_in
from metatag_cli.embedded import StartError, temporary_system
from metatag_client import Client, Tokens, Unreachable

ServerOption = Annotated[
    str | None,
    typer.Option(envvar="METATAG_CLI_SERVER", help="Address of a running server.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables.")]


def server_client(server: str) -> Client:
    """Give a client of a running server, signed in by METATAG_CLI_TOKEN or an earlier `metatag login`."""
    server = server.rstrip("/")
    token = os.environ.get("METATAG_CLI_TOKEN")
    if token:
        return Client(server, token=token)
    store = sign_in.open_store()
    tokens = sign_in.tokens_of(store, server)
    if tokens is None:
        screen.fail(f"You are not signed in at {server}. Run: metatag login --server {server}", screen.NOT_SIGNED_IN)
    return Client(server, tokens=tokens, on_tokens=lambda fresh: sign_in.keep(store, server, fresh))


def need_server(server: str | None) -> str:
    """Give the server's address, or say that this command needs one."""
    if server:
        return server.rstrip("/")
    screen.fail("Name a server with --server or METATAG_CLI_SERVER; `metatag serve` starts one.", screen.USAGE)


@contextmanager
def client_for(server: str | None, local_roots: Sequence[Path] = ()) -> Iterator[Client]:
    """Give a signed-in client; without a server, of a system that lives as long as the block."""
    if server:
        with server_client(server) as client:
            yield client
        return
    try:
        with (
            screen.err.status("starting metatag ...") as status,
            temporary_system(local_roots) as system,
            Client(system.base_url, tokens=_guest(system.base_url)) as client,
        ):
            status.stop()
            yield client
    except StartError as error:
        screen.fail(str(error), screen.NO_SERVER)


def _guest(base_url: str) -> Tokens:
    """Make an account in a system of our own and sign in."""
    email, password = "you@example.com", secrets.token_urlsafe(16)
    with Client(base_url) as client:
        client.register(email, password)
        return client.login(email, password)


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn what the client raises into one sentence and the right exit code."""
    from metatag_client import MetatagClientError, NotSignedIn

    try:
        yield
    except Unreachable as error:
        screen.fail(str(error), screen.NO_SERVER)
    except NotSignedIn as error:
        screen.fail(f"{error} Sign in with `metatag login`.", screen.NOT_SIGNED_IN)
    except MetatagClientError as error:
        screen.fail(str(error))
    except KeyboardInterrupt:
        screen.fail("interrupted.", screen.INTERRUPTED)
