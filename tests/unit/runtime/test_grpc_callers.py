"""Who may call which method, over real sockets with certificates made here."""

from __future__ import annotations

import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest

from fakes.certificates import Authority
from metatag.v1 import (
    accounts_pb2,
    jobs_pb2,
    jobs_pb2_grpc,
    learning_pb2,
    ocr_pb2,
    ocr_pb2_grpc,
    records_pb2,
    tagger_pb2,
    webhooks_pb2,
)
from metatag_jobs import bootstrap as jobs
from metatag_ocr import bootstrap as ocr
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_callers import check_caller, names_of
from metatag_runtime.grpc_client import open_channel
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.grpc_tls import TlsSettings, load_tls
from metatag_tagger import bootstrap as tagger

PROTOS = (accounts_pb2, jobs_pb2, records_pb2, webhooks_pb2, learning_pb2, ocr_pb2, tagger_pb2)
SERVICES = ("gateway", "jobs-api", "jobs-worker", "ocr", "tagger")


class Ocr(ocr_pb2_grpc.OcrServiceServicer):
    async def ListEngines(self, request: Any, context: Any) -> ocr_pb2.ListEnginesResponse:
        return ocr_pb2.ListEnginesResponse()

    async def RenderPage(self, requests: Any, context: Any) -> AsyncIterator[ocr_pb2.RenderPageResponse]:
        async for _ in requests:
            yield ocr_pb2.RenderPageResponse(chunk=b"x")


class Jobs(jobs_pb2_grpc.JobsServiceServicer):
    async def ListVocabularies(self, request: Any, context: Any) -> jobs_pb2.ListVocabulariesResponse:
        return jobs_pb2.ListVocabulariesResponse()


@asynccontextmanager
async def serving(name: str, folder: Path, register: Any, callers: Any, **tls: Any) -> AsyncIterator[str]:
    options = GrpcServerOptions("127.0.0.1:0", tls=load_tls(TlsSettings(dir=folder / name, **tls)), callers=callers)
    service = GrpcService(name, options, [register], [])
    await service.start()
    try:
        yield service.address
    finally:
        await service.stop(0)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    authority = Authority()
    for name in SERVICES:
        authority.issue(tmp_path / name, name, f"{name}.metatag.svc", "localhost")
    return tmp_path


async def status(call: Any) -> grpc.StatusCode:
    try:
        await call
    except grpc.aio.AioRpcError as error:
        return error.code()
    return grpc.StatusCode.OK


async def test_the_service_that_opens_hostile_files_calls_nobody(folder: Path) -> None:
    def register(server: grpc.aio.Server) -> None:
        jobs_pb2_grpc.add_JobsServiceServicer_to_server(Jobs(), server)

    found: dict[str, grpc.StatusCode] = {}
    async with serving("jobs-api", folder, register, jobs.CALLERS) as address:
        for name in SERVICES:
            async with open_channel(address, tls=load_tls(TlsSettings(dir=folder / name))) as channel:
                request = jobs_pb2.ListVocabulariesRequest(user_id="somebody")
                found[name] = await status(jobs_pb2_grpc.JobsServiceStub(channel).ListVocabularies(request, timeout=20))
    assert found.pop("gateway") is grpc.StatusCode.OK
    assert set(found.values()) == {grpc.StatusCode.PERMISSION_DENIED}


async def test_streams_are_looked_at_too(folder: Path) -> None:
    def register(server: grpc.aio.Server) -> None:
        ocr_pb2_grpc.add_OcrServiceServicer_to_server(Ocr(), server)

    async with serving("ocr", folder, register, ocr.CALLERS) as address:
        for name, allowed in (("gateway", True), ("jobs-worker", True), ("tagger", False), ("ocr", False)):
            async with open_channel(address, tls=load_tls(TlsSettings(dir=folder / name))) as channel:
                stub = ocr_pb2_grpc.OcrServiceStub(channel)
                call = stub.RenderPage(iter([ocr_pb2.RenderPageRequest(chunk=b"x")]), timeout=20)
                wanted = grpc.StatusCode.OK if allowed else grpc.StatusCode.PERMISSION_DENIED
                assert await status(_read(call)) is wanted, name


async def test_without_certificates_the_table_says_nothing(folder: Path) -> None:
    def register(server: grpc.aio.Server) -> None:
        ocr_pb2_grpc.add_OcrServiceServicer_to_server(Ocr(), server)

    async with serving("ocr", folder, register, ocr.CALLERS, mutual=False) as address:
        tls = load_tls(TlsSettings(dir=folder / "tagger", mutual=False))
        async with open_channel(address, tls=tls) as channel:
            stub = ocr_pb2_grpc.OcrServiceStub(channel)
            assert await status(stub.ListEngines(ocr_pb2.ListEnginesRequest(), timeout=20)) is grpc.StatusCode.OK


def test_every_method_of_every_service_is_in_a_table() -> None:
    tables = {**jobs.CALLERS, **ocr.CALLERS, **tagger.CALLERS}
    methods = {
        f"{service.full_name}/{method.name}"
        for proto in PROTOS
        for service in proto.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    }
    assert all(tables.get(name) or tables.get(name.partition("/")[0]) for name in methods)
    assert {name for name in tables if "/" in name} <= methods
    assert not any({"ocr", "tagger"} & allowed for allowed in tables.values())
    known = {f"{proto.__name__.rpartition('.')[2]}_grpc" for proto in PROTOS}
    folder = Path(importlib.import_module("metatag.v1").__path__[0])
    assert {path.stem for path in folder.glob("*_pb2_grpc.py") if "Servicer" in path.read_text()} == known


@pytest.mark.parametrize(
    ("peer", "names"),
    [
        ({}, set()),
        ({"x509_common_name": [b"gateway"]}, {"gateway"}),
        ({"x509_common_name": [b"gateway"], "x509_subject_alternative_name": [b"ocr", b"ocr.x"]}, {"ocr", "ocr.x"}),
    ],
)
def test_a_name_is_the_certificates_own(peer: Any, names: set[str]) -> None:
    assert names_of(peer) == names


@pytest.mark.parametrize("method", ["/metatag.v1.JobsService/GetJob", "metatag.v1.JobsService/GetJob", "/x/Y", "", "/"])
def test_what_is_not_in_the_table_is_nobodys(method: str) -> None:
    peer = {"x509_subject_alternative_name": [b"gateway.example.com", b"xgateway", b"GATEWAY"]}
    with pytest.raises(MetatagError) as refused:
        check_caller(jobs.CALLERS, method, peer)
    assert refused.value.code is ErrorCode.PERMISSION_DENIED


async def _read(call: Any) -> None:
    async for _ in call:
        pass
