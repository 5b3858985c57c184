"""Wall time and memory of the offline tagger on 20-page documents, on one core: `make bench-tags-speed`.

The documents go the product's way: through the pool of child processes, as pages, with the service and its child on one
core. With `--data FOLDER` papers of 6,000 to 10,000 words are taken out of the folder's sets; without it documents of
that length are put together from the project's own gold texts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from pathlib import Path

import psutil

from bench.tags import sets
from metatag_tagger.adapters.analyst_pool import AnalystPool
from metatag_tagger.model import Document, Page
from metatag_tagger.ports import AnalysisOptions

PAGES = 20
WORDS = (6_000, 10_000)
DOCUMENTS = 25
# The bars of a release: half of the documents, nineteen in twenty, and resident memory without and with meaning.
P50_MS, P95_MS, MEMORY_MB = 300, 1_000, {False: 250, True: 450}
COUNT = 20


def paged(text: str) -> Document:
    """Cut a text at line ends, or at words when it has few, into pages of about the same length."""
    parts, joint = (text.split("\n"), "\n") if text.count("\n") > 10 * PAGES else (text.split(), " ")
    size = -(-len(parts) // PAGES)
    texts = [joint.join(parts[start : start + size]) for start in range(0, len(parts), size)]
    return Document(tuple(Page(number, page) for number, page in enumerate(texts, 1)))


def documents(folder: Path | None) -> list[Document]:
    """Give up to DOCUMENTS documents of PAGES pages."""
    if folder is None:
        return _composed()
    found = (gold.text for file in sets.find(folder).values() for gold in sets.read(file) if gold.language == "en")
    fitting = [text for text in found if WORDS[0] <= len(text.split()) <= WORDS[1]]
    return [paged(text) for text in fitting[:DOCUMENTS]]


def _composed() -> list[Document]:
    """Give documents in which every page is three gold texts; a long document comes back to its subjects."""
    texts = [gold.text for gold in sets.read(sets.OWN / "english.jsonl")]
    made = []
    for number in range(DOCUMENTS):
        pages = [
            "\n\n".join(texts[(number + 3 * page + part) % len(texts)] for part in range(3)) for page in range(PAGES)
        ]
        made.append(Document(tuple(Page(place, page) for place, page in enumerate(pages, 1))))
    return made


async def measure(found: list[Document], embed: bool, best_of: int) -> tuple[list[float], float, int]:
    """Give the wall times in ms, sorted, the mean processor time in ms, and the child's peak memory in MB."""
    pool = AnalystPool("bench", size=1, seconds=60, queue=2, embed=embed)
    await pool.start()
    await pool.study(found[0], AnalysisOptions(COUNT))
    times = []
    child = _child()
    before = sum(child.cpu_times()[:2])
    for document in found:
        own = []
        for _ in range(best_of):
            begun = time.perf_counter()
            await pool.study(document, AnalysisOptions(COUNT))
            own.append(1000 * (time.perf_counter() - begun))
        times.append(min(own))
    used = 1000 * (sum(child.cpu_times()[:2]) - before) / len(found) / best_of
    peak = _peak(child)
    await pool.stop(1.0)
    return sorted(times), used, peak


def _child() -> psutil.Process:
    children = psutil.Process().children()
    [found] = [child for child in children if "metatag_tagger.offline.work" in child.cmdline()]
    return found


def _peak(child: psutil.Process) -> int:
    """Give the highest resident memory, in MB, that a process had so far."""
    status = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) // 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def main() -> int:
    """Measure without and with ranking by meaning; 1 if a bar is not met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="folder of *.jsonl sets with long papers")
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--best-of", type=int, default=1, help="best of so many times a document, for a busy machine")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    found = documents(arguments.data)[: arguments.documents]
    words = sorted(sum(len(page.text.split()) for page in document.pages) for document in found)
    print(f"{len(found)} documents of {PAGES} pages, {words[0]} to {words[-1]} words, one core, wall time.\n")
    print("| | p50 ms | p95 ms | longest ms | processor, mean ms | peak resident MB |\n|---|---|---|---|---|---|")
    met = True
    for embed in (False, True):
        times, used, peak = asyncio.run(measure(found, embed, arguments.best_of))
        p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
        name = "with" if embed else "without"
        print(f"| {name} meaning | {p50:.0f} | {p95:.0f} | {times[-1]:.0f} | {used:.0f} | {peak} |", flush=True)
        met = met and p50 < P50_MS and p95 < P95_MS and peak < MEMORY_MB[embed]
    verdict = "met" if met else "MISSED"
    print(f"\nBars (p50 {P50_MS} ms, p95 {P95_MS} ms, {MEMORY_MB[False]} and {MEMORY_MB[True]} MB): {verdict}.")
    return 0 if met else 1


if __name__ == "__main__":
    raise SystemExit(main())
