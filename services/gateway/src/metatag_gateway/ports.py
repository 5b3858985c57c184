"""What the gateway needs of others. Every method may raise MetatagError; what else is promised is said here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from metatag_gateway.model.accounts import ApiKey, RefreshToken, User
from metatag_gateway.model.audit import AuditEntry, AuditFilter
from metatag_gateway.model.documents import Document, DocumentSpec, Source, StoredFile, Term, Vocabulary
from metatag_gateway.model.external import ExternalClaims
from metatag_gateway.model.jobs import (
    Dependency,
    Engine,
    Job,
    JobEvent,
    KeyCheck,
    Model,
    NewJob,
    SourceCheck,
    Stats,
    Summary,
    Tagger,
)
from metatag_gateway.model.words import PackedWords, PageWords


class Jobs(Protocol):
    """The jobs service. A job or document of another user is NotFound."""

    async def upload(
        self, user_id: str, file_name: str, chunks: AsyncIterator[bytes], max_bytes: int, content_sha256: str = ""
    ) -> StoredFile:
        """Store one PDF while its chunks arrive; ends early, leaving chunks unread, when the file is refused."""

    async def find_uploads(self, user_id: str, digests: Sequence[str]) -> dict[str, StoredFile]:
        """Give the user's stored files by SHA-256, of those asked for; at most 1,000 are."""

    async def create(self, user_id: str, job: NewJob, documents: Iterable[DocumentSpec]) -> tuple[Job, bool]:
        """Create and start a job; the flag says that an earlier call with the same idempotency key made it."""

    async def get(self, user_id: str, job_id: str) -> Job:
        """Give one job."""

    async def knows_key(self, user_id: str, idempotency_key: str) -> bool:
        """Return whether the user has a job that was created with this key."""

    async def list_jobs(
        self,
        user_id: str,
        limit: int,
        offset: int,
        statuses: Sequence[str],
        job_type: str,
        *,
        since: datetime | None = None,
        before: datetime | None = None,
    ) -> tuple[list[Job], int]:
        """Give jobs, newest first, and the number of matches; an empty `job_type` means both.

        They were created at `since` or later, and before `before`.
        """

    async def control(self, user_id: str, job_id: str, command: str) -> Job:
        """Pause, resume or cancel; already there is a success, a forbidden step INVALID_STATE."""

    async def delete(self, user_id: str, job_id: str) -> None:
        """Cancel if need be, and remove a job with its documents and files."""

    async def retry(self, user_id: str, job_id: str, document_ids: Sequence[str], provider_key: str) -> tuple[Job, int]:
        """Queue failed documents again (all of them when none is named) and tell how many.

        The job's own provider key was erased at its end; an empty one means the service's.
        """

    def watch(self, user_id: str, job_id: str, after: int) -> AsyncIterator[JobEvent | None]:
        """Give events after a number, each once and in order, until the terminal one; None is a sign of life."""

    async def documents(
        self, user_id: str, job_id: str, limit: int, from_row: int = 0, statuses: Sequence[str] = ()
    ) -> list[Document]:
        """Give documents of a job by row, or with an empty job id the user's finished ones, latest first."""

    async def document(self, user_id: str, document_id: str) -> Document:
        """Give one document with its text."""

    async def search(
        self, user_id: str, query: str, limit: int, facets: Mapping[str, str] | None = None
    ) -> list[Document]:
        """Search title, tags and text."""

    async def stats(self, user_id: str) -> Stats:
        """Count."""

    async def summary(self, user_id: str, days: int) -> Summary:
        """Count what ended in the last days, 1 to 366."""

    async def validate(self, user_id: str, sources: Sequence[Source]) -> list[SourceCheck]:
        """Look whether sources could be fetched, in their order."""

    async def list_source(self, user_id: str, source: Source, limit: int) -> tuple[list[str], bool]:
        """Return paths of up to `limit` PDFs below a prefix of S3, and whether there are more."""

    def fetch(self, user_id: str, source: Source) -> AsyncIterator[bytes]:
        """Give the bytes of a source; refusals come before the first chunk."""

    def read_file(self, user_id: str, document_id: str) -> AsyncIterator[bytes]:
        """Give the stored PDF of a document."""

    def export(
        self, user_id: str, job_id: str, export_format: str, columns: Sequence[str] = ()
    ) -> AsyncIterator[bytes]:
        """Give the results of a job as csv, jsonl, xlsx or jsonld; of a table the named columns, all for none."""

    async def put_vocabulary(self, user_id: str, name: str, terms: Sequence[Term]) -> Vocabulary:
        """Store a new version; the same terms make none."""

    async def vocabulary(self, user_id: str, name: str, version: int) -> Vocabulary:
        """Give one version; 0 means the latest."""

    async def vocabularies(self, user_id: str) -> list[Vocabulary]:
        """Give all, without their terms."""

    async def delete_vocabulary(self, user_id: str, name: str) -> None:
        """Remove all versions."""

    async def dependencies(self) -> list[Dependency]:
        """Tell how what jobs stands on is doing."""


