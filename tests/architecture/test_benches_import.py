"""Benches do not run in the suite, so a rename in the product would break one without a word."""

from __future__ import annotations

import ast
import importlib
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("metatag_", "bench", "fakes")


@pytest.mark.parametrize("bench", sorted(path.relative_to(ROOT) for path in ROOT.glob("bench/**/*.py")), ids=str)
def test_a_bench_imports_what_exists(bench: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    missing = []
    for node in ast.walk(ast.parse((ROOT / bench).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(OURS):
            try:
                module = importlib.import_module(str(node.module))
            except ModuleNotFoundError as error:
                if str(error.name).startswith(OURS):
                    raise
                pytest.skip(f"{error.name} is not installed: the bench brings it")
            missing += [
                f"{node.module}.{name.name}"
                for name in node.names
                if not hasattr(module, name.name) and find_spec(f"{node.module}.{name.name}") is None
            ]
    assert missing == []
