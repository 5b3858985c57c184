"""The child process of the offline tagger: reads requests on standard input, writes answers on standard output.

A frame is four bytes of length, big-endian, then JSON. The process ends when its input ends.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
from dataclasses import asdict
from typing import Any, BinaryIO

from metatag_runtime.sandbox import restrict
from metatag_tagger.model import Document, Page
from metatag_tagger.offline.clean import clean
from metatag_tagger.offline.codec import MAX_FRAME, decode, encode, read_document, read_wish, study_answer
from metatag_tagger.offline.embed import Embedder
from metatag_tagger.offline.evidence import Finder
from metatag_tagger.offline.study import study
from metatag_tagger.ports import AnalysisOptions, Evidence


def main() -> int:
    """Serve requests until the input ends; give the exit code."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--embed", action="store_true")
    parser.add_argument("--scratch", default="")
    parser.add_argument("--memory-mb", type=int, default=0)
    arguments = parser.parse_args()
    if arguments.memory_mb:
        limit = arguments.memory_mb * 1024 * 1024
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # Loaded before the doors are shut: it maps its library and weights, and reads no file afterwards.
    embedder = Embedder.load(arguments.embed)
    restrict([], [arguments.scratch] if arguments.scratch else [])
    # The answers own standard output; whatever a library prints goes to standard error.
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    warm(embedder)
    serve(sys.stdin.buffer, output, embedder)
    return 0


def warm(embedder: Embedder | None) -> None:
    """Load what English and Hindi need, so that the first document does not wait for it."""
    for text in ("Public libraries lend books to schools.", "सार्वजनिक पुस्तकालय विद्यालयों को पुस्तकें देते हैं।"):
        study(Document((Page(1, text),)), AnalysisOptions(3), embedder)


def serve(source: BinaryIO, output: BinaryIO, embedder: Embedder | None) -> None:
    """Answer one frame after the other."""
    write(output, {"ready": True})
    while (request := read(source)) is not None:
        write(output, answer(request, embedder))


def answer(request: dict[str, Any], embedder: Embedder | None) -> dict[str, Any]:
    """Give the answer to one request; a failure is an answer too, so that the process lives on."""
    try:
        document = read_document(request["document"])
        if request["op"] == "study":
            return study_answer(study(document, read_wish(request["tag_options"]), embedder))
        return {"evidence": [asdict(item) for item in _ground(document, request["phrases"], request["language"])]}
    except MemoryError:
        return {"error": "memory"}
    except Exception as error:
        # The type alone: a message could hold text of the document.
        return {"error": type(error).__name__}


def _ground(document: Document, phrases: list[str], language: str) -> list[Evidence]:
    finder = Finder(clean(document.pages), language)
    found = [finder.find(phrase) for phrase in phrases]
    return [Evidence(True, *place) if place else Evidence(False) for place in found]


def read(source: BinaryIO) -> dict[str, Any] | None:
    """Give the next request, None at the end of the input."""
    head = source.read(4)
    if len(head) < 4:
        return None
    size = int.from_bytes(head, "big")
    return decode(source.read(size)) if size <= MAX_FRAME else None


def write(output: BinaryIO, message: dict[str, Any]) -> None:
    """Write one answer."""
    raw = encode(message)
    output.write(len(raw).to_bytes(4, "big") + raw)
    output.flush()


if __name__ == "__main__":
    raise SystemExit(main())
