"""The adapters that the settings choose, one behind each port."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from metatag_jobs.accounted_files import AccountedFiles
from metatag_jobs.adapters.files.directory import DirectoryFiles
from metatag_jobs.adapters.files.s3_clients import file_client, source_client
from metatag_jobs.adapters.grpc_tagger import GrpcTagger
from metatag_jobs.adapters.keybox import AesKeyBox
from metatag_jobs.adapters.memory.event_bus import MemoryEventBus
from metatag_jobs.adapters.memory.tickets import MemoryTickets
from metatag_jobs.adapters.ocr.fallback import DeepenedOcr
from metatag_jobs.adapters.ocr.nodes import OcrNodes
from metatag_jobs.adapters.ocr.pool import PooledOcr
from metatag_jobs.adapters.redis.event_bus import RedisEventBus
from metatag_jobs.adapters.redis.tickets import RedisTickets
from metatag_jobs.adapters.sources.local import LocalFetcher
from metatag_jobs.adapters.sources.url import UrlFetcher
from metatag_jobs.adapters.sources.url_guard import UrlGuard
from metatag_jobs.adapters.sql.artifacts import SqlArtifacts
from metatag_jobs.adapters.sql.control import SqlJobStore
from metatag_jobs.adapters.sql.events import SqlEventLog
from metatag_jobs.adapters.sql.history import SqlHistory
from metatag_jobs.adapters.sql.leadership import SoleLeader, SqlLeader
from metatag_jobs.adapters.sql.objects import SqlObjects
from metatag_jobs.adapters.sql.vocabularies import SqlVocabularies
from metatag_jobs.adapters.sql.work import SqlWorkStore
from metatag_jobs.host_limits import HostLimits
from metatag_jobs.ports import EventBus, Fetcher, FileStore, Leadership, Lister, OcrReader
from metatag_jobs.settings import JobsSettings
from metatag_jobs.sources import Sources
from metatag_runtime.failures import is_infrastructure
from metatag_runtime.settings import SettingsError
from metatag_runtime.sql import Database

if TYPE_CHECKING:
    from metatag_jobs.adapters.files.s3_client import S3Client

# A document waits so long for a node of the deep pool to appear; then it goes on without. Seconds.
DEEP_PATIENCE = 5.0


@dataclass
class Components:
    """The chosen adapters, shared by the services."""

    database: Database
    jobs: SqlJobStore
    work: SqlWorkStore
    events: SqlEventLog
    history: SqlHistory
    artifacts: SqlArtifacts
    objects: SqlObjects
    vocabularies: SqlVocabularies
    # Keeps account; and the store itself, for the sweeper.
    files: FileStore
    store: FileStore
    event_bus: EventBus
    tickets: MemoryTickets | RedisTickets
    leadership: Leadership
    # For the service's own files, and for sources.
    s3: S3Client | None
    s3_sources: S3Client | None
    # The pools of OCR nodes, and the reader over them.
    nodes: Sequence[OcrNodes]
    ocr: OcrReader
    tagger: GrpcTagger
    url_fetcher: UrlFetcher
    sources: Sources
    keys: AesKeyBox

    @classmethod
    def choose(cls, settings: JobsSettings) -> Components:
        """Pick the adapters that the settings name; opens nothing yet."""
        database = Database(settings.database_url, pool_size=settings.database_pool)
        s3, s3_sources = file_client(settings), source_client(settings)
        ocr, nodes = _ocr(settings)
        store, objects = _files(settings, s3), SqlObjects(database)
        url_fetcher = _url_fetcher(settings)
        return cls(
            database=database,
            jobs=SqlJobStore(database),
            work=SqlWorkStore(database, settings.lease),
            events=SqlEventLog(database),
            history=SqlHistory(database),
            artifacts=SqlArtifacts(database),
            vocabularies=SqlVocabularies(database),
            objects=objects,
            files=AccountedFiles(store, objects, is_infrastructure),
            store=store,
            event_bus=_event_bus(settings, database),
            tickets=_tickets(settings),
            leadership=SoleLeader() if database.is_sqlite else SqlLeader(database),
            s3=s3,
            s3_sources=s3_sources,
            nodes=nodes,
            ocr=ocr,
            tagger=GrpcTagger(settings.tagger_address, settings.tag_deadline),
            url_fetcher=url_fetcher,
            sources=_sources(settings, url_fetcher, s3_sources),
            keys=AesKeyBox(settings.secret_key.get_secret_value()),
        )


def _ocr(settings: JobsSettings) -> tuple[OcrReader, Sequence[OcrNodes]]:
    nodes = OcrNodes(settings.ocr_address, settings.ocr_resolve)
    first = PooledOcr(
        nodes,
        deadline=settings.ocr_deadline,
        range_pages=settings.ocr_range_pages,
        text_pages=settings.ocr_text_pages,
    )
    if not settings.deep_ocr_address:
        return first, [nodes]
    deep_nodes = OcrNodes(settings.deep_ocr_address, settings.ocr_resolve)
    deep = PooledOcr(
        deep_nodes, deadline=settings.ocr_deadline, range_pages=settings.ocr_range_pages, patience=DEEP_PATIENCE
    )
    return DeepenedOcr(first, deep, settings.deep_ocr_engine), [nodes, deep_nodes]


def _files(settings: JobsSettings, s3: S3Client | None) -> FileStore:
    if s3 is not None and settings.files_url.startswith("s3://"):
        from metatag_jobs.adapters.files.s3 import S3Files

        return S3Files(s3, _own_bucket(settings))
    return DirectoryFiles(Path(settings.files_url), reserve=settings.files_reserve_bytes)


def _own_bucket(settings: JobsSettings) -> str:
    if not settings.files_url.startswith("s3://"):
        return ""
    return settings.files_url.removeprefix("s3://").strip("/")


def _tickets(settings: JobsSettings) -> MemoryTickets | RedisTickets:
    return RedisTickets(settings.redis_url) if settings.redis_url else MemoryTickets()


def _event_bus(settings: JobsSettings, database: Database) -> EventBus:
    if not settings.redis_url:
        return MemoryEventBus()
    return RedisEventBus(settings.redis_url, only_controls=settings.role == "worker", epoch=lambda: database.epoch)


def _url_fetcher(settings: JobsSettings) -> UrlFetcher:
    try:
        return UrlFetcher(
            UrlGuard(settings.url_allow),
            timeout=settings.url_timeout,
            redirects=settings.url_redirects,
            ca_file=settings.url_ca_file,
        )
    except OSError as error:
        # The library of TLS raises its errors as these too.
        raise SettingsError(
            f"METATAG_JOBS_URL_CA_FILE: {settings.url_ca_file} cannot be read as PEM certificates ({error})."
        ) from error


def _sources(settings: JobsSettings, url: UrlFetcher, s3: S3Client | None) -> Sources:
    roots = [Path(root) for root in settings.local_roots.split(":") if root]
    found: dict[str, Fetcher] = {"url": url, "local": LocalFetcher(roots)}
    listers: dict[str, Lister] = {}
    if s3 is not None:
        from metatag_jobs.adapters.sources.s3 import S3Fetcher

        allowed = [place.strip() for place in settings.s3_sources.split(",") if place.strip()]
        found["s3"] = listers["s3"] = S3Fetcher(s3, allowed, own_bucket=_own_bucket(settings))
    limits = HostLimits(settings.host_fetches, settings.host_checks, settings.host_checks_per_second)
    return Sources(found, limits, listers)