class Ocr(Protocol):
    """The ocr service, asked directly only where no job is involved."""

    async def read_text(self, content: bytes, max_pages: int) -> str:
        """Give the text of a small PDF, pages in order."""

    async def engines(self) -> list[Engine]:
        """List engines and languages."""

    def render(self, content: bytes | bytearray, page: int, width: int) -> AsyncIterator[bytes]:
        """Give one page as PNG."""

    def describe(
        self, content: bytes | bytearray, title: str, description: str, tags: Sequence[str]
    ) -> AsyncIterator[bytes]:
        """Give the PDF with these in its metadata; INVALID_STATE for a signed one."""

    def make_searchable(
        self,
        content: bytes | bytearray,
        title: str,
        description: str,
        tags: Sequence[str],
        layers: Sequence[PageWords],
    ) -> AsyncIterator[bytes]:
        """Give the PDF with these layers of text and these in its metadata; INVALID_STATE for a signed one."""

    async def locate(self, content: bytes | bytearray, page: int) -> PackedWords:
        """Give the words of a page's own text; none from a node that cannot tell; NOT_FOUND past the last page."""


class TaggerPeer(Protocol):
    """The tagger service, asked directly for models, keys and health."""

    async def taggers(self) -> list[Tagger]:
        """List taggers."""

    async def models(self, provider_key: str) -> list[Model]:
        """List the provider's models, at most an hour old."""

    async def check_key(self, provider_key: str) -> KeyCheck:
        """Ask the provider about a key."""


class AccountStore(Protocol):
    """Users, refresh tokens and API keys. Every method is one transaction; `audit` is written in it if it succeeds."""

    async def ping(self) -> None:
        """Raise when the store cannot be reached."""

    async def add_user(
        self, user: User, *, external: tuple[str, str] | None = None, audit: AuditEntry | None = None
    ) -> bool:
        """Store a new user; False when the case-folded email, or `external` (issuer, subject), is taken."""

    async def external_user(self, issuer: str, subject: str) -> User | None:
        """Give the user of a single sign-on provider's subject."""

    async def link_external(self, user_id: str, issuer: str, subject: str, *, audit: AuditEntry | None = None) -> None:
        """Give a user to a provider's subject: the password, all sessions and API keys of before end."""

    async def user(self, user_id: str) -> User | None:
        """Give a user by id."""

    async def user_by_email(self, email: str) -> User | None:
        """Give a user by case-folded email."""

    async def list_users(self, limit: int, offset: int, query: str) -> tuple[list[User], int]:
        """Give users whose email or name contains `query`, oldest first, and the number of matches."""

    async def count_users(self) -> dict[str, int]:
        """Count users: total, active, administrators, auditors."""

    async def change_user(
        self,
        user_id: str,
        *,
        is_active: bool | None = None,
        is_admin: bool | None = None,
        is_auditor: bool | None = None,
        password_hash: str | None = None,
        replaces_hash: str | None = None,
        end_sessions: bool = False,
        end_api_keys: bool = False,
        audit: AuditEntry | None = None,
    ) -> User | None:
        """Change what is given; `end_sessions` ends all sessions in the same transaction, `end_api_keys` all keys.

        With `replaces_hash` nothing changes where the account's password hash is another by now.
        """

    async def add_refresh(
        self, token: RefreshToken, session_version: int = 1, *, audit: AuditEntry | None = None
    ) -> None:
        """Store the first refresh token of a session, and the session: its family, with the account's version."""

    async def session_version(self, session_id: str) -> int | None:
        """Return the account's version with which a session was opened; None when it has ended or never was."""

    async def refresh(self, token_hash: str) -> RefreshToken | None:
        """Give a refresh token by hash."""

    async def rotate_refresh(self, token: RefreshToken, successor: RefreshToken) -> bool:
        """Mark `token` rotated and store its successor; False, and nothing done, when that happened before.

        So too when its session has ended, or ends at the same moment: no successor outlives the end of its session.
        """

    async def revoke_family(self, family_id: str, *, audit: AuditEntry | None = None) -> None:
        """End a whole chain of refresh tokens."""

    async def add_api_key(self, key: ApiKey, most: int, *, audit: AuditEntry | None = None) -> bool:
        """Store an API key; False when the user has `most` live ones already."""

    async def api_key(self, key_hash: str) -> ApiKey | None:
        """Give an API key by hash."""

    async def api_keys(self, user_id: str) -> list[ApiKey]:
        """Give a user's live API keys, newest first."""

    async def touch_api_key(self, key_id: str, at: datetime) -> None:
        """Remember when a key was last used."""

    async def revoke_api_key(self, user_id: str, key_id: str, *, audit: AuditEntry | None = None) -> bool:
        """End a key; False when the user has no such live key."""


