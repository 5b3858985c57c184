"""The list of allowed tags that `tag` and `batch` are told to use: a stored one by its name, or a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from metatag_cli import screen

if TYPE_CHECKING:
    from metatag_client import Client

SUFFIXES = (".csv", ".tsv", ".ttl", ".rdf")


def check(given: str | None, strict: bool, server: str | None) -> None:
    """End with a sentence where the request cannot be met."""
    if strict and not given:
        screen.fail("--strict needs a --vocabulary.", screen.USAGE)
    if not given:
        return
    if _is_file(given) and server:
        screen.fail(
            f"A server knows its vocabularies by name; send it this one: metatag vocabulary import NAME {given}",
            screen.USAGE,
        )
    if _is_file(given) and not Path(given).is_file():
        screen.fail(f"There is no file {given}.", screen.USAGE)
    if not _is_file(given) and not server:
        screen.fail(f"Without a server a vocabulary is a file in CSV or SKOS; {given} is none.", screen.USAGE)


def stored(client: Client, given: str | None) -> str | None:
    """Give the name to ask for; a file is stored first, in the system of the moment."""
    if not given or not _is_file(given):
        return given
    name = Path(given).stem
    client.put_vocabulary(name, given)
    return name


def _is_file(given: str) -> bool:
    return given.lower().endswith(SUFFIXES)
