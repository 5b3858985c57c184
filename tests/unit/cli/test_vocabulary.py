"""Lists of allowed tags: which are taken, where from, and what is said of the others."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
import typer

from metatag_cli import screen, vocabulary
from metatag_client import Client


class Keeper:
    """Remembers what was stored."""

    def __init__(self) -> None:
        self.stored: dict[str, str] = {}

    def put_vocabulary(self, name: str, terms: str) -> None:
        self.stored[name] = terms


def test_a_file_is_stored_under_its_name_in_the_system_of_the_moment_and_a_name_is_taken_as_it_is() -> None:
    keeper = Keeper()
    assert vocabulary.stored(cast("Client", keeper), "lists/water.CSV") == "water"
    assert keeper.stored == {"water": "lists/water.CSV"}
    assert vocabulary.stored(cast("Client", keeper), "district") == "district"
    assert vocabulary.stored(cast("Client", keeper), None) is None
    assert len(keeper.stored) == 1


@pytest.mark.parametrize(
    ("given", "strict", "server", "said"),
    [
        (None, True, None, "--strict needs a --vocabulary"),
        ("district", False, None, "a vocabulary is a file in CSV or SKOS"),
        ("absent.csv", False, None, "There is no file absent.csv"),
        ("a.csv", False, "http://x", "metatag vocabulary import NAME a.csv"),
    ],
)
def test_what_cannot_be_is_a_sentence(given: str | None, strict: bool, server: str | None, said: str) -> None:
    with screen.err.capture() as heard, pytest.raises(typer.Exit) as ended:
        vocabulary.check(given, strict, server)
    assert ended.value.exit_code == screen.USAGE
    assert said in heard.get()


def test_what_can_be_is_let_through(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    vocabulary.check(str(tmp_path / "a.csv"), True, None)
    vocabulary.check("district", True, "http://x")
    vocabulary.check(None, False, None)
