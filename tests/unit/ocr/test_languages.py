"""Languages go by many names, scripts lead to languages that are installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from metatag_ocr.languages import (
    data_digest,
    easyocr_code,
    easyocr_languages,
    installed_languages,
    languages_for,
    missing,
    missing_for,
    run_left_to_right,
    script_of,
    tesseract_name,
)

FIFTEEN = {
    "hi": "hin", "kn": "kan", "ta": "tam", "te": "tel", "bn": "ben", "gu": "guj", "ml": "mal", "mr": "mar",
    "pa": "pan", "or": "ori", "as": "asm", "ur": "urd", "sa": "san", "ne": "nep", "en": "eng",
}  # fmt: skip


@pytest.mark.parametrize(("iso", "name"), FIFTEEN.items())
def test_the_fifteen_languages_are_known_by_their_codes(iso: str, name: str):
    assert tesseract_name(iso) == name
    assert tesseract_name(f"{iso.upper()}-IN") == name
    assert tesseract_name(name) == name


def test_english_names_and_unknown_ones():
    assert tesseract_name("Hindi") == "hin"
    assert tesseract_name("Odia") == tesseract_name("oriya") == "ori"
    assert tesseract_name("chi_sim") == "chi_sim"
    assert tesseract_name("klingon") == "klingon"


def test_a_script_leads_to_installed_languages_best_first():
    assert languages_for("Devanagari", ["san", "eng", "hin"]) == ["hin", "san"]
    assert languages_for("Tamil", ["eng", "hin"]) == []
    assert missing_for("Tamil") == "tam"
    assert script_of("urd") == "Arabic"
    assert script_of("xyz") == "Latin"


def test_installed_languages_are_the_data_that_lie_there(tmp_path: Path):
    for name in ("hin", "eng", "osd"):
        (tmp_path / f"{name}.traineddata").write_bytes(b"x")

    assert installed_languages(tmp_path) == ["eng", "hin"]
    assert installed_languages(tmp_path / "none") == []
    assert missing(["kan", "eng", "tam"], ["eng"]) == ["kan", "tam"]


def test_other_data_has_another_digest(tmp_path: Path):
    (tmp_path / "eng.traineddata").write_bytes(b"x")
    before = data_digest(tmp_path)
    (tmp_path / "hin.traineddata").write_bytes(b"x")

    assert data_digest(tmp_path) != before


def test_easyocr_reads_what_its_weights_cover(tmp_path: Path):
    (tmp_path / "devanagari.pth").write_bytes(b"x")
    assert easyocr_languages(tmp_path) == []
    (tmp_path / "craft_mlt_25k.pth").write_bytes(b"x")

    assert easyocr_languages(tmp_path) == ["hin", "mar", "nep", "san"]
    assert (easyocr_code("ori"), easyocr_code("san"), easyocr_code("guj")) == ("bn", "hi", "")


def test_languages_run_left_to_right_only_where_that_is_known():
    assert run_left_to_right(["eng", "hin", "tam"])
    assert not run_left_to_right(["eng", "urd"])
    assert not run_left_to_right(["jpn"])
    assert not run_left_to_right(["syr"])
