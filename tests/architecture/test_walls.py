"""The walls of .importlinter hold, and every service has its card."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = sorted([*ROOT.glob("services/*/src/metatag_*"), *ROOT.glob("cli/src/metatag_*"), *ROOT.glob("libs/*/src/*")])


def test_import_linter_keeps_every_contract() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


CARD = ("Purpose", "Owns", "Speaks to", "May import", "Change it when")


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_service_has_a_card_and_nothing_else_in_its_init(package: Path) -> None:
    tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
    card = ast.get_docstring(tree) or ""
    keys = [line.partition(":")[0].strip('" ') for line in card.splitlines()]
    assert [key for key in keys if key in CARD] == list(CARD)
    assert len(tree.body) == 1


def code_files() -> list[Path]:
    return [file for package in PACKAGES for file in package.rglob("*.py") if "migrations" not in file.parts]


def test_no_function_is_longer_than_sixty_lines() -> None:
    long = []
    for file in code_files():
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > 60:
                    long.append(f"{file.relative_to(ROOT)}:{node.name} has {lines} lines")
    assert not long


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    long = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in code_files()}
    assert not {name: lines for name, lines in long.items() if lines > 400}
