"""The client that a command works with: of the server that was named, or of an embedded one for the moment."""

from __future__ import annotations

import os
import re
import secrets
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from metatag_cli import screen, sign_in, tessdata
from metatag_cli.embedded import StartError, temporary_system
from metatag_client import MetatagClientError, NotSignedIn, Tokens, Unreachable

if TYPE_CHECKING:
    from metatag_client import Client

ServerOption = Annotated[
    str | None,
    typer.Option(envvar="METATAG_CLI_SERVER", help="Address of a running server.", show_default=False),
]
Tagger = Literal["auto", "llm", "local", "both"]
OcrOption = Annotated[
    Literal["auto", "force", "skip"] | None, typer.Option("--ocr", help="When to recognize pages.", show_default=False)
]
VisionOption = Annotated[
    Literal["off", "auto", "force"] | None,
    typer.Option(
        "--vision",
        help="Which pages a vision model reads again, at the key's cost: those that need a review, or all with text.",
        show_default=False,
    ),
]
VisionModelOption = Annotated[
    str | None,
    typer.Option("--vision-model", help="Model that reads pictures, as the provider names it.", show_default=False),
]
LanguageOption = Annotated[
    list[str] | None, typer.Option("--language", help="Tesseract language such as hin; may be repeated.")
]
TaggerOption = Annotated[
    Tagger | None,
    typer.Option(
        help="Who writes the tags: a language model, the offline tagger, both; auto: the model where there is a key.",
        show_default=False,
    ),
]
VocabularyOption = Annotated[
    str | None,
    typer.Option(help="List of allowed tags: one stored on the server, or a CSV file.", show_default=False),
]
ProfileOption = Annotated[
    str | None,
    typer.Option("--profile", help="Stored settings that hold where no option is given.", show_default=False),
]
FolderTagsOption = Annotated[
    bool, typer.Option("--folder-tags", help="Give the names of the folders in which a PDF lies as tags.")
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Only tags of the vocabulary may come out.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs instead of tables.")]


def server_client(server: str) -> Client:
    """Give a client of a running server, signed in by METATAG_CLI_TOKEN or an earlier `metatag login`."""
    from metatag_client import Client

    server = address(server)
    token = os.environ.get("METATAG_CLI_TOKEN")
    if token:
        return Client(server, token=token)
    store = sign_in.open_store()
    tokens = sign_in.tokens_of(store, server)
    if tokens is None:
        # Somebody who mistyped the address must not be sent to sign in there.
        with Client(server) as client:
            client.health()
        screen.fail(f"You are not signed in at {server}. Run: metatag login --server {server}", screen.NOT_SIGNED_IN)
    return Client(server, tokens=tokens, on_tokens=lambda fresh: sign_in.keep(store, server, fresh))


def address(server: str) -> str:
    """Give a server's address as the client takes it: one without a scheme is spoken to by http."""
    server = server.rstrip("/") if "://" in server else f"http://{server.rstrip('/')}"
    if not re.match(r"https?://[^/]", server):
        screen.fail(f"{server} is no address of a server; it begins with http:// or https://.", screen.USAGE)
    return server


def job_id(given: str) -> str:
    """Give a job's id as the server writes it."""
    try:
        return str(uuid.UUID(given))
    except ValueError:
        screen.fail(f"{given} is no id of a job; `metatag jobs` lists yours.", screen.USAGE)


def need_server(server: str | None) -> str:
    """Return the address of the server: the given one, or the only one with a kept sign-in."""
    if server:
        return address(server)
    kept = sign_in.open_store().servers()
    if len(kept) == 1:
        return kept[0]
    if kept:
        screen.fail(f"Several servers have a kept sign-in; name one with --server: {', '.join(kept)}.", screen.USAGE)
    screen.fail("Name a server with --server or METATAG_CLI_SERVER; `metatag serve` starts one.", screen.USAGE)


def tell_fetched() -> None:
    """Fetch Tesseract's data where there is none, and say so or why not."""
    with screen.err.status("looking for Tesseract's language data ..."):
        sentence = tessdata.fetch()
    if sentence:
        screen.err.print(sentence, style="yellow", markup=False)


@contextmanager
def client_for(server: str | None, local_roots: Sequence[Path] = ()) -> Iterator[Client]:
    """Give a signed-in client; without a server, of a system that lives as long as the block."""
    if server:
        with server_client(server) as client:
            yield client
        return
    from metatag_client import Client

    tell_fetched()
    began = time.monotonic()
    try:
        with (
            screen.err.status("starting metatag ...") as status,
            temporary_system(local_roots) as system,
            Client(system.base_url, tokens=_guest(system.base_url)) as client,
        ):
            status.stop()
            _offer_to_stay(time.monotonic() - began)
            yield client
    except StartError as error:
        screen.fail(str(error), screen.NO_SERVER)


def _offer_to_stay(seconds: float) -> None:
    """Tell a person how the next start is saved."""
    if screen.err.is_terminal:
        text = f"Started a system for this command in {seconds:.1f} s; with `metatag serve` running, use its --server."
        screen.err.print(text, style="dim", markup=False, soft_wrap=True)


def _guest(base_url: str) -> Tokens:
    """Make an account in a system of our own and sign in."""
    from metatag_client import Client

    email, password = "you@example.com", secrets.token_urlsafe(16)
    with Client(base_url) as client:
        client.register(email, password)
        return client.login(email, password)


@contextmanager
def plain_errors(signed_in: bool = True) -> Iterator[None]:
    """Turn what the client raises into one sentence and the right exit code; `signed_in` where a sign-in was needed."""
    try:
        yield
    except Unreachable as error:
        screen.fail(str(error), screen.NO_SERVER)
    except NotSignedIn as error:
        sentence = str(error).rstrip(".")
        screen.fail(f"{sentence}. Sign in with `metatag login`." if signed_in else sentence, screen.NOT_SIGNED_IN)
    except MetatagClientError as error:
        screen.fail(str(error))
    except OSError as error:
        # A file that cannot be read or written; what concerns the network is an error of the client.
        where = f"{error.filename}: " if error.filename else ""
        screen.fail(f"{where}{error.strerror or error}.", screen.USAGE)
    except KeyboardInterrupt:
        screen.fail("interrupted.", screen.INTERRUPTED)
