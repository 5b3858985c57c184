"""Scores of offline tags are probabilities: they hold for documents that the fit did not see."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def _bench(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))


def test_probabilities_hold_for_documents_that_the_fit_did_not_see() -> None:
    from bench.tags import calibrate

    marked = calibrate.read()
    table = list(calibrate.reliability(marked, calibrate.cross_validated(marked)))
    assert sum(row["tags"] for row in table) > 500
    assert all(abs(row["probability"] - row["good"]) < 0.15 for row in table if row["tags"] >= 50)


def test_the_floor_leaves_out_mostly_tags_that_a_reader_would_strike() -> None:
    from bench.tags import calibrate

    marked = calibrate.read()
    chances = calibrate.cross_validated(marked)
    kept = calibrate.shown(marked, chances)
    assert kept.count("g") / len(kept) > 0.5
    assert kept.count("b") / len(kept) < 0.2
    everything = [each.mark for each in marked]
    assert kept.count("g") / len(kept) > everything.count("g") / len(everything) + 0.1


def test_the_file_in_the_package_is_what_the_marks_come_to() -> None:
    from bench.tags import calibrate

    marked = calibrate.read()
    fitted = calibrate.fit(marked)
    file = resources.files("metatag_tagger.offline") / "data" / "calibration.json"
    written = json.loads(file.read_text(encoding="utf-8"))
    assert written["weights"] == pytest.approx(fitted["weights"], rel=1e-3, abs=1e-4)
    assert written["intercept"] == pytest.approx(fitted["intercept"], rel=1e-3)