class IdentityProvider(Protocol):
    """A single sign-on provider. Every method raises Unavailable where it does not answer."""

    @property
    def issuer(self) -> str:
        """The issuer, as its tokens name it."""

    async def authorization_url(self, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser goes to sign in."""

    async def exchange(self, code: str, verifier: str, nonce: str) -> ExternalClaims:
        """Return who signed in, for a code that the browser brought back; Unauthenticated for a wrong one."""

    async def check(self, token: str) -> ExternalClaims:
        """Return who a bearer token was issued to; Unauthenticated for one that does not hold."""


class SecondFactorStore(Protocol):
    """Secrets of second factors, and recovery codes. Every method is one transaction."""

    async def begin_totp(self, user_id: str, sealed: str) -> bool:
        """Store a secret that is not confirmed; False where the account has a second factor, or does not exist."""

    async def totp(self, user_id: str) -> str | None:
        """Give the sealed secret, confirmed or not."""

    async def confirm_totp(
        self, user_id: str, step: int, digests: Sequence[str], at: datetime, *, audit: AuditEntry | None = None
    ) -> None:
        """Have the account asked for codes: those after `step`, or one of the recovery codes."""

    async def use_step(self, user_id: str, step: int) -> bool:
        """Count a code's time step as used; False where it or a later one was before."""

    async def use_recovery_code(self, user_id: str, digest: str, at: datetime) -> bool:
        """Count a recovery code as used; False for one that is not there, or was used."""

    async def remove_totp(self, user_id: str, *, audit: AuditEntry | None = None) -> bool:
        """Forget the second factor; False where none was confirmed."""


class AuditStore(Protocol):
    """The entries of the audit log. They are added and swept, and never changed."""

    async def append(self, entries: Sequence[AuditEntry]) -> None:
        """Store entries, all or none, each with the next id."""

    async def find(self, wanted: AuditFilter, limit: int, before_id: int = 0) -> list[AuditEntry]:
        """Give entries that match, newest first, with ids below `before_id` unless it is 0."""

    async def count_by_action(self, since: datetime) -> dict[tuple[str, str], int]:
        """Count entries since a moment by action and outcome."""

    async def sweep(self, before: datetime) -> int:
        """Remove some of the entries of before a moment, and give how many; call again until it is 0."""


class Passwords(Protocol):
    """Slow hashing, done beside the event loop, at most a few at a time."""

    async def hash(self, password: str) -> str:
        """Give the hash."""

    async def verify(self, password_hash: str, password: str, *, known: bool = False, suspicion: float = 0.0) -> bool:
        """Compare; takes the same time for an unknown account (empty hash).

        `known`: whoever asks was let in from there lately, and does not wait behind those who were not. Of those, who
        has the least `suspicion` comes first. Raises Busy where too many wait.
        """

    def is_outdated(self, password_hash: str) -> bool:
        """Return whether `hash` would make a hash of another strength now."""


@dataclass(frozen=True, slots=True)
class Rate:
    """At most `count` units in `seconds`; a burst may use them all at once. A count of 0 means no bound."""

    count: int
    seconds: float


class Limiter(Protocol):
    """Counts what callers use, for one process or for all replicas together."""

    async def take(self, bucket: str, rate: Rate, cost: int = 1) -> float:
        """Take `cost` units and give 0, or take none and give the seconds to wait."""

    async def give_back(self, bucket: str, rate: Rate, cost: int = 1) -> None:
        """Give back `cost` units that `take` took; more than are in use empty the bucket."""

    async def level(self, bucket: str, rate: Rate) -> float:
        """Return how many units of the rate are in use, taking none; 0 where nothing is known."""

    async def forget(self, part: str) -> None:
        """Forget every bucket whose name holds `part`, letters and digits; raises Unavailable."""

    def hold(self, bucket: str, most: int) -> AbstractAsyncContextManager[bool]:
        """Hold one of `most` places while inside; gives False, holding none, when all are taken. 0: no bound."""

    async def ping(self) -> bool | None:
        """Tell whether the shared counter answers; None when there is none to ask."""
