"""Finding Tesseract's language data."""

from __future__ import annotations

from pathlib import Path

import pytest

from metatag_cli import tessdata


def folder(path: Path, *names: str) -> Path:
    path.mkdir(parents=True)
    for name in names:
        (path / f"{name}.traineddata").write_bytes(b"")
    return path


def test_the_variable_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    named = folder(tmp_path / "named", "eng", "hin", "osd")
    monkeypatch.setenv("METATAG_OCR_TESSDATA_DIR", str(named))
    assert tessdata.find() == named


def test_a_complete_folder_is_better_than_an_earlier_one_with_gaps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gaps = folder(tmp_path / "gaps", "eng")
    complete = folder(tmp_path / "complete", "eng", "hin", "osd")
    monkeypatch.setattr(tessdata, "places", lambda: [gaps, complete])
    assert tessdata.find() == complete
    assert tessdata.missing(gaps) == ["hin", "osd"]


def test_nothing_anywhere_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tessdata, "places", lambda: [tmp_path, tmp_path / "absent"])
    assert tessdata.find() is None


def test_the_direction_data_is_not_a_language(tmp_path: Path) -> None:
    assert tessdata.languages(folder(tmp_path / "all", "osd", "hin", "eng")) == ["eng", "hin"]
