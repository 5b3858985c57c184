"""Reads a vocabulary in a child process: hostile RDF costs that process and nothing else."""

from __future__ import annotations

import asyncio
from typing import Any

from metatag_gateway.skos.reading import RDF_XML, TURTLE
from metatag_runtime.child_process import ChildLost, ChildProcess, ChildProgram
from metatag_runtime.errors import InvalidArgument

KINDS = {
    "text/turtle": TURTLE,
    "application/x-turtle": TURTLE,
    "application/rdf+xml": RDF_XML,
}
# By the ends of file names, for a file of a form.
ENDINGS = {".ttl": TURTLE, ".rdf": RDF_XML, ".xml": RDF_XML}
MAX_BYTES = 16 * 1024 * 1024
_MEMORY_BYTES = 1024 * 1024 * 1024
# A thesaurus of 50,000 terms takes about 20 s.
_SECONDS = 60.0
# Children at once; further vocabularies wait.
_AT_ONCE = asyncio.Semaphore(1)


async def read_terms(content: bytes, kind: str, language: str) -> list[dict[str, Any]]:
    """Return a vocabulary's terms as JSON would have them; InvalidArgument says what is wrong with it."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidArgument("A vocabulary in SKOS must be UTF-8.") from None
    async with _AT_ONCE:
        child = ChildProcess(ChildProgram("metatag_gateway.skos.child", {"memory_bytes": _MEMORY_BYTES}))
        try:
            await child.start()
            answer, _ = await child.ask({"content": text, "kind": kind, "language": language}, _SECONDS)
        except ChildLost as error:
            cause = {"time": "takes too long", "memory": "needs too much memory"}.get(error.cause, "could not be read")
            raise InvalidArgument(f"The vocabulary {cause}; send a smaller part of it.") from None
        finally:
            await child.kill()
    if "refused" in answer:
        raise InvalidArgument(answer["refused"])
    found: list[dict[str, Any]] = answer["terms"]
    return found
