"""Scores of offline tags, and the floor: fewer tags rather than poor ones."""

from __future__ import annotations

import pytest

from metatag_tagger import postprocessing
from metatag_tagger.model import Document, Page, Tag, TagOptions
from metatag_tagger.offline.calibration import FEATURES, Calibration, calibration
from metatag_tagger.offline.study import study
from metatag_tagger.ports import AnalysisOptions, Study

_LETTER = """Subject: Repair of hand pumps in Sonpur district

The repair of hand pumps shall be completed before the summer. Water of every hand pump is tested for arsenic. Arsenic
in drinking water causes skin disease. The hand pumps of schools come first. The executive engineer shall report on
drinking water every week to the control room, and negligence invites disciplinary action.
"""


def test_a_calibration_fitted_on_other_features_is_refused() -> None:
    with pytest.raises(ValueError, match="other features"):
        Calibration.read({"weights": {"score": 1.0}, "intercept": 0.0})


def test_a_better_ranked_phrase_is_likelier_good() -> None:
    low, high = [0.0] * len(FEATURES), [0.0] * len(FEATURES)
    low[0], high[0] = -2.0, 1.0
    assert 0 < calibration().probability(low) < calibration().probability(high) < 1


def test_tags_come_best_first_and_fewer_than_asked_for_rather_than_poor_ones() -> None:
    found = study(Document((Page(1, _LETTER),)), AnalysisOptions(20))
    scores = [tag.score for tag in found.tags]
    assert scores == sorted(scores, reverse=True)
    plan = postprocessing.Plan(TagOptions(num_tags=20), (), "en", "", "1")
    outcome = postprocessing.local(plan, found)
    assert "hand pumps" in " ".join(tag.text for tag in outcome.tags)
    assert len(outcome.tags) < len(found.tags)
    assert all(tag.score >= postprocessing.FLOOR for tag in outcome.tags[postprocessing.LEAST :])
    assert "fewer_than_asked" in outcome.notes


def test_the_first_tags_are_given_however_low_their_score() -> None:
    tags = tuple(Tag(text, 0.05, "local") for text in ("arsenic", "borewell", "cistern"))
    plan = postprocessing.Plan(TagOptions(num_tags=8), (), "en", "", "1")
    outcome = postprocessing.local(plan, Study("en", tags, (), "", 0, (), ()))
    assert [tag.text for tag in outcome.tags] == ["arsenic", "borewell"]
