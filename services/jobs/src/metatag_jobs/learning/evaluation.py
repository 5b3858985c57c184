"""How well the machine's tags agree with what people left: F1 at a rank, precision by rank, NDCG, kinds of facets."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from metatag_jobs.learning.model import Feedback
from metatag_jobs.search_text import fold
from metatag_runtime.tag_scores import RANKS, Scores


@dataclass(frozen=True)
class Evaluation:
    """The agreement over documents; all shares 0 to 1."""

    documents: int = 0
    f1_at_5: float = 0.0
    f1_at_10: float = 0.0
    ndcg: float = 0.0
    precision_by_rank: list[float] = field(default_factory=list)
    facet_coverage: dict[str, float] = field(default_factory=dict)


def evaluated(feedback: Iterable[Feedback]) -> Evaluation:
    """Compare the machine's tags with those that people left; tags are equal when they fold to the same."""
    scores = Scores(fold)
    kinds: Counter[str] = Counter()
    for each in feedback:
        scores.add(each.machine, each.final)
        kinds.update(set(each.facet_kinds))
    documents = max(1, scores.documents)
    return Evaluation(
        documents=scores.documents,
        f1_at_5=scores.f1(5),
        f1_at_10=scores.f1(10),
        ndcg=scores.ndcg,
        precision_by_rank=[scores.precision(rank) for rank in range(1, RANKS + 1)],
        facet_coverage={kind: count / documents for kind, count in sorted(kinds.items())},
    )
