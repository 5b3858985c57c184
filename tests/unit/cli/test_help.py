"""The help of every command."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from metatag_cli.app import COMMANDS, build

app = build()


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in getattr(group, "commands", {}).items():
        yield from commands(command, (*path, name))


@pytest.mark.parametrize("path", list(commands(get_command(app))), ids=" ".join)
def test_a_flag_has_no_type_and_every_option_a_sentence(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(app, [*path, "--help"], env={"COLUMNS": "160"})
    assert shown.exit_code == 0
    assert "bool" not in shown.output
    options = [line for line in shown.output.splitlines() if line.startswith(("│ --", "│ *"))]
    assert options
    assert [line for line in options if len(line.strip("│ ").split("  ")) < 2] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_that_is_loaded_alone_is_the_same(name: str) -> None:
    alone = CliRunner().invoke(build(name), [name, "--help"], env={"COLUMNS": "160"})
    assert alone.exit_code == 0
    assert alone.output == CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "160"}).output
