"""What corrections teach: 20 documents of an archive are corrected, 30 others tagged before and after.

`make bench-tags-learning` measures the made archive of `house.py`, where subjects come again, and with DATA=<folder>
the sets of that folder, where they hardly do. Every correction is what the gold says: right tags stay, wrong ones go,
missing ones are added.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import replace
from pathlib import Path

from bench.tags import house, sets
from bench.tags.protocol import Gold, Score, norm
from metatag_jobs.learning.model import LEAST_COUNT, MAX_WORDS
from metatag_jobs.search_text import index_words
from metatag_tagger import postprocessing
from metatag_tagger.model import Archive, Document, Page, TagFeedback, TaggerKind, TagOptions
from metatag_tagger.offline.study import study
from metatag_tagger.ports import AnalysisOptions
from metatag_tagger.tagging import SPARE

CORRECTED, OTHERS = 20, 30


def tags_of(gold: Gold, count: int, archive: Archive | None) -> list[str]:
    """Return the offline tags of a document as the service gives them."""
    document = Document((Page(1, gold.text),), language=gold.language)
    found = study(document, AnalysisOptions(count + SPARE, archive=archive))
    options = TagOptions(tagger=TaggerKind.LOCAL, num_tags=count)
    plan = postprocessing.Plan(options, (), found.language, "", "bench", archive)
    return [tag.text for tag in postprocessing.local(plan, found).tags]


def corrected(documents: list[Gold], count: int) -> Archive:
    """Return what is known of an archive after its documents were corrected to their gold tags."""
    kept, removed, added = Counter[str](), Counter[str](), Counter[str]()
    for gold in documents:
        wanted = {norm(form, gold.language): forms[0] for forms in gold.tags for form in forms}
        given = tags_of(gold, count, None)
        right = {wanted[name] for tag in given if (name := norm(tag, gold.language)) in wanted}
        kept.update(tag for tag in given if norm(tag, gold.language) in wanted)
        removed.update(tag for tag in given if norm(tag, gold.language) not in wanted)
        added.update(forms[0] for forms in gold.tags if forms[0] not in right)
    names = dict.fromkeys([*kept, *removed, *added])
    tags = tuple(TagFeedback(name, kept[name], removed[name], added[name]) for name in names)
    return Archive(tags=tags, corrected=len(documents))


def with_words(archive: Archive, documents: list[Gold]) -> Archive:
    """Return what is known of an archive with the words that are common in its documents."""
    counts = Counter(word for gold in documents for word in set(index_words([gold.text])))
    common = {word: count for word, count in counts.most_common(MAX_WORDS) if count >= LEAST_COUNT}
    return replace(archive, documents=len(documents), words=common)


def lift(documents: list[Gold], count: int) -> tuple[Score, Score]:
    """Return the scores of the documents that were not corrected, before and after the others were."""
    archive = with_words(corrected(documents[:CORRECTED], count), documents)
    before, after = Score(count), Score(count)
    for gold in documents[CORRECTED : CORRECTED + OTHERS]:
        before.add(tags_of(gold, count, None), gold)
        after.add(tags_of(gold, count, archive), gold)
    return before, after


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of *.jsonl sets")
    folder = parser.parse_args().data
    archives = {"made archive of one office": house.documents()}
    if folder is not None:
        archives |= {name: sets.read(file)[: CORRECTED + OTHERS] for name, file in sets.find(folder).items()}
    print(f"| archive | F1@8 of {OTHERS} documents before | after {CORRECTED} corrected ones |\n|---|---|---|")
    for name, documents in archives.items():
        before, after = lift(documents, 8)
        print(f"| {name} | {before.micro:.1f} | {after.micro:.1f} |", flush=True)


if __name__ == "__main__":
    main()
