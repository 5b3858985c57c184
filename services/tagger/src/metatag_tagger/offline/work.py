"""The child process of the offline tagger: a document in, its analysis out.

Started as `python -m metatag_tagger.offline.work PARENT_PID` by `metatag_runtime.child_process`; never by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from metatag_runtime import child_limits
from metatag_runtime.child_frames import Message
from metatag_runtime.child_server import Handler, run
from metatag_tagger.model import Document, Page
from metatag_tagger.offline.clean import clean
from metatag_tagger.offline.codec import read_document, read_options, study_answer
from metatag_tagger.offline.embed import Embedder
from metatag_tagger.offline.evidence import Finder
from metatag_tagger.offline.study import study
from metatag_tagger.ports import AnalysisOptions, Evidence


def start(plan: Message) -> tuple[Message, Handler]:
    """Load the embedding if the plan wants it, then lay the limits on this process.

    In this order, because the embedding maps its library and weights, and reads no file afterwards.
    """
    embedder = Embedder.load(bool(plan["embed"]))
    lacks = child_limits.bound(plan["memory_bytes"], [], [plan["scratch"]])
    return {"lacks": lacks}, Analyst(embedder, warms=bool(plan["warm"]))


class Analyst:
    """Answers requests, one at a time."""

    def __init__(self, embedder: Embedder | None, *, warms: bool = True) -> None:
        self._embedder = embedder
        self._warms = warms

    def warm(self) -> None:
        """Load what English and Hindi need, so that the first document does not wait for it."""
        if not self._warms:
            return
        for text in ("Public libraries lend books to schools.", "सार्वजनिक पुस्तकालय विद्यालयों को पुस्तकें देते हैं।"):
            study(Document((Page(1, text),)), AnalysisOptions(3), self._embedder)

    def answer(self, request: Message, ahead: Callable[[Message], None]) -> tuple[Message, bytes]:
        """Return the answer to one request; a failure is an answer too, so that the process lives on."""
        try:
            return self._answer(request), b""
        except MemoryError:
            return {"error": "memory"}, b""
        except Exception as error:
            # The type alone: a message could hold text of the document.
            return {"error": type(error).__name__}, b""

    def _answer(self, request: Message) -> Message:
        document = read_document(request["document"])
        if request["op"] == "study":
            return study_answer(study(document, read_options(request["tag_options"]), self._embedder))
        return {"evidence": [asdict(item) for item in _ground(document, request["phrases"], request["language"])]}

    def close(self) -> None:
        """Hold nothing to give back."""


def _ground(document: Document, phrases: list[str], language: str) -> list[Evidence]:
    finder = Finder(clean(document.pages), language)
    found = [finder.find(phrase) for phrase in phrases]
    return [Evidence(True, *place) if place else Evidence(False) for place in found]


if __name__ == "__main__":
    run(start)
