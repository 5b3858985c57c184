"""The client for programs with an event loop; method for method the same as Client."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

import httpx

from metatag_client import calls, record_calls, transport
from metatag_client.account import AsyncAccount
from metatag_client.calls import Call, Source
from metatag_client.errors import ApiError, NotSignedIn, Unreachable
from metatag_client.follow import Follow
from metatag_client.live import follow_async
from metatag_client.mixed import Mixed
from metatag_client.models import Document, Event, Job, Json, Options, Result, Row, Tokens, Upload, User
from metatag_client.records import AsyncRecords
from metatag_client.sending import Sending, check_size, is_large, size_of
from metatag_client.session import OnTokens, Session
from metatag_client.tags import AsyncTags
from metatag_client.transport import RetryPolicy

T = TypeVar("T")


class AsyncClient(AsyncAccount, AsyncRecords, AsyncTags):
    """Talks to one server, for one user. Safe to share between tasks; close it, or use it in an `async with`.

    Every method raises Unreachable or an ApiError. An access token that expired is refreshed once, behind the scenes;
    calls that may be repeated are, as `patience` says.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:8000",
        *,
        token: str = "",
        tokens: Tokens | None = None,
        on_tokens: OnTokens | None = None,
        patience: RetryPolicy | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._session = Session(tokens or (Tokens(token) if token else None), on_tokens)
        self._patience = patience or RetryPolicy()
        self._http = httpx.AsyncClient(base_url=self.base_url)
        self._refreshing = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @property
    def tokens(self) -> Tokens | None:
        """The session's tokens, None when not signed in."""
        return self._session.tokens

    # Account

    async def register(self, email: str, password: str, full_name: str | None = None) -> User:
        """Create an account; it is not signed in by that."""
        return await self._run(calls.register(email, password, full_name))

    async def login(self, email: str, password: str, code: str = "") -> Tokens:
        """Sign in; later calls use the tokens. `code` is of an authenticator app, where the account has one."""
        tokens = await self._run(calls.login(email, password, code))
        self._session.keep(tokens)
        return tokens

    async def logout(self) -> None:
        """End the session."""
        if self._session.refresh_token:
            await self._run(calls.logout(self._session.refresh_token))
        self._session.forget()

    async def me(self) -> User:
        """Give the account that is signed in."""
        return await self._run(calls.me())

    # One document

    async def process(
        self,
        source: Source | None = None,
        *,
        url: str | None = None,
        options: Options | None = None,
        exclusion_file: Source | None = None,
    ) -> Result:
        """Turn one PDF into tags: a path, (name, bytes) or open file, or `url`."""
        if source is not None and is_large(size_of(source)):
            check_size(source, await self._run(calls.upload_bound()))
        return await self._run(calls.process(source, url, options or Options(), exclusion_file, str(uuid.uuid4())))

    # Batches

    async def upload(self, sources: Sequence[Source]) -> list[Upload]:
        """Store files for a batch, any number, in the order given; a refused one has `error` and touches no other.

        What the server has already, by its SHA-256, is not sent again: an upload that was broken off goes on.
        """
        sending = Sending(sources)
        if sending.asks_for_bound:
            sending.refuse_larger_than(await self._run(calls.upload_bound()))
        await asyncio.to_thread(sending.hash)
        for sought in sending.sought():
            sending.found(await self._run(sought))
        for sent in sending.sends():
            sending.sent(await self._run(sent))
        return sending.uploads

    async def start_batch(
        self,
        rows: Sequence[Row | Json],
        options: Options | None = None,
        *,
        job_id: str | None = None,
        column_mapping: Json | None = None,
        name: str = "",
        source_name: str = "",
    ) -> Job:
        """Start a batch and return at once; `job_id`, a UUID, is chosen when not given.

        `name` is what the batch is called, else `source_name`, a folder or table, with the day.
        """
        return await self._run(
            calls.start_batch(rows, options or Options(), job_id, column_mapping, name=name, source_name=source_name)
        )

    def events(
        self, job_id: str, *, after: int | None = None, pages: bool = False, patience: float = 120.0
    ) -> AsyncIterator[Event]:
        """Follow a job to its end, each event once and in order; `after` is the `seq` to begin behind.

        `pages` adds an event for each page read. A lost connection is taken up again where it broke; Unreachable after
        `patience` seconds without one.
        """
        return follow_async(self, Follow(job_id, after, pages), patience)

    async def batch(
        self, documents: Sequence[Path | Row | Json], options: Options | None = None
    ) -> AsyncIterator[Event]:
        """Start a batch and follow it to its end.

        Files, given as Path, are uploaded first; one that is refused is told of as finished with an `error`, before the
        job's events, and `row` numbers the documents as given. Ends with "failed" when nothing is left to start.
        """
        mixed = Mixed(documents)
        for event in mixed.stored(await self.upload(mixed.files)):
            yield event
        if mixed.rows:
            job = await self.start_batch(mixed.rows, options)
            async for event in self.events(job.id):
                yield mixed.numbered(event)

    async def status(self, job_id: str) -> Job:
        """Give a job's counters."""
        return await self._run(calls.status(job_id))

    async def pause(self, job_id: str) -> str:
        """Let running documents end their stage and start no others."""
        return await self._run(calls.control(job_id, "pause"))

    async def resume(self, job_id: str) -> str:
        """Go on with a paused job."""
        return await self._run(calls.control(job_id, "resume"))

    async def cancel(self, job_id: str) -> str:
        """End a job; finished documents stay."""
        return await self._run(calls.control(job_id, "cancel"))

    async def active(self) -> list[Job]:
        """List running and paused jobs."""
        return await self._run(calls.active())

    async def validate_paths(self, rows: Sequence[Row]) -> list[Json]:
        """Ask for each source whether it could be fetched; the order is kept."""
        return await self._run(calls.validate_paths(rows))

    # History

    async def jobs(self, limit: int = 50, offset: int = 0, status: str | None = None) -> list[Job]:
        """List jobs, newest first; `limit` 1..100."""
        return await self._run(calls.jobs(limit, offset, status))

    async def job(self, job_id: str) -> tuple[Job, list[Document]]:
        """Give a job with its documents."""
        return await self._run(calls.job(job_id))

    async def delete_job(self, job_id: str) -> None:
        """Delete a job with its documents; a running one is cancelled first."""
        await self._run(calls.delete_job(job_id))

    async def document(self, document_id: str) -> Document:
        """Give one document; its text is in `raw["extracted_text"]`."""
        return await self._run(calls.document(document_id))

    async def search(self, query: str = "", limit: int = 50, **facets: str) -> list[Document]:
        """Find documents by title, tag or text; `limit` 1..100.

        `facets` are beginnings of values by kind: `search("tap water", year="2023", organisation="reserve bank")`.
        """
        return await self._run(calls.search(query, limit, facets))

    # Records

    async def correct(self, document_id: str, *, version: int | None = None, **changes: Any) -> Document:
        """Change `title`, `description`, `note`, `reviewed`, `tags` or `facets`; lists are the whole new ones.

        `version` is the one you saw (`raw["version"]`): Conflict when somebody changed it since. None writes over any.
        """
        return await self._run(record_calls.correct(document_id, changes, version))

    async def history(self, document_id: str, limit: int = 50, before: int = 0) -> list[Json]:
        """List the changes of a document, newest first; `before` a version, 0 for all."""
        return await self._run(record_calls.history(document_id, limit, before))

    async def undo(self, document_id: str, steps: int = 1, *, version: int | None = None) -> Document:
        """Take the last changes of a document back, 1 to 50."""
        return await self._run(record_calls.undo(document_id, steps, version))

    async def documents(self, **wanted: Any) -> tuple[list[Document], int]:
        """List ended documents and tell how many match, for example `documents(tag="water", sort="title", offset=50)`.

        `wanted` are the parameters of `GET /api/history/documents`.
        """
        return await self._run(record_calls.documents(wanted))

    async def rename_job(self, job_id: str, name: str) -> Job:
        """Give a job another name."""
        return await self._run(record_calls.rename_job(job_id, name))

    async def review(self, reason: str | None = None, limit: int = 20) -> tuple[list[Document], Json]:
        """List documents that a person should look at, and count them by reason; `raw["reasons"]` says why."""
        return await self._run(record_calls.review(reason, limit))

    async def approve(self, document_id: str) -> str | None:
        """Say that a document is right; give the next one that waits."""
        return await self._run(record_calls.approve(document_id))

    async def skip(self, document_id: str) -> str | None:
        """Put a document at the end of the queue; give the next one that waits."""
        return await self._run(record_calls.skip(document_id))

    async def delete_document(self, document_id: str) -> None:
        """Put a document into the trash."""
        await self._run(record_calls.delete_document(document_id))

    async def trash(self, limit: int = 50, offset: int = 0) -> tuple[list[Document], int]:
        """List the documents in the trash, the latest first, and tell how many there are."""
        return await self._run(record_calls.trash(limit, offset))

    async def restore(self, document_id: str) -> Document:
        """Take a document out of the trash."""
        return await self._run(record_calls.restore(document_id))

    # Vocabularies and accounts

    async def vocabularies(self) -> list[Json]:
        """List the stored lists of allowed tags: name, version and number of terms of each."""
        return await self._run(calls.vocabularies())

    async def put_vocabulary(self, name: str, terms: Source | Sequence[Json]) -> Json:
        """Store a list of allowed tags, from a CSV file or a list of terms; gives its name, version and size."""
        return await self._run(calls.put_vocabulary(name, terms))

    async def vocabulary(self, name: str) -> Json:
        """Give a vocabulary with its terms."""
        return await self._run(calls.vocabulary(name))

    async def delete_vocabulary(self, name: str) -> None:
        """Remove a vocabulary with all its versions."""
        await self._run(calls.delete_vocabulary(name))

    async def users(self, query: str = "", limit: int = 100, offset: int = 0) -> list[Json]:
        """List accounts whose email or name holds `query`, oldest first; for an administrator. `limit` is 1 to 100."""
        return await self._run(calls.users(query, limit, offset))

    async def add_user(
        self, email: str, full_name: str | None = None, *, is_admin: bool = False, role: str = ""
    ) -> Json:
        """Make an account for somebody; for an administrator. The answer holds its `first_password`, once.

        `role` is `user`, `auditor` or `administrator`.
        """
        return await self._run(calls.add_user(email, full_name, role or ("administrator" if is_admin else "user")))

    async def invite(self, email: str, full_name: str | None = None, *, role: str = "user") -> Json:
        """Invite somebody; for an administrator. The answer holds `token` and `url` of the one-time link, once."""
        return await self._run(calls.invite(email, full_name, role))

    async def invitations(self) -> list[Json]:
        """List the invitations that were not accepted yet, newest first; for an administrator."""
        return await self._run(calls.invitations())

    async def reset_password(self, user_id: str) -> str:
        """Set a new password for an account and return it; its sessions and API keys end. For an administrator."""
        return await self._run(calls.reset_password(user_id))

    async def audit(self, *, limit: int = 100, before_id: int = 0, **wanted: str) -> Json:
        """Read the audit log, newest first; for an auditor or administrator.

        `wanted` narrows it: actor_id, action, target_kind, target_id, outcome, since, before. Return `entries`, and
        `next_before`, the `before_id` of the next page, or None at the end. `limit` is 1 to 500.
        """
        return await self._run(calls.audit({**wanted, "limit": limit, "before_id": before_id}))

    async def stats(self) -> Json:
        """Count the user's jobs and documents."""
        return await self._run(calls.stats())

    async def health(self) -> Json:
        """Ask how the system and its services are."""
        return await self._run(calls.health())

    async def refresh(self, used: str) -> bool:
        """Get new tokens in place of the access token `used`; False when there is nothing to refresh with."""
        async with self._refreshing:
            if self._session.access_token != used:
                return True  # another task was faster
            if not self._session.refresh_token:
                return False
            try:
                tokens = await self._repeat(calls.refresh(self._session.refresh_token))
                self._session.keep(tokens)
            except NotSignedIn:
                return False
            return True

    async def _run(self, call: Call[T]) -> T:
        used = self._session.access_token
        try:
            return await self._repeat(call)
        except NotSignedIn as error:
            if call.public or error.status != 401 or not await self.refresh(used):
                raise
        return await self._repeat(call)

    async def _repeat(self, call: Call[T]) -> T:
        attempt = 1
        while True:
            try:
                return await self._send(call)
            except (ApiError, Unreachable) as error:
                wait = self._patience.wait(attempt, error) if transport.worth_repeating(call, error) else None
                if wait is None:
                    raise
                await asyncio.sleep(wait)
                attempt += 1

    async def _send(self, call: Call[T]) -> T:
        with transport.request_arguments(call, self._session.access_token) as arguments:
            try:
                response = await self._http.request(call.method, call.path, **arguments)
            except httpx.TransportError as error:
                raise transport.unreachable(self.base_url, error) from error
        return transport.read(call, response)
