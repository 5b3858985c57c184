"""The parts list: the one place that chooses what stands behind each port."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from metatag.v1 import jobs_pb2_grpc, records_pb2_grpc
from metatag_jobs.accounted_files import AccountedFiles
from metatag_jobs.adapters.dialect import new_id
from metatag_jobs.adapters.directory_files import DirectoryFiles
from metatag_jobs.adapters.grpc_tagger import GrpcTagger
from metatag_jobs.adapters.keybox import AesKeyBox
from metatag_jobs.adapters.leadership import SoleLeader, SqlLeader
from metatag_jobs.adapters.local_fetcher import LocalFetcher
from metatag_jobs.adapters.memory_event_bus import MemoryEventBus
from metatag_jobs.adapters.memory_tickets import MemoryTickets
from metatag_jobs.adapters.ocr_deep import DeepenedOcr
from metatag_jobs.adapters.ocr_nodes import OcrNodes
from metatag_jobs.adapters.ocr_pool import PooledOcr
from metatag_jobs.adapters.redis_event_bus import RedisEventBus
from metatag_jobs.adapters.redis_tickets import RedisTickets
from metatag_jobs.adapters.s3_clients import file_client, source_client
from metatag_jobs.adapters.sql_artifacts import SqlArtifacts
from metatag_jobs.adapters.sql_control import SqlJobStore
from metatag_jobs.adapters.sql_corrections import SqlCorrections
from metatag_jobs.adapters.sql_events import SqlEventLog
from metatag_jobs.adapters.sql_find import SqlFind
from metatag_jobs.adapters.sql_history import SqlHistory
from metatag_jobs.adapters.sql_names import SqlNames
from metatag_jobs.adapters.sql_objects import SqlObjects
from metatag_jobs.adapters.sql_review import SqlReview
from metatag_jobs.adapters.sql_summary import SqlSummary
from metatag_jobs.adapters.sql_tags import SqlTags
from metatag_jobs.adapters.sql_trash import SqlTrash
from metatag_jobs.adapters.sql_vocabularies import SqlVocabularies
from metatag_jobs.adapters.sql_work import SqlWorkStore
from metatag_jobs.adapters.url_fetcher import UrlFetcher
from metatag_jobs.adapters.url_guard import UrlGuard
from metatag_jobs.dispatcher import Dispatcher
from metatag_jobs.exports import Exports
from metatag_jobs.host_limits import HostLimits
from metatag_jobs.intake import Intake
from metatag_jobs.journal import GroupJournal
from metatag_jobs.pipeline import Limits, Pipeline
from metatag_jobs.ports import EventBus, Fetcher, FileStore, Leadership, OcrReader
from metatag_jobs.records.corrections import Corrections
from metatag_jobs.retrying import Limits as RetryLimits
from metatag_jobs.servicer.core import Dependencies
from metatag_jobs.servicer.record_parts import RecordParts
from metatag_jobs.servicer.records import RecordsServicer
from metatag_jobs.servicer.service import JobsServicer
from metatag_jobs.settings import JobsSettings
from metatag_jobs.sources import Sources
from metatag_jobs.sweeper import Retention, Sweeper
from metatag_jobs.uploads import Uploads
from metatag_jobs.watching import Watching
from metatag_jobs.worker import Worker
from metatag_runtime.failures import is_infrastructure
from metatag_runtime.grpc_callers import GATEWAY
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.hosting import Service
from metatag_runtime.settings import SettingsError
from metatag_runtime.sql import Database, migrate

if TYPE_CHECKING:
    from metatag_jobs.adapters.s3_client import S3Client

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version_jobs"
SERVICE_NAME = "metatag.v1.JobsService"
RECORDS_SERVICE_NAME = "metatag.v1.RecordsService"
# Whose documents are meant is said by the gateway alone, which knows who signed in.
CALLERS = {SERVICE_NAME: GATEWAY, RECORDS_SERVICE_NAME: GATEWAY}
# A document waits so long for a node of the deep pool to appear; then it goes on without. Seconds.
DEEP_PATIENCE = 5.0


async def build(settings: JobsSettings, parts: Parts | None = None) -> Sequence[Service]:
    """Give the service's services in the order in which they start; of other parts, where a measurement brings some."""
    _check(settings)
    parts = parts or Parts.choose(settings)
    services: list[Service] = [Resources(settings, parts)]
    if settings.role in ("all", "worker"):
        services.append(_worker(settings, parts))
    if settings.role in ("all", "api"):
        services.append(_dispatcher(settings, parts))
        services.append(_sweeper(settings, parts))
        services.append(_server(settings, parts))
    else:
        services.append(_health(settings, parts))
    return services


