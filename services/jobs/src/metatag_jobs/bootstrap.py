"""Builds the service: what runs in the process, over the components that the settings choose."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from metatag.v1 import accounts_pb2_grpc, jobs_pb2_grpc, learning_pb2_grpc, records_pb2_grpc, webhooks_pb2_grpc
from metatag_jobs.accounts.erasing import AccountEraser
from metatag_jobs.accounts.export import AccountExport
from metatag_jobs.adapters.redis.event_bus import RedisEventBus
from metatag_jobs.adapters.sql.account import SqlAccount
from metatag_jobs.adapters.sql.corrections import SqlCorrections
from metatag_jobs.adapters.sql.dialect import new_id
from metatag_jobs.adapters.sql.erasure import SqlErasures
from metatag_jobs.adapters.sql.find import SqlFind
from metatag_jobs.adapters.sql.learning import SqlLearning
from metatag_jobs.adapters.sql.names import SqlNames
from metatag_jobs.adapters.sql.review import SqlReview
from metatag_jobs.adapters.sql.selection import SqlSelection
from metatag_jobs.adapters.sql.summary import SqlSummary
from metatag_jobs.adapters.sql.tag_jobs import SqlTagJobs
from metatag_jobs.adapters.sql.tags import SqlTags
from metatag_jobs.adapters.sql.trash import SqlTrash
from metatag_jobs.adapters.sql.webhooks import SqlWebhooks
from metatag_jobs.components import Components
from metatag_jobs.dispatcher import Dispatcher
from metatag_jobs.exports import Exports
from metatag_jobs.intake import Intake
from metatag_jobs.journal import GroupJournal
from metatag_jobs.learning.archives import Archives
from metatag_jobs.learning.learning import Learner
from metatag_jobs.pipeline import Limits, Pipeline
from metatag_jobs.records.corrections import Corrections
from metatag_jobs.records.tag_job_steps import TagJobSteps
from metatag_jobs.records.tag_jobs import TagJobs
from metatag_jobs.records.words import Words
from metatag_jobs.retrying import Limits as RetryLimits
from metatag_jobs.servicer.accounts import AccountsServicer
from metatag_jobs.servicer.core import Dependencies
from metatag_jobs.servicer.learning import LearningServicer
from metatag_jobs.servicer.record_parts import RecordParts
from metatag_jobs.servicer.records import RecordsServicer
from metatag_jobs.servicer.service import JobsServicer
from metatag_jobs.servicer.webhooks import WebhooksServicer
from metatag_jobs.settings import JobsSettings
from metatag_jobs.sweeper import Retention, Sweeper
from metatag_jobs.tag_job_runner import TagJobRunner
from metatag_jobs.uploads import Uploads
from metatag_jobs.watching import Watching
from metatag_jobs.webhooks.delivering import WebhookDeliverer
from metatag_jobs.webhooks.endpoints import Endpoints
from metatag_jobs.worker import Worker
from metatag_runtime.failures import is_infrastructure
from metatag_runtime.grpc_callers import GATEWAY
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.hosting import Service
from metatag_runtime.settings import SettingsError
from metatag_runtime.sql import migrate

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version_jobs"
SERVICE_NAME = "metatag.v1.JobsService"
RECORDS_SERVICE_NAME = "metatag.v1.RecordsService"
WEBHOOKS_SERVICE_NAME = "metatag.v1.WebhooksService"
LEARNING_SERVICE_NAME = "metatag.v1.LearningService"
ACCOUNTS_SERVICE_NAME = "metatag.v1.AccountsService"
SERVICE_NAMES = [
    SERVICE_NAME,
    RECORDS_SERVICE_NAME,
    WEBHOOKS_SERVICE_NAME,
    LEARNING_SERVICE_NAME,
    ACCOUNTS_SERVICE_NAME,
]
# Whose documents are meant is said by the gateway alone, which knows who signed in.
CALLERS = dict.fromkeys(SERVICE_NAMES, GATEWAY)


async def build(settings: JobsSettings, components: Components | None = None) -> Sequence[Service]:
    """Return what the process runs, in the order in which it starts; `components` replaces what the settings choose."""
    _check(settings)
    components = components or Components.choose(settings)
    services: list[Service] = [Resources(settings, components)]
    if settings.role in ("all", "worker"):
        services.append(_worker(settings, components))
    if settings.role in ("all", "api"):
        services.append(_dispatcher(settings, components))
        services.append(_sweeper(settings, components))
        services.append(_webhooks(settings, components))
        services.append(AccountEraser(SqlErasures(components.database), components.event_bus, components.leadership))
        runner = _tag_job_runner(components)
        services.append(runner)
        services.append(_server(settings, components, runner.wake))
    else:
        services.append(_health(settings, components))
    return services


class Resources:
    """Starts first and stops last: tables, files, connections."""

    name = "jobs-foundation"

    def __init__(self, settings: JobsSettings, components: Components) -> None:
        self._settings = settings
        self._components = components

    async def start(self) -> None:
        """Bring the tables up to date and connect."""
        await asyncio.to_thread(migrate, self._settings.database_url, MIGRATIONS, VERSION_TABLE)
        # Its clock and its epoch are known from here on.
        await self._components.database.ping()
        await self._components.files.ping()
        for nodes in self._components.nodes:
            await nodes.start()
        await self._components.tickets.start()
        if isinstance(self._components.event_bus, RedisEventBus):
            await self._components.event_bus.start()

    async def wait(self) -> None:
        """Never ends by itself."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """Disconnect."""
        components = self._components
        if isinstance(components.event_bus, RedisEventBus):
            await components.event_bus.stop()
        for client in (components.s3, components.s3_sources):
            if client is not None:
                client.close()
        await components.tickets.stop()
        for nodes in components.nodes:
            await nodes.stop()
        await components.tagger.close()
        await components.url_fetcher.close()
        await components.database.close()


def _check(settings: JobsSettings) -> None:
    if not settings.redis_url and settings.role != "all":
        raise SettingsError(
            "METATAG_JOBS_REDIS_URL is not set, so tickets stay in the process and METATAG_JOBS_ROLE must be all."
        )


def _worker(settings: JobsSettings, components: Components) -> Worker:
    owner = str(uuid.uuid4())
    journal = GroupJournal(components.work, components.event_bus, owner, is_infrastructure)
    retry = RetryLimits(settings.max_tries, settings.max_waits)
    pipeline = Pipeline(
        journal=journal,
        files=components.files,
        fetcher=components.sources,
        ocr=components.ocr,
        tagger=components.tagger,
        keys=components.keys,
        limits=Limits(settings.max_file_bytes, settings.fetch_deadline, settings.tag_deadline, retry, settings.reuse),
        new_id=new_id,
        archives=Archives(SqlLearning(components.database)),
    )
    return Worker(
        owner=owner,
        store=components.work,
        journal=journal,
        pipeline=pipeline,
        queue=components.tickets,
        event_bus=components.event_bus,
        limits=retry,
        slots=settings.slots,
        interactive_slots=settings.interactive_slots,
    )


def _dispatcher(settings: JobsSettings, components: Components) -> Dispatcher:
    return Dispatcher(
        store=components.work,
        queue=components.tickets,
        event_bus=components.event_bus,
        events=components.events,
        leadership=components.leadership,
        lease=settings.lease,
        admitted_lease=settings.admitted_lease,
        max_crashes=settings.max_crashes,
        max_running=settings.max_running,
    )


def _sweeper(settings: JobsSettings, components: Components) -> Sweeper:
    retention = Retention(
        settings.retention_days,
        settings.file_retention_days,
        settings.event_retention_hours,
        settings.upload_retention_hours,
        settings.unknown_objects == "delete",
        settings.trash_days,
        settings.tag_job_days,
    )
    return Sweeper(
        jobs=components.jobs,
        tag_jobs=SqlTagJobs(components.database),
        trash=SqlTrash(components.database),
        artifacts=components.artifacts,
        objects=components.objects,
        files=components.store,
        leadership=components.leadership,
        retention=retention,
    )


def _corrections(components: Components) -> Corrections:
    database = components.database
    return Corrections(SqlCorrections(database), components.vocabularies, components.files, database.now)


def _tag_job_runner(components: Components) -> TagJobRunner:
    database = components.database
    store = SqlTagJobs(database)
    documents, text_of = SqlCorrections(database), _corrections(components).text_of
    steps = TagJobSteps(store, SqlSelection(database), documents, text_of, database.now)
    return TagJobRunner(store, steps.step, components.leadership)


def _server(settings: JobsSettings, components: Components, wake: Callable[[], None]) -> GrpcService:
    """Return the service; `wake` is called when there is a tag job to do."""
    servicer = JobsServicer(_dependencies(settings, components))
    records = RecordsServicer(_records(settings, components, wake))
    webhooks = WebhooksServicer(_endpoints(components))
    learning = LearningServicer(Learner(SqlLearning(components.database)))
    database = components.database
    accounts = AccountsServicer(SqlErasures(database), AccountExport(SqlAccount(database), components.files))
    return GrpcService(
        "jobs",
        GrpcServerOptions(settings.listen, reflection=settings.reflection, callers=CALLERS),
        [
            lambda server: jobs_pb2_grpc.add_JobsServiceServicer_to_server(servicer, server),
            lambda server: records_pb2_grpc.add_RecordsServiceServicer_to_server(records, server),
            lambda server: webhooks_pb2_grpc.add_WebhooksServiceServicer_to_server(webhooks, server),
            lambda server: learning_pb2_grpc.add_LearningServiceServicer_to_server(learning, server),
            lambda server: accounts_pb2_grpc.add_AccountsServiceServicer_to_server(accounts, server),
        ],
        SERVICE_NAMES,
        _ready(components),
    )


def _records(settings: JobsSettings, components: Components, wake: Callable[[], None]) -> RecordParts:
    database = components.database
    tag_jobs = TagJobs(SqlTagJobs(database), SqlSelection(database), now=database.now, new_id=new_id, wake=wake)
    return RecordParts(
        corrections=_corrections(components),
        review=SqlReview(database),
        trash=SqlTrash(database),
        names=SqlNames(database),
        find=SqlFind(database),
        tags=SqlTags(database),
        tag_jobs=tag_jobs,
        words=Words(SqlCorrections(database), components.files),
        trash_days=settings.trash_days,
    )


def _webhooks(settings: JobsSettings, components: Components) -> WebhookDeliverer:
    store, keep = SqlWebhooks(components.database), settings.webhook_delivery_days * 86_400.0
    return WebhookDeliverer(store, components.url_fetcher, components.keys, components.leadership, keep_ended=keep)


def _endpoints(components: Components) -> Endpoints:
    database = components.database
    return Endpoints(SqlWebhooks(database), components.url_fetcher, components.keys, new_id, database.now)


def _health(settings: JobsSettings, components: Components) -> GrpcService:
    """A worker serves nobody, but an orchestrator asks it for its health like any service."""
    return GrpcService("jobs", GrpcServerOptions(settings.listen), [], [], _ready(components))


def _ready(components: Components) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        await components.database.ping()
        return True

    return ready


def _dependencies(settings: JobsSettings, components: Components) -> Dependencies:
    dependencies = {
        "database": components.database.ping,
        "object_store": components.files.ping,
        "ocr": components.ocr.ping,
        "tagger": components.tagger.ping,
    }
    if settings.redis_url:
        dependencies["redis"] = components.event_bus.ping
    return Dependencies(
        jobs=components.jobs,
        intake=Intake(
            components.jobs,
            components.vocabularies,
            components.keys,
            components.event_bus,
            max_running=settings.job_max_running,
            new_id=new_id,
        ),
        watching=Watching(components.jobs, components.events, components.event_bus),
        uploads=Uploads(components.artifacts, components.files, max_bytes=settings.max_file_bytes, new_id=new_id),
        history=components.history,
        summaries=SqlSummary(components.database),
        exports=Exports(components.history),
        vocabularies=components.vocabularies,
        sources=components.sources,
        files=components.files,
        event_bus=components.event_bus,
        keys=components.keys,
        max_file_bytes=settings.max_file_bytes,
        dependencies=dependencies,
    )
