"""Runs the measurements and prints them as a table; the exit status is 1 when a bar is missed.

python -m bench.ocr.run [--corpus FOLDER] [--only engine,service,...] [--pages 2000] [--rounds 3]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.ocr import accuracy, engine_path, paper, peers, review, service, text_layers
from bench.ocr.pages import ROOT, corpus, made_scans
from bench.ocr.scores import Result

GROUPS = ("engine", "service", "long", "text", "accuracy", "review", "paper", "peers", "memory")


def main() -> int:
    """Run what was asked for; give the exit status."""
    asked = _arguments()
    data = tessdata()
    work = _work(asked, data)
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}", flush=True)
    print("| group | what | value | bar | | note |\n|---|---|---|---|---|---|", flush=True)
    missed = 0
    for group in asked.only.split(","):
        for result in work[group]():
            print(result.row(), flush=True)
            missed += not result.held
    print(f"\n{missed} bars missed" if missed else "\nall bars held")
    return 1 if missed else 0


def _work(asked: argparse.Namespace, tessdata: Path) -> dict[str, Callable[[], list[Result]]]:
    scans = [*made_scans(), *corpus(asked.corpus)]
    return {
        "engine": lambda: engine_path.measure(scans, tessdata, asked.rounds),
        "service": lambda: [*_run(service.end_to_end(tessdata, 1)), *_run(service.end_to_end(tessdata, 2))],
        "long": lambda: _run(service.long_document(tessdata)),
        "text": lambda: text_layers.measure(asked.corpus, asked.rounds),
        "accuracy": lambda: accuracy.measure(scans, tessdata),
        "review": lambda: review.measure(corpus(asked.corpus), tessdata),
        "paper": lambda: paper.measure(tessdata),
        "peers": lambda: list(_peers(asked, tessdata)),
        "memory": lambda: _run(service.memory(tessdata, asked.pages)),
    }


def _peers(asked: argparse.Namespace, tessdata: Path) -> Iterator[Result]:
    lacking = peers.missing()
    if lacking:
        print(f"| peers | {lacking} | | | | |", flush=True)
        return
    yield from _run(peers.measure(tessdata, asked.peers, asked.rounds))


def _run(work: object) -> list[Result]:
    return asyncio.run(work)  # type: ignore[arg-type,no-any-return]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, help="folder of PDFs, truth beside them as NAME.gt.txt")
    parser.add_argument("--only", default=",".join(GROUPS), help="groups, divided by commas")
    parser.add_argument("--pages", type=int, default=2000, help="pages of the memory measurement")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=ROOT / ".tools/bench-peers", help="environment of the peers")
    return parser.parse_args()


def tessdata() -> Path:
    """Give the language data, or end with a sentence."""
    places = (
        os.environ.get("METATAG_OCR_TESSDATA_DIR"),
        ROOT / ".tools/tessdata",
        "/usr/share/tesseract-ocr/5/tessdata",
    )
    for place in places:
        if place and (Path(place) / "hin.traineddata").exists():
            return Path(place)
    sys.exit("Tesseract's eng and hin data are missing; run `make setup`.")


if __name__ == "__main__":
    sys.exit(main())