@dataclass
class Parts:
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
    def choose(cls, settings: JobsSettings) -> Parts:
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
            sources=Sources(
                _fetchers(settings, url_fetcher, s3_sources),
                HostLimits(settings.host_fetches, settings.host_checks, settings.host_checks_per_second),
            ),
            keys=AesKeyBox(settings.secret_key.get_secret_value()),
        )


class Resources:
    """Starts first and stops last: tables, files, connections."""

    name = "jobs-foundation"

    def __init__(self, settings: JobsSettings, parts: Parts) -> None:
        self._settings = settings
        self._parts = parts

    async def start(self) -> None:
        """Bring the tables up to date and connect."""
        await asyncio.to_thread(migrate, self._settings.database_url, MIGRATIONS, VERSION_TABLE)
        # Its clock and its epoch are known from here on.
        await self._parts.database.ping()
        await self._parts.files.ping()
        for nodes in self._parts.nodes:
            await nodes.start()
        await self._parts.tickets.start()
        if isinstance(self._parts.event_bus, RedisEventBus):
            await self._parts.event_bus.start()

    async def wait(self) -> None:
        """Never ends by itself."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """Disconnect."""
        parts = self._parts
        if isinstance(parts.event_bus, RedisEventBus):
            await parts.event_bus.stop()
        for client in (parts.s3, parts.s3_sources):
            if client is not None:
                client.close()
        await parts.tickets.stop()
        for nodes in parts.nodes:
            await nodes.stop()
        await parts.tagger.close()
        await parts.url_fetcher.close()
        await parts.database.close()


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


def _check(settings: JobsSettings) -> None:
    if not settings.redis_url and settings.role != "all":
        raise SettingsError(
            "METATAG_JOBS_REDIS_URL is not set, so tickets stay in the process and METATAG_JOBS_ROLE must be all."
        )


def _files(settings: JobsSettings, s3: S3Client | None) -> FileStore:
    if s3 is not None and settings.files_url.startswith("s3://"):
        from metatag_jobs.adapters.s3_files import S3Files

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


def _fetchers(settings: JobsSettings, url: UrlFetcher, s3: S3Client | None) -> dict[str, Fetcher]:
    roots = [Path(root) for root in settings.local_roots.split(":") if root]
    found: dict[str, Fetcher] = {"url": url, "local": LocalFetcher(roots)}
    if s3 is not None:
        from metatag_jobs.adapters.s3_fetcher import S3Fetcher

        allowed = [place.strip() for place in settings.s3_sources.split(",") if place.strip()]
        found["s3"] = S3Fetcher(s3, allowed, own_bucket=_own_bucket(settings))
    return found


def _worker(settings: JobsSettings, parts: Parts) -> Worker:
    owner = str(uuid.uuid4())
    journal = GroupJournal(parts.work, parts.event_bus, owner, is_infrastructure)
    retry = RetryLimits(settings.max_tries, settings.max_waits)
    pipeline = Pipeline(
        journal=journal,
        files=parts.files,
        fetcher=parts.sources,
        ocr=parts.ocr,
        tagger=parts.tagger,
        keys=parts.keys,
        limits=Limits(settings.max_file_bytes, settings.fetch_deadline, settings.tag_deadline, retry, settings.reuse),
        new_id=new_id,
    )
    return Worker(
        owner=owner,
        store=parts.work,
        journal=journal,
        pipeline=pipeline,
        queue=parts.tickets,
        event_bus=parts.event_bus,
        limits=retry,
        slots=settings.slots,
        interactive_slots=settings.interactive_slots,
    )


def _dispatcher(settings: JobsSettings, parts: Parts) -> Dispatcher:
    return Dispatcher(
        store=parts.work,
        queue=parts.tickets,
        event_bus=parts.event_bus,
        events=parts.events,
        leadership=parts.leadership,
        lease=settings.lease,
        admitted_lease=settings.admitted_lease,
        max_crashes=settings.max_crashes,
        max_running=settings.max_running,
    )


def _sweeper(settings: JobsSettings, parts: Parts) -> Sweeper:
    retention = Retention(
        settings.retention_days,
        settings.file_retention_days,
        settings.event_retention_hours,
        settings.upload_retention_hours,
        settings.unknown_objects == "delete",
        settings.trash_days,
    )
    return Sweeper(
        jobs=parts.jobs,
        trash=SqlTrash(parts.database),
        artifacts=parts.artifacts,
        objects=parts.objects,
        files=parts.store,
        leadership=parts.leadership,
        retention=retention,
    )


def _server(settings: JobsSettings, parts: Parts) -> GrpcService:
    servicer = JobsServicer(_dependencies(settings, parts))
    records = RecordsServicer(_records(settings, parts))
    return GrpcService(
        "jobs",
        GrpcServerOptions(settings.listen, reflection=settings.reflection, callers=CALLERS),
        [
            lambda server: jobs_pb2_grpc.add_JobsServiceServicer_to_server(servicer, server),
            lambda server: records_pb2_grpc.add_RecordsServiceServicer_to_server(records, server),
        ],
        [SERVICE_NAME, RECORDS_SERVICE_NAME],
        _ready(parts),
    )


def _records(settings: JobsSettings, parts: Parts) -> RecordParts:
    database = parts.database
    corrections = Corrections(SqlCorrections(database), parts.vocabularies, parts.files, database.now)
    return RecordParts(
        corrections=corrections,
        review=SqlReview(database),
        trash=SqlTrash(database),
        names=SqlNames(database),
        find=SqlFind(database),
        tags=SqlTags(database),
        trash_days=settings.trash_days,
    )


def _health(settings: JobsSettings, parts: Parts) -> GrpcService:
    """A worker serves nobody, but an orchestrator asks it for its health like any service."""
    return GrpcService("jobs", GrpcServerOptions(settings.listen), [], [], _ready(parts))


def _ready(parts: Parts) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        await parts.database.ping()
        return True

    return ready


def _dependencies(settings: JobsSettings, parts: Parts) -> Dependencies:
    dependencies = {
        "database": parts.database.ping,
        "object_store": parts.files.ping,
        "ocr": parts.ocr.ping,
        "tagger": parts.tagger.ping,
    }
    if settings.redis_url:
        dependencies["redis"] = parts.event_bus.ping
    return Dependencies(
        jobs=parts.jobs,
        intake=Intake(
            parts.jobs,
            parts.vocabularies,
            parts.keys,
            parts.event_bus,
            max_running=settings.job_max_running,
            new_id=new_id,
        ),
        watching=Watching(parts.jobs, parts.events, parts.event_bus),
        uploads=Uploads(parts.artifacts, parts.files, max_bytes=settings.max_file_bytes, new_id=new_id),
        history=parts.history,
        summaries=SqlSummary(parts.database),
        exports=Exports(parts.history),
        vocabularies=parts.vocabularies,
        sources=parts.sources,
        files=parts.files,
        event_bus=parts.event_bus,
        keys=parts.keys,
        max_file_bytes=settings.max_file_bytes,
        dependencies=dependencies,
    )
