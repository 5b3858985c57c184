"""The child process that reads SKOS: a document in, terms out, without network or files, then it ends.

Started as `python -m metatag_gateway.skos.child PARENT_PID` by `process`; never by hand.
"""

from __future__ import annotations

from collections.abc import Callable

from metatag_gateway.skos.reading import BadVocabulary, terms
from metatag_runtime import child_limits
from metatag_runtime.child_frames import Message
from metatag_runtime.child_server import Handler, run


def start(plan: Message) -> tuple[Message, Handler]:
    """Load the parsers, then lay the limits on this process."""
    terms(b"<urn:a> <http://www.w3.org/2004/02/skos/core#prefLabel> 'a' .", "turtle")
    return {"lacks": child_limits.bound(plan["memory_bytes"])}, _Reader()


class _Reader:
    def warm(self) -> None:
        """Have nothing more to load."""

    def answer(self, request: Message, ahead: Callable[[Message], None]) -> tuple[Message, bytes]:
        """Return the terms, or why there are none."""
        try:
            return {"terms": terms(request["content"].encode(), request["kind"], request["language"])}, b""
        except BadVocabulary as error:
            return {"refused": str(error)}, b""
        except MemoryError:
            return {"refused": "The vocabulary needs too much memory to be read."}, b""

    def close(self) -> None:
        """Hold nothing to give back."""


if __name__ == "__main__":
    run(start)
