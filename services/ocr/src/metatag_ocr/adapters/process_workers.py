"""The port Workers over pools of child processes: a pool for Tesseract, and one more for a deep engine."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from metatag_ocr import errors
from metatag_ocr.adapters.prometheus_observer import DEATHS
from metatag_ocr.model import (
    Description,
    DocumentRef,
    EngineInfo,
    FileFacts,
    PageLayer,
    PageText,
    PictureFormat,
    WordBoxes,
)
from metatag_ocr.ports import PageOrder, ScriptFound
from metatag_runtime.child_frames import Message
from metatag_runtime.child_pool import ChildPool, PoolOptions
from metatag_runtime.child_process import ChildLost, ChildProcess, ChildProgram
from metatag_runtime.errors import ErrorCode, MetatagError

# What a child says is checked like a stranger's word: a hostile PDF may have taken it over.
_PAGE = TypeAdapter(PageText)
_FACTS = TypeAdapter(FileFacts)
_BOXES = TypeAdapter(WordBoxes)
Checked = TypeVar("Checked")
T = TypeVar("T")
_CODES = {str(code) for code in ErrorCode}


def page_pool(
    name: str, plan: Message, *, slots: int, max_pages: int, warm: bool = True, kept: int | None = None
) -> ChildPool:
    """Return a pool of children that read pages, each replaced after `max_pages`.

    A warm one keeps `kept` children ready, by default one for each slot and one for the document that comes while all
    slots are busy; such a child costs 130 MB, so that there may be twice as many. One that is not warm starts a child
    when first needed, and keeps it, because its start is slow and it costs gigabytes.
    """
    options = PoolOptions(
        name,
        slots=slots,
        max_uses=max_pages,
        max_children=2 * slots if warm else slots,
        kept=(slots + 1 if kept is None else kept) if warm else 0,
    )
    program = ChildProgram("metatag_ocr.child", plan)
    return ChildPool(program, options, lambda cause: DEATHS.labels(name, cause).inc())


class ProcessWorkers:
    """Opens, reads and renders in children."""

    def __init__(
        self,
        pool: ChildPool,
        *,
        open_seconds: float,
        page_seconds: float,
        languages: Callable[[], Sequence[str]],
    ) -> None:
        self.slots = pool.options.slots
        self._pool = pool
        self._languages = languages
        self._open_seconds = open_seconds
        self._page_seconds = page_seconds

    async def open(self, document: DocumentRef, path: Path) -> FileFacts:
        """Open a file in a child; raises DocumentError."""

        async def once() -> FileFacts:
            async with self._pool.lend(document.sha256) as worker:
                answer, _ = await worker.ask({"do": "open", "path": str(path)}, self._open_seconds)
                return await _checked(worker, _FACTS, _told(answer, "facts", errors.broken()))

        try:
            return await _again_if_killed(once)
        except ChildLost as error:
            raise (errors.broken() if error.cause == "crash" else errors.open_too_costly()) from error

    async def read(self, order: PageOrder, script_found: ScriptFound) -> PageText:
        """Read a page in a child; raises PageError."""
        message = {
            "do": "read",
            "path": str(order.path),
            "number": order.number,
            "options": asdict(order.options),
            "languages": list(order.languages),
            "script": order.script,
            "confirmed": sorted(order.confirmed),
            "compares": order.compares,
        }

        async def once() -> PageText:
            async with self._pool.lend(order.document.sha256) as worker:
                worker.uses += 1
                answer, _ = await worker.ask(message, order.seconds, lambda ahead: script_found(str(ahead["script"])))
                return await _checked(worker, _PAGE, _told(answer, "page", errors.page_damaged(order.number)))

        try:
            return await _again_if_killed(once)
        except ChildLost as error:
            raise _page_error(error, order.number, order.seconds) from error

    async def render(
        self, document: DocumentRef, path: Path, number: int, width: int, kind: PictureFormat = "PNG"
    ) -> bytes:
        """Draw a page in a child; raises DocumentError, PageError or NotFound."""
        message = {"do": "render", "path": str(path), "number": number, "width": width, "kind": kind}

        async def once() -> tuple[Message, bytes]:
            async with self._pool.lend(document.sha256) as worker:
                worker.uses += 1
                return await worker.ask(message, self._page_seconds)

        try:
            answer, blob = await _again_if_killed(once)
        except ChildLost as error:
            raise _page_error(error, number, self._page_seconds) from error
        _told(answer, "picture", errors.page_damaged(number))
        return blob

    async def describe(self, document: DocumentRef, path: Path, description: Description) -> bytes:
        """Write the metadata in a child; raises DocumentError, MetatagError."""
        return await self._rewritten(
            document, {"do": "describe", "path": str(path), "description": asdict(description)}
        )

    async def make_searchable(
        self, document: DocumentRef, path: Path, description: Description, layers: Sequence[PageLayer]
    ) -> bytes:
        """Write layers of text and the metadata in a child; raises DocumentError, MetatagError."""
        told = [
            {
                "number": each.number,
                "rotation": each.rotation,
                "text": each.text,
                "sides": b64encode(each.sides).decode(),
            }
            for each in layers
        ]
        message = {"do": "make_searchable", "path": str(path), "description": asdict(description), "layers": told}
        return await self._rewritten(document, message)

    async def _rewritten(self, document: DocumentRef, message: Message) -> bytes:
        async def once() -> tuple[Message, bytes]:
            async with self._pool.lend(document.sha256) as worker:
                return await worker.ask(message, self._page_seconds)

        try:
            answer, blob = await _again_if_killed(once)
        except ChildLost as error:
            raise (errors.broken() if error.cause == "crash" else errors.open_too_costly()) from error
        _told(answer, "rewritten", errors.broken())
        return blob

    async def locate(self, document: DocumentRef, path: Path, number: int) -> WordBoxes:
        """Find the words of a page's text in a child; raises DocumentError, PageError or NotFound."""

        async def once() -> WordBoxes:
            async with self._pool.lend(document.sha256) as worker:
                worker.uses += 1
                message = {"do": "locate", "path": str(path), "number": number}
                answer, _ = await worker.ask(message, self._page_seconds)
                return await _checked(worker, _BOXES, _told(answer, "boxes", errors.page_damaged(number)))

        try:
            return await _again_if_killed(once)
        except ChildLost as error:
            raise _page_error(error, number, self._page_seconds) from error

    def engine(self) -> EngineInfo:
        """Tell the engine's name and languages, known before any child runs, and what the children say of it."""
        languages = tuple(self._languages())
        detail = self._pool.detail or ("" if languages else "no language data is installed")
        version = str(self._pool.hello.get("engine", {}).get("version", ""))
        return EngineInfo(self._pool.options.name, version, not detail, detail, languages)

    def load(self) -> tuple[int, int]:
        """Give pages in work and waiting."""
        return self._pool.working, self._pool.waiting


def _told(answer: Message, key: str, otherwise: MetatagError) -> Any:
    """Give an answer's value, or raise the error it names; a code we do not know is the child's failure."""
    if key in answer:
        return answer[key]
    error = answer.get("error")
    if isinstance(error, dict) and error.get("code") in _CODES:
        raise MetatagError(str(error.get("message")), code=ErrorCode(error["code"]))
    raise otherwise


async def _checked(worker: ChildProcess, adapter: TypeAdapter[Checked], value: Any) -> Checked:
    try:
        return adapter.validate_python(value)
    except ValidationError as error:
        await worker.kill()
        raise ChildLost("crash") from error


async def _again_if_killed(once: Callable[[], Awaitable[T]]) -> T:
    """Do a piece of work, once more in another child when the first was killed from outside."""
    try:
        return await once()
    except ChildLost as error:
        if error.cause != "killed":
            raise
    return await once()


def _page_error(error: ChildLost, number: int, seconds: float) -> MetatagError:
    if error.cause == "time":
        return errors.page_too_slow(number, seconds)
    # Killed twice: it is this page's memory.
    return errors.page_too_big(number) if error.cause in ("memory", "killed") else errors.page_damaged(number)
