"""What is known about a candidate, as numbers: how often, where, how rare, how complete, how central."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass

import numpy as np

from metatag_tagger.offline.candidates import Candidate
from metatag_tagger.offline.frequency import UNKNOWN, zipf
from metatag_tagger.offline.lists import generic_words
from metatag_tagger.words import contains, fold

# Candidates that get the full treatment; the fitted figures were made with this pool.
POOL = 120
# Tokens that count as the head of a document: a title and an abstract.
HEAD_TOKENS = 150
# Rarity of a word: how far it stands below this point of Zipf's scale.
COMMON = 7.5

NAMES = (
    "tf", "tf_relative", "first", "first_log", "spread", "deciles", "in_head", "in_title", "words", "one_word",
    "two_words",
    "three_words", "four_words", "zipf_mean", "zipf_min", "zipf_max", "zipf_last", "tf_rarity", "complete", "c_value",
    "capitals", "acronym", "proper", "adjective_first", "participle", "plural", "generic", "length", "short", "hyphen",
    "rank_sum", "rank_mean", "rank_min", "inside_longer", "tf_words", "head_noun_tf", "unknown_word", "all_nouns",
    "in_heading", "linked", "number_first", "similar_head", "similar_common", "similar_order",
)  # fmt: skip
INDEX = {name: number for number, name in enumerate(NAMES)}


@dataclass(slots=True)
class Pool:
    """The chosen candidates of a text with their features, one row each."""

    candidates: list[Candidate]
    forms: list[str]
    matrix: np.ndarray


@dataclass(frozen=True, slots=True)
class Setting:
    """What the features of one text share: its length in tokens, keys of title and headings, word ranks, language."""

    length: int
    title_key: str
    ranks: dict[str, float]
    language: str
    headings_key: str = ""


def build(found: Sequence[Candidate], setting: Setting, unfit: Container[str] = ()) -> Pool:
    """Choose the pool and measure it; the similarity columns stay 0 until an embedder fills them.

    Candidates whose keys are `unfit` to be tags are counted as heads and parts of others, and left out of the pool.
    """
    fit = [candidate for candidate in found if candidate.key not in unfit]
    scored = sorted(fit, key=lambda candidate: -_prior(candidate, setting))[:POOL]
    inside = _counts_inside(scored)
    heads = _head_counts(found)
    rows = [_row(candidate, setting, inside, heads) for candidate in scored]
    matrix = np.array(rows, dtype=np.float64) if rows else np.zeros((0, len(NAMES)))
    return Pool(scored, [candidate.form for candidate in scored], matrix)


def _prior(candidate: Candidate, setting: Setting) -> float:
    """Give a rough worth, cheap enough for every candidate: frequency, rarity, position, completeness."""
    words = candidate.form.lower().split()
    rarity = sum(COMMON - zipf(word, setting.language) for word in words) / len(words)
    count = len(candidate.positions)
    early = math.exp(-8 * candidate.positions[0] / setting.length)
    longer = 1.3 if len(words) > 1 else 1.0
    return math.log1p(count) * max(rarity, 0.1) * longer * (1 + 1.2 * early) * (0.35 + 0.65 * candidate.full / count)


def _counts_inside(pool: Sequence[Candidate]) -> dict[str, tuple[int, int]]:
    """Count, for each key of the pool, how often and in how many longer candidates of the pool it stands."""
    known = {candidate.key for candidate in pool}
    counts: dict[str, tuple[int, int]] = {}
    for candidate in pool:
        stems = candidate.stems
        parts = {
            " ".join(stems[start:end]) for start in range(len(stems)) for end in range(start + 1, len(stems) + 1)
        } - {candidate.key}
        for part in parts & known:
            times, kinds = counts.get(part, (0, 0))
            counts[part] = (times + len(candidate.positions), kinds + 1)
    return counts


def _head_counts(found: Sequence[Candidate]) -> dict[str, int]:
    return {candidate.key: len(candidate.positions) for candidate in found if len(candidate.stems) == 1}


def _row(
    candidate: Candidate, setting: Setting, inside: dict[str, tuple[int, int]], heads: dict[str, int]
) -> list[float]:
    form = candidate.form
    words = form.split()
    lower = [word.lower() for word in words]
    zipfs = [zipf(word, setting.language) for word in lower]
    stems = candidate.stems
    ranks = [setting.ranks.get(stem, 0.0) for stem in stems]
    count, size = len(candidate.positions), len(words)
    first, last = candidate.positions[0], candidate.positions[-1]
    longer, kinds = inside.get(candidate.key, (0, 0))
    log_count = math.log1p(count)
    mean_zipf = sum(zipfs) / size
    own = max(count - longer / max(1, kinds), 0)
    return [
        log_count,
        log_count / math.log(setting.length + 10),
        first / setting.length,
        math.log1p(first),
        (last - first) / setting.length,
        len({place * 10 // setting.length for place in candidate.positions}) / 10,
        float(first < HEAD_TOKENS),
        float(contains(setting.title_key, candidate.key)),
        size,
        float(size == 1),
        float(size == 2),
        float(size == 3),
        float(size >= 4),
        mean_zipf,
        min(zipfs),
        max(zipfs),
        zipfs[-1],
        log_count * max(COMMON - mean_zipf, 0),
        candidate.full / count,
        math.log2(size + 0.5) * own / math.log(setting.length + 10),
        sum(times for text, times in candidate.forms.items() if text[:1].isupper()) / count,
        float(any(len(word) > 1 and word.isupper() for word in words)),
        sum(tag.startswith("NNP") for tag in candidate.tags) / size,
        float(candidate.tags[0].startswith("JJ")),
        float(any(tag.startswith("VB") for tag in candidate.tags)),
        float(candidate.tags[-1] in ("NNS", "NNPS")),
        sum(fold(word) in generic_words(setting.language) for word in words) / size,
        min(len(form), 40) / 40,
        float(size == 1 and len(form) < 5),
        float("-" in form),
        sum(ranks),
        sum(ranks) / size,
        min(ranks),
        math.log1p(longer) / log_count,
        log_count * size,
        math.log1p(heads.get(stems[-1], 0)),
        sum(value <= UNKNOWN for value in zipfs) / size,
        float(all(tag.startswith("NN") for tag in candidate.tags)),
        float(contains(setting.headings_key, candidate.key)),
        float(candidate.linked),
        float(form[0].isdigit()),
        # Set from the embedding for the whole matrix at once.
        *[0.0] * 3,
    ]


def with_scores_within(matrix: np.ndarray) -> np.ndarray:
    """Add each feature's distance from the document's mean in standard deviations: abstracts and books become alike."""
    if not len(matrix):
        return np.zeros((0, matrix.shape[1] * 2))
    return np.hstack([matrix, (matrix - matrix.mean(0)) / (matrix.std(0) + 1e-6)])
