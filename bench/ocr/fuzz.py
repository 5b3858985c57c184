"""Sends thousands of damaged PDFs through a node; the exit status is 1 when one is lost or gets an unnamed error.

python -m bench.ocr.fuzz --files 2000 --seed 1 [--corpus FOLDER]
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections import Counter
from pathlib import Path

from bench.ocr.node import running
from bench.ocr.pages import sample
from bench.ocr.run import tessdata
from fakes import hostile_pdfs as made
from fakes.ocr_client import recognize
from fakes.ocr_fuzz import outcomes
from fakes.ocr_pdfs import page_image, scan_pdf
from fakes.pdf_mutations import mutated

_LINE = "The committee approved the water supply scheme for the northern district."
_BATCH = 100


def main() -> int:
    """Run; give the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--corpus", type=Path)
    asked = parser.parse_args()
    counts = asyncio.run(_run(asked.files, asked.seed, _sources(asked.corpus)))
    faults = {name: times for name, times in counts.items() if name.startswith("fault")}
    print(f"\n{counts.total()} files, seed {asked.seed}: {dict(counts.most_common())}")
    print(f"faults: {faults}" if faults else "no lost node, no unnamed error")
    return 1 if faults else 0


async def _run(files: int, seed: int, sources: list[bytes]) -> Counter[str]:
    counts: Counter[str] = Counter()
    async with running(tessdata(), slots=1, page_seconds=10, open_seconds=10) as node:
        pid, start = node.process.pid, time.monotonic()
        for first in range(0, files, _BATCH):
            counts += await outcomes(node.channel, mutated(sources, min(_BATCH, files - first), seed * 100_000 + first))
            print(f"{counts.total()} files, {time.monotonic() - start:.0f} s, {dict(counts.most_common())}", flush=True)
        answer = await recognize(node.channel, made.text_pdf([[_LINE] * 9]))
        if _LINE not in answer.text or not node.process.is_running() or node.process.pid != pid:
            counts["fault: unhealthy node"] += 1
    return counts


def _sources(corpus: Path | None) -> list[bytes]:
    digital = made.text_pdf([[_LINE] * 5] * 3, title="A title")
    own = [
        digital,
        scan_pdf([page_image(digital, 1, 60)], dpi=60),
        sample("karyalaya-adesh"),
        sample("road-tender"),
        made.form_loop(),
        made.nested_forms(4),
        made.empty_page(),
        made.encrypted(),
    ]
    found = [path.read_bytes() for path in sorted(corpus.glob("*.pdf"))] if corpus else []
    return own + [data for data in found if 0 < len(data) < 1024 * 1024]


if __name__ == "__main__":
    sys.exit(main())
