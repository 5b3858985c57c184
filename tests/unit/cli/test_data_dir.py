"""The embedded system's folder: private, locked, its secrets made once."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from metatag_cli.data_dir import DataDir, DataDirError, default_data_dir


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path / "deep" / "data")
    assert mode(data.path) == 0o700
    assert mode(data.path / "files") == 0o700


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path)
    first = data.secret("gateway")
    assert len(first) >= 48
    assert data.secret("gateway") == first
    assert data.secret("jobs") != first
    assert mode(tmp_path / "secrets" / "gateway") == 0o600
    assert mode(tmp_path / "secrets") == 0o700


def test_a_second_holder_is_refused_and_told_who_the_first_is(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path)
    with data.lock("http://127.0.0.1:8000"), pytest.raises(DataDirError) as refused:
        with DataDir.open(tmp_path).lock("http://127.0.0.1:9000"):
            pass
    assert f"process {os.getpid()}, which serves http://127.0.0.1:8000" in str(refused.value)
    assert "--data-dir" in str(refused.value)


def test_the_folder_is_free_again_after_its_holder(tmp_path: Path) -> None:
    data = DataDir.open(tmp_path)
    for _ in range(2):
        with data.lock("http://127.0.0.1:8000"):
            pass


def test_a_place_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DataDirError, match="file/data cannot be made"):
        DataDir.open(tmp_path / "file" / "data")


def test_the_default_follows_the_desktop_conventions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/somewhere")
    assert default_data_dir() == Path("/somewhere/metatag")
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", "/home/asha")
    assert default_data_dir() == Path("/home/asha/.local/share/metatag")
