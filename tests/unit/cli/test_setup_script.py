"""The set-up says what is wrong even on a Python that is too old to run the project."""

from __future__ import annotations

import ast
import importlib.machinery
import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture
def setup() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("setup_script", str(ROOT / "scripts/setup"))
    spec = importlib.util.spec_from_loader("setup_script", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    before = sys.dont_write_bytecode
    loader.exec_module(module)
    sys.dont_write_bytecode = before
    return module


@pytest.mark.parametrize("name", ["scripts/setup", "cli/src/metatag_cli/debs.py"])
def test_python_3_8_can_read_it(name: str) -> None:
    ast.parse((ROOT / name).read_text(), feature_version=(3, 8))


def test_no_fitting_python_is_a_sentence(setup: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup, "output", lambda command: "3.9.2" if "-c" in command else None)
    with pytest.raises(setup.SetupError, match=r"no Python 3\.11.*apt-get install python3"):
        setup.find_python()


def test_a_system_without_apt_is_told_which_packages_it_needs(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("METATAG_OCR_TESSDATA_DIR", raising=False)
    monkeypatch.setattr(setup, "TOOLS", str(tmp_path))
    monkeypatch.setattr(setup, "system_tessdata", list)
    monkeypatch.setattr(setup.debs, "available", lambda: False)
    with pytest.raises(setup.SetupError, match=r"tesseract-langpack-hin.*METATAG_OCR_TESSDATA_DIR"):
        setup.tessdata()


def test_versions_are_compared_as_numbers(setup: ModuleType) -> None:
    assert setup.version("0.13.9") > setup.version("0.9.12")


def test_bare_make_lists_the_commands() -> None:
    listed = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    for target in ("setup", "demo", "test", "run", "check", "e2e"):
        assert f"make {target} " in listed
