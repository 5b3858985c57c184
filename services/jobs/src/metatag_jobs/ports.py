"""What jobs needs of the world beside its database. Each method says what the caller may rely on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Protocol

from metatag_jobs.learning.model import Archive
from metatag_jobs.model import JobEvent, ProcessOptions, Source, SourceCheck, TagOptions, Vocabulary
from metatag_jobs.results import OcrOutcome, Page, TagOutcome
from metatag_jobs.stores import EventLog
from metatag_jobs.usage import PictureOutcome
from metatag_jobs.work import (
    Artifact,
    Checkpoint,
    Claim,
    PageEvent,
    Ticket,
)


class FileStore(Protocol):
    """Objects by name. Names are made by jobs, never by users."""

    async def put(self, name: str, path: Path) -> None:
        """Store a local file; the object is either whole or absent. The local file is left alone."""

    async def put_bytes(self, name: str, data: bytes) -> None:
        """Store bytes; the object is either whole or absent."""

    async def read(self, name: str) -> bytes:
        """Give an object; raises FileGone."""

    def stream(self, name: str) -> AsyncIterator[bytes]:
        """Give an object in chunks of at most 1 MiB; raises FileGone at the first."""

    async def delete(self, name: str) -> None:
        """Remove an object; absent is fine."""

    def list_objects(self, shard: str) -> AsyncIterator[list[tuple[str, float]]]:
        """Return the objects whose names end with `shard`, two characters, with their ages in seconds, in portions."""

    async def ping(self) -> None:
        """Raise if the store cannot be used."""


class Fetcher(Protocol):
    """Gets documents from outside."""

    async def fetch(self, source: Source, target: Path, max_bytes: int) -> None:
        """Write the source's bytes to a file; raises SourceRefused, SourceUnavailable, FileTooLarge."""

    async def check(self, source: Source) -> SourceCheck:
        """Look whether the source could be fetched, without fetching it; never raises for a bad source."""


class Lister(Protocol):
    """Finds documents outside."""

    async def list_below(self, source: Source, limit: int) -> tuple[list[str], bool]:
        """Return paths of up to `limit` PDFs below a source, in order, and whether there are more.

        Raises SourceRefused, SourceUnavailable.
        """


class OcrReader(Protocol):
    """Reads PDFs. Raises MetatagError with the codes of OcrService."""

    async def read(
        self,
        *,
        document_id: str,
        sha256: str,
        size: int,
        content: Callable[[], AsyncIterator[bytes]],
        options: ProcessOptions,
        interactive: bool,
        on_page: Callable[[Page], None],
        known: Sequence[Page] = (),
    ) -> OcrOutcome:
        """Give the text of the asked pages in order; `content` is called again for each node that lacks the file.

        Pages that are `known` from an earlier reading are taken as they are, but for the first ones.
        """

    async def picture(
        self,
        *,
        document_id: str,
        sha256: str,
        size: int,
        content: Callable[[], AsyncIterator[bytes]],
        number: int,
        width: int,
        interactive: bool,
    ) -> bytes:
        """Return a page as a JPEG of `width` pixels; `content` is called again for each node that lacks the file."""

    async def version(self) -> str:
        """Give the identity of engines and data, for the reuse of results; may be up to a minute old."""

    async def ping(self) -> None:
        """Raise if no node answers."""


class Tagger(Protocol):
    """Writes tags. Raises MetatagError with the codes of TaggerService."""

    async def tag(
        self,
        *,
        title: str,
        description: str,
        pages: Sequence[Page],
        language: str,
        tag_options: TagOptions,
        vocabulary: Vocabulary | None,
        provider_key: str,
        account: str,
        spent_micros: int = 0,
        archive: Archive | None = None,
    ) -> TagOutcome:
        """Give the tags of one document; `spent_micros` was spent on it before and counts towards its cap."""

    async def read_picture(
        self,
        *,
        picture: bytes,
        first_text: str,
        language: str,
        model_name: str,
        max_cost_micros: int,
        spent_micros: int,
        provider_key: str,
        account: str,
    ) -> PictureOutcome:
        """Have a vision model read a page's picture; its answer is judged by the first text."""

    async def version(self) -> str:
        """Give the identity of the taggers, for the reuse of results; may be up to a minute old."""

    async def ping(self) -> None:
        """Raise if the tagger does not answer."""


