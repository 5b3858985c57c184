"""What bad OCR does to words, and the answer: rare once-seen words count less, misread forms join the right one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from rapidfuzz.distance import Levenshtein

from metatag_tagger.model import Page
from metatag_tagger.offline.candidates import Candidate, merge
from metatag_tagger.offline.clean import Text
from metatag_tagger.offline.frequency import UNKNOWN, has_table, zipf

# Mean word confidence (0 to 100) under which tags are marked as doubtful.
LOW_CONFIDENCE = 75.0
# Confidence from which a page counts as read without fault, and where doubt is full.
_SURE = 93.0
_LOST = 60.0
# What a once-seen word unknown to the language keeps of its score on a page that could hardly be read.
_KEPT = 0.3
# Words that long can be misread in one letter and still be told apart from others.
_REPAIR_LENGTH = 6
# How much more often the right form must stand in the text.
_REPAIR_TIMES = 3


def mean_confidence(pages: Sequence[Page]) -> float | None:
    """Give the mean confidence of the recognised pages, weighted by their length; None when none was recognised."""
    read = [(page.confidence, len(page.text)) for page in pages if page.confidence is not None and page.text]
    total = sum(length for _, length in read)
    return sum(confidence * length for confidence, length in read) / total if total else None


def doubts(candidates: Sequence[Candidate], text: Text, language: str) -> np.ndarray:
    """Give the share of its score, 0 to 1, that each candidate keeps."""
    if all(confidence is None for confidence in text.confidences) or not has_table(language):
        return np.ones(len(candidates))
    return np.array([_share(candidate, text, language) for candidate in candidates])


def _share(candidate: Candidate, text: Text, language: str) -> float:
    if len(candidate.positions) > 1:
        return 1.0
    # Titles are not recognised.
    confidence = text.confidence_at(candidate.offsets[0]) if candidate.offsets[0] >= 0 else None
    if confidence is None or confidence >= _SURE:
        return 1.0
    unknown = sum(zipf(word.lower(), language) <= UNKNOWN for word in candidate.form.split())
    if not unknown:
        return 1.0
    doubt = min(1.0, (_SURE - confidence) / (_SURE - _LOST))
    return 1.0 - doubt * (1.0 - _KEPT)


def repair(found: Mapping[str, Candidate], language: str) -> list[Candidate]:
    """Give the candidates with once-seen unknown words that differ in one letter from a frequent word joined to it."""
    if not has_table(language):
        return list(found.values())
    singles = {key: candidate for key, candidate in found.items() if len(candidate.stems) == 1}
    frequent = [c for c in singles.values() if len(c.positions) >= _REPAIR_TIMES and len(c.form) >= _REPAIR_LENGTH]
    by_length: dict[int, list[Candidate]] = {}
    for candidate in frequent:
        by_length.setdefault(len(candidate.form), []).append(candidate)
    return merge(
        found.values(),
        lambda candidate: _right_form(candidate, by_length, language) if len(candidate.stems) == 1 else None,
    )


def _right_form(candidate: Candidate, by_length: Mapping[int, list[Candidate]], language: str) -> Candidate | None:
    form = candidate.form
    if len(candidate.positions) > 1 or len(form) < _REPAIR_LENGTH or zipf(form.lower(), language) > UNKNOWN:
        return None
    for length in (len(form), len(form) - 1, len(form) + 1):
        for other in by_length.get(length, ()):
            if Levenshtein.distance(form.lower(), other.form.lower(), score_cutoff=1) == 1:
                return other
    return None
