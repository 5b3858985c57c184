"""From one document's tags before and after people, to counts over an archive."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from metatag_jobs.learning.model import MAX_TAG_CHARS, MAX_TAGS, Feedback, TagFeedback
from metatag_jobs.results import Facet, Tag
from metatag_jobs.search_text import fold

# What a tag of a folder bears as its source: neither the machine nor a person chose it.
_FOLDER = "folder"


def feedback_of(
    known: Feedback | None, before: Sequence[Tag], after: Sequence[Tag], facets: Iterable[Facet], *, reviewed: bool
) -> Feedback | None:
    """Return the feedback on a document after a change of its tags; None when it says nothing.

    `known` is what was known before: the machine's tags of that time are its tags still.
    """
    machine = list(known.machine) if known else []
    seen = {fold(name) for name in machine}
    machine += [tag.tag for tag in before if not tag.origin and tag.source != _FOLDER and fold(tag.tag) not in seen]
    final = [tag.tag for tag in after if tag.source != _FOLDER]
    if not reviewed and {fold(name) for name in machine} == {fold(name) for name in final}:
        return None
    return Feedback(machine, final, sorted({facet.kind for facet in facets}), reviewed)


@dataclass
class _Count:
    tag: str
    kept: int = 0
    removed: int = 0
    added: int = 0

    @property
    def total(self) -> int:
        return self.kept + self.removed + self.added


def counted(feedback: Iterable[Feedback], most: int = MAX_TAGS) -> list[TagFeedback]:
    """Return what became of each tag, the most judged first, at most `most`; spelt as in the latest document.

    `feedback` begins with the latest.
    """
    counts: dict[str, _Count] = {}

    def count(name: str) -> _Count:
        return counts.setdefault(fold(name), _Count(name))

    for each in feedback:
        machine = {fold(name): name for name in each.machine}
        final = {fold(name): name for name in each.final}
        for key, name in final.items():
            if key in machine:
                count(name).kept += 1
            else:
                count(name).added += 1
        for key, name in machine.items():
            if key not in final:
                count(name).removed += 1
    fitting = [each for each in counts.values() if 0 < len(each.tag) <= MAX_TAG_CHARS]
    ranked = sorted(fitting, key=lambda each: -each.total)
    return [TagFeedback(each.tag, each.kept, each.removed, each.added) for each in ranked[:most]]