class TicketQueue(Protocol):
    """Carries tickets to workers. A ticket may be lost, late or doubled: the claim decides."""

    async def send(self, tickets: Sequence[Ticket]) -> None:
        """Send tickets; raises when they could not all be sent."""

    async def find_lost(self, tickets: Sequence[Ticket]) -> Sequence[Ticket]:
        """Return those of the tickets, sent a while ago, that nobody will handle; raises when that cannot be told."""

    async def listen(
        self,
        handle: Callable[[Ticket], Awaitable[None]],
        slots: int,
        interactive_slots: int,
        may_take: Callable[[], bool] = lambda: True,
    ) -> None:
        """Call `handle` for each ticket, at most so many at once, and take none while `may_take` says no.

        Ends when cancelled, but does not end what it has called.
        """


class EventBus(Protocol):
    """Hints between processes, and the hot tail of events. Hints may be lost or doubled: readers look again anyway."""

    async def announce(self, job_ids: Sequence[str]) -> None:
        """Say that jobs have new events."""

    async def wake_dispatcher(self) -> None:
        """Say that there may be something to dispatch."""

    async def control(self, job_id: str) -> None:
        """Say that a job's state was changed by its user."""

    def watch(self, job_id: str) -> AbstractAsyncContextManager[Callable[[float], Awaitable[bool]]]:
        """Give a waiter: it returns after the next hint for the job, or False after so many seconds."""

    def on_announce(self, callback: Callable[[str], None]) -> None:
        """Have every announced job told."""

    def on_wake(self, callback: Callable[[], None]) -> None:
        """Register a callback for wake-ups."""

    def on_control(self, callback: Callable[[str], None]) -> None:
        """Have every control told."""

    async def tail(self, job_id: str, seq: int, limit: int) -> list[JobEvent] | None:
        """Give events after `seq` from the hot tail; None when the tail cannot tell, so that SQL must be asked."""

    async def relay(self, job_id: str, events: EventLog) -> None:
        """Bring the hot tail of a job up to date; repeating or doubling it is harmless."""

    async def ping(self) -> None:
        """Raise if hints cannot travel."""


class Leadership(Protocol):
    """Says who leads."""

    async def leads(self) -> bool:
        """Whether this process leads now, trying to if nobody does."""

    async def resign(self) -> None:
        """Let another lead."""


class KeyBox(Protocol):
    """Keeps provider keys secret at rest."""

    def seal(self, job_id: str, provider_key: str) -> bytes:
        """Encrypt a key for one job; raises InvalidArgument when the service has no secret."""

    def open(self, job_id: str, sealed: bytes) -> str:
        """Decrypt; raises ValueError when it was sealed with another secret or for another job."""

    def fingerprint(self, provider_key: str) -> str:
        """Give an opaque name for a key: equal keys, equal names; empty for no key."""


class PageCheckpointStore(Protocol):
    """Where parts are entered, fenced like every write of a worker."""

    async def keep_page_checkpoint(self, claim: Claim, artifact: Artifact) -> bool:
        """Enter a part; False when the document is no longer ours."""

    async def parts(self, claim: Claim) -> Sequence[str]:
        """Give the objects of a document's parts."""

    async def drop_parts(self, claim: Claim) -> Sequence[str]:
        """Forget a document's parts; give the objects to delete."""


class Journal(PageCheckpointStore, Protocol):
    """Where a worker writes what it did; each call is one fenced write, in a group with others."""

    async def checkpoint(self, checkpoint: Checkpoint) -> tuple[str, Artifact]:
        """Store a stage's output; give the job's state and the artifact in use. Raises Replaced."""

    async def reuse(self, claim: Claim, stage: str, kind: str, digest: str) -> tuple[str, Artifact] | None:
        """Checkpoint with an existing artifact, if there is one. Raises Replaced."""

    def page(self, page: PageEvent) -> None:
        """Tell observers of a page, soon."""
