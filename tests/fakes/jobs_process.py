"""The jobs service as tests run it: real gRPC, real database and queue, fake OCR and tagger nodes beside it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc

from fakes import migrated
from fakes.fake_ocr_node import FakeOcrNode, ocr_service
from fakes.fake_tagger_node import FakeTaggerNode, tagger_service
from metatag.v1 import jobs_pb2, jobs_pb2_grpc
from metatag_jobs.bootstrap import MIGRATIONS, VERSION_TABLE, build
from metatag_jobs.settings import JobsSettings
from metatag_runtime.grpc_client import open_channel
from metatag_runtime.hosting import Service

TERMINAL = (jobs_pb2.JOB_STATE_COMPLETED, jobs_pb2.JOB_STATE_FAILED, jobs_pb2.JOB_STATE_CANCELLED)


@dataclass
class Client:
    """What a gateway would do, in short words."""

    stub: jobs_pb2_grpc.JobsServiceStub
    user: str = "u1"

    async def upload(self, body: bytes, name: str = "a.pdf") -> str:
        """Store a file; give its id."""

        async def parts() -> AsyncIterator[jobs_pb2.UploadFileRequest]:
            yield jobs_pb2.UploadFileRequest(header=jobs_pb2.UploadFileHeader(user_id=self.user, file_name=name))
            for start in range(0, len(body), 1024 * 1024):
                yield jobs_pb2.UploadFileRequest(chunk=body[start : start + 1024 * 1024])

        return (await self.stub.UploadFile(parts())).file_id

    async def create(
        self,
        documents: Iterable[jobs_pb2.DocumentSpec],
        type: jobs_pb2.JobType.ValueType = jobs_pb2.JOB_TYPE_BATCH,
        options: jobs_pb2.ProcessOptions | None = None,
        **header: Any,
    ) -> jobs_pb2.CreateJobResponse:
        """Create a job."""
        rows = list(documents)

        async def parts() -> AsyncIterator[jobs_pb2.CreateJobRequest]:
            made = jobs_pb2.CreateJobHeader(user_id=self.user, type=type, options=options, **header)
            yield jobs_pb2.CreateJobRequest(header=made)
            for start in range(0, len(rows), 1000):
                part = jobs_pb2.DocumentList(documents=rows[start : start + 1000])
                yield jobs_pb2.CreateJobRequest(documents=part)

        return await self.stub.CreateJob(parts())

    async def batch(self, count: int, body: bytes, **options: Any) -> str:
        """Create a batch of `count` documents of one file; give the job's id."""
        file_id = await self.upload(body)
        made = await self.create(specs(file_id, count), options=jobs_pb2.ProcessOptions(**options))
        return made.job.id

    async def job(self, job_id: str) -> jobs_pb2.Job:
        """Give a job as it is now."""
        return (await self.stub.GetJob(jobs_pb2.GetJobRequest(user_id=self.user, job_id=job_id))).job

    async def documents(self, job_id: str) -> Sequence[jobs_pb2.Document]:
        """Give up to 1,000 documents of a job."""
        request = jobs_pb2.ListDocumentsRequest(user_id=self.user, job_id=job_id, limit=1000)
        return (await self.stub.ListDocuments(request)).documents

    async def control(self, job_id: str, step: jobs_pb2.JobControl.ValueType) -> jobs_pb2.Job:
        """Pause, resume or cancel."""
        request = jobs_pb2.ControlJobRequest(user_id=self.user, job_id=job_id, control=step)
        return (await self.stub.ControlJob(request)).job

    async def watch(self, job_id: str, after: int = 0) -> list[jobs_pb2.JobEvent]:
        """Give all events to the end."""
        request = jobs_pb2.WatchJobRequest(user_id=self.user, job_id=job_id, after=after)
        return [answer.event async for answer in self.stub.WatchJob(request) if answer.HasField("event")]

    async def finished(self, job_id: str, seconds: float = 60) -> jobs_pb2.Job:
        """Wait for the end of a job."""
        async with asyncio.timeout(seconds):
            while True:
                job = await self.job(job_id)
                if job.state in TERMINAL:
                    return job
                await asyncio.sleep(0.05)


def specs(file_id: str, count: int, description: str = "") -> list[jobs_pb2.DocumentSpec]:
    """Give rows that all name one uploaded file."""
    source = jobs_pb2.Source(type=jobs_pb2.SOURCE_TYPE_UPLOAD, path="upload://a.pdf", file_id=file_id)
    return [jobs_pb2.DocumentSpec(title=f"Document {i}", description=description, source=source) for i in range(count)]


async def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    """Wait until a condition, or what it awaits, is true."""
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if await found if asyncio.iscoroutine(found) else found:
                return
            await asyncio.sleep(0.03)


@dataclass
class JobsProcess:
    """A running service with its peers."""

    folder: Path
    client: Client
    ocr: FakeOcrNode
    tagger: FakeTaggerNode
    settings: JobsSettings
    services: Sequence[Service]
    channel: grpc.aio.Channel

    def as_user(self, user: str) -> Client:
        """Give another user's client."""
        return Client(self.client.stub, user)


def _tables(folder: Path) -> str:
    return migrated.sqlite(MIGRATIONS, VERSION_TABLE, folder / "jobs.sqlite")


@asynccontextmanager
async def running_jobs(**settings: Any) -> AsyncIterator[JobsProcess]:
    """Run peers and service; settings override those of the tests."""
    folder = Path(tempfile.mkdtemp(prefix="metatag-jobs-"))
    ocr, tagger = FakeOcrNode(), FakeTaggerNode()
    listen = f"unix:{folder}/jobs.sock"
    given = {
        "listen": listen,
        **({} if "database_url" in settings else {"database_url": _tables(folder)}),
        "files_url": str(folder / "files"),
        "ocr_address": f"unix:{folder}/ocr.sock",
        "tagger_address": f"unix:{folder}/tagger.sock",
        "secret_key": "a secret for tests, long enough",
        "ocr_resolve": 0.5,
    }
    loaded = JobsSettings.load(**{**given, **settings})
    peers: list[Service] = [
        ocr_service(ocr, f"unix:{folder}/ocr.sock"),
        tagger_service(tagger, f"unix:{folder}/tagger.sock"),
    ]
    services = [*peers, *await build(loaded)]
    started = []
    channel = open_channel(listen)
    try:
        for service in services:
            started.append(service)
            await service.start()
        stub = jobs_pb2_grpc.JobsServiceStub(channel)
        yield JobsProcess(folder, Client(stub), ocr, tagger, loaded, services, channel)
    finally:
        await channel.close()
        for service in reversed(started):
            await service.stop(0.0)
        shutil.rmtree(folder, ignore_errors=True)
