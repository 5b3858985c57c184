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


@pytest.fixture
def site_packages(setup: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """An installation of wordfreq as its wheel lays it, with its word lists."""
    monkeypatch.setattr(setup, "PRUNED", str(tmp_path / "pruned"))
    monkeypatch.setattr(setup, "SITE_PACKAGES", str(tmp_path / "site-packages"))
    lists = tmp_path / "site-packages/wordfreq/data"
    lists.mkdir(parents=True)
    for name in ("large_en.msgpack.gz", "small_en.msgpack.gz", "jieba_zh.txt"):
        (lists / name).write_bytes(b"x")
    (tmp_path / "site-packages/numpy/linalg/tests").mkdir(parents=True)
    return tmp_path / "site-packages"


def test_a_set_up_without_the_tools_keeps_only_what_is_read(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, site_packages: Path
) -> None:
    monkeypatch.setattr(setup, "RUNTIME", True)
    setup.prune()
    assert [path.name for path in (site_packages / "wordfreq/data").iterdir()] == ["small_en.msgpack.gz"]
    assert list((site_packages / "numpy/linalg").iterdir()) == []
    assert Path(setup.PRUNED).exists()


def test_a_set_up_with_the_tools_stays_whole(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, site_packages: Path
) -> None:
    (site_packages / "pytest").mkdir()
    monkeypatch.setattr(setup, "RUNTIME", True)
    setup.prune()
    assert len(list((site_packages / "wordfreq/data").iterdir())) == 3
    assert not Path(setup.PRUNED).exists()


def test_the_tools_bring_back_what_was_left_out(
    setup: ModuleType, monkeypatch: pytest.MonkeyPatch, site_packages: Path
) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(setup, "RUNTIME", False)
    monkeypatch.setattr(setup, "output", lambda command: "3.11.2")
    monkeypatch.setattr(
        setup.subprocess, "run", lambda command, **_: asked.append(command) or subprocess.CompletedProcess(command, 0)
    )
    Path(setup.PRUNED).touch()
    for _ in range(2):
        setup.sync("uv", "python3")
        setup.prune()
    assert ["wordfreq" in command for command in asked] == [True, False]


def test_bare_make_lists_the_commands() -> None:
    listed = subprocess.run(["make", "-C", str(ROOT)], capture_output=True, text=True, check=True).stdout
    for target in ("setup", "demo", "test", "run", "check", "e2e"):
        assert f"make {target} " in listed
