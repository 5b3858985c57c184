"""`make ocr-languages` puts data beside what is in use, wherever that came from."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[3] / "scripts/ocr_languages.py"


@pytest.fixture
def script(monkeypatch):
    for name in ("METATAG_OCR_TESSDATA_DIR", "TESSDATA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
    spec = importlib.util.spec_from_file_location("ocr_languages", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def fetch(packages, pattern, target):
        # What the packages hold; reaching a mirror is the set-up's own test.
        _data(Path(target), *(package.removeprefix("tesseract-ocr-").replace("-", "_") for package in packages))

    monkeypatch.setattr(module.debs, "fetch", fetch)
    return module


def _data(place: Path, *names: str) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for name in names:
        (place / f"{name}.traineddata").write_text(f"data of {name} from {place.name}")
    return place


def _names(place: Path) -> list[str]:
    return sorted(file.stem for file in place.glob("*.traineddata"))


def test_it_adds_to_the_data_of_the_checkout(script, tmp_path, capsys):
    own = _data(tmp_path / "tools/tessdata", "eng", "hin", "osd")

    assert script.main(["guj", "chi_sim"], str(tmp_path / "tools"), []) == 0

    assert _names(own) == ["chi_sim", "eng", "guj", "hin", "osd"]
    assert "chi_sim, eng, guj, hin, osd" in capsys.readouterr().out


def test_it_takes_the_systems_data_along_where_that_is_in_use(script, tmp_path):
    system = _data(tmp_path / "system", "eng", "hin", "osd", "fra")

    assert script.main(["pan"], str(tmp_path / "tools"), [str(tmp_path / "none"), str(system)]) == 0

    assert _names(tmp_path / "tools/tessdata") == ["eng", "hin", "osd", "pan"]
    assert _names(system) == ["eng", "fra", "hin", "osd"]


def test_it_adds_to_the_directory_of_the_setting(script, tmp_path, monkeypatch):
    named = _data(tmp_path / "named", "eng")
    monkeypatch.setenv("METATAG_OCR_TESSDATA_DIR", str(named))

    assert script.main(["mar"], str(tmp_path / "tools"), []) == 0

    assert _names(named) == ["eng", "mar"]


@pytest.mark.parametrize("names", [[], ["mar"]], ids=["no language named", "nothing to add to"])
def test_it_says_what_is_wrong(script, tmp_path, capsys, names):
    assert script.main(names, str(tmp_path / "tools"), []) == 1

    assert capsys.readouterr().err
