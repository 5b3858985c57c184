"""One trace from the edge through an RPC and across a stored ticket, collected by a real exporter."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from concurrent import futures
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_client import open_channel
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.tracing import (
    TracingSettings,
    begin_span,
    configure_tracing,
    end_span,
    span,
    trace_id,
    trace_metadata,
    trace_parent,
)

FOREIGN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    yield exporter
    provider.shutdown()


def by_name(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {found.name: found for found in exporter.get_finished_spans()}


def test_without_an_exporter_a_trace_begun_elsewhere_is_still_passed_on() -> None:
    assert trace_id() == "" == trace_parent()
    assert trace_metadata() == ()
    with span("request", parent=FOREIGN, server=True):
        assert trace_id() == "0af7651916cd43dd8448eb211c80319c"
        assert trace_metadata() == (("traceparent", trace_parent()),)
    assert trace_id() == ""


def test_a_stored_parent_continues_the_trace_in_another_task(spans: InMemorySpanExporter) -> None:
    with span("request"):
        stored = trace_parent()
        began = trace_id()
    assert len(stored) == 55
    with span("document", parent=stored, stage="ocr"):
        assert trace_id() == began
    found = by_name(spans)
    parent, child = found["request"].context, found["document"].parent
    assert parent is not None
    assert child is not None
    assert child.span_id == parent.span_id
    assert dict(found["document"].attributes or {}) == {"stage": "ocr"}


@pytest.mark.parametrize("parent", ["", "nonsense", "00-" + "0" * 32 + "-" + "0" * 16 + "-01", FOREIGN + "\n"])
def test_a_broken_parent_starts_a_new_trace(spans: InMemorySpanExporter, parent: str) -> None:
    with span("outer"), span("document", parent=parent):
        pass
    assert by_name(spans)["document"].parent is None or parent.startswith(FOREIGN)


def test_a_failure_is_marked_by_its_type_and_never_by_its_text(spans: InMemorySpanExporter) -> None:
    with pytest.raises(ValueError, match="secret"), span("work"):
        raise ValueError("secret text of a document")
    failed = by_name(spans)["work"]
    assert failed.status.status_code is trace.StatusCode.ERROR
    assert failed.status.description == "ValueError"
    assert not failed.events


@pytest.mark.parametrize(("code", "bad"), [("ok", False), ("cancelled", False), ("unavailable", True)])
async def test_an_ended_span_carries_its_outcome(spans: InMemorySpanExporter, code: str, bad: bool) -> None:
    async def work() -> None:
        end_span(begin_span("rpc", FOREIGN, server=True), code)

    await asyncio.create_task(work())
    found = by_name(spans)["rpc"]
    assert (found.attributes or {})["metatag.code"] == code
    assert (found.status.status_code is trace.StatusCode.ERROR) is bad
    assert trace_id() == "", "the task's context must not leak"


def _register(server: grpc.aio.Server) -> None:
    """A unary and a streaming method, written by hand: the runtime knows no message of ours."""

    async def unary(request: Any, context: Any) -> Any:
        if request.service == "fail":
            raise MetatagError("no", code=ErrorCode.BUSY)
        return health_pb2.HealthCheckResponse()

    async def stream(request: Any, context: Any) -> AsyncIterator[Any]:
        for _ in range(3):
            yield health_pb2.HealthCheckResponse()

    kinds = {
        "Unary": grpc.unary_unary_rpc_method_handler(
            unary, health_pb2.HealthCheckRequest.FromString, health_pb2.HealthCheckResponse.SerializeToString
        ),
        "Stream": grpc.unary_stream_rpc_method_handler(
            stream, health_pb2.HealthCheckRequest.FromString, health_pb2.HealthCheckResponse.SerializeToString
        ),
    }
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.Service", kinds),))


async def test_rpcs_of_all_kinds_join_the_trace_of_their_caller(spans: InMemorySpanExporter) -> None:
    service = GrpcService("service", GrpcServerOptions("127.0.0.1:0"), [_register], [])
    await service.start()
    codec = (health_pb2.HealthCheckRequest.SerializeToString, health_pb2.HealthCheckResponse.FromString)
    try:
        async with open_channel(service.address, peer="service") as channel:
            unary = channel.unary_unary("/test.Service/Unary", *codec)
            stream = channel.unary_stream("/test.Service/Stream", *codec)
            with span("request", server=True):
                await unary(health_pb2.HealthCheckRequest())
                assert len([_ async for _ in stream(health_pb2.HealthCheckRequest())]) == 3
                with pytest.raises(MetatagError):
                    await unary(health_pb2.HealthCheckRequest(service="fail"))
    finally:
        await service.stop(1)
    found = spans.get_finished_spans()
    assert sorted(each.name for each in found) == ["request", "service/Stream", "service/Unary", "service/Unary"]
    assert len({each.context.trace_id for each in found if each.context}) == 1
    codes = sorted(str((each.attributes or {}).get("metatag.code")) for each in found if each.name != "request")
    assert codes == ["busy", "ok", "ok"]


_LOGGING = """
import logging
from metatag_runtime.logs import configure_logs
from metatag_runtime.tracing import span
configure_logs("info", "json")
with span("request", parent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"):
    logging.getLogger("x").info("hello")
logging.getLogger("x").info("outside")
"""


def test_log_lines_carry_the_trace() -> None:
    done = subprocess.run([sys.executable, "-c", _LOGGING], capture_output=True, text=True, check=True, timeout=60)
    inside, outside = map(json.loads, done.stderr.splitlines())
    assert inside["trace_id"] == "0af7651916cd43dd8448eb211c80319c"
    assert "trace_id" not in outside


_PROCESS = """
import sys
from metatag_runtime.tracing import TracingSettings, close_tracing, configure_tracing, span
configure_tracing("ocr", TracingSettings(endpoint=sys.argv[1]))
with span("page"):
    pass
close_tracing()
"""


def test_spans_reach_a_collector_over_otlp() -> None:
    """The collector is a real gRPC server that speaks OTLP; the sender is a process of its own (one provider each)."""
    from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

    received: list[Any] = []

    class Collector(trace_service_pb2_grpc.TraceServiceServicer):
        def Export(self, request: Any, context: Any) -> Any:
            received.append(request)
            return trace_service_pb2.ExportTraceServiceResponse()

    server = grpc.server(futures.ThreadPoolExecutor(2))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Collector(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        subprocess.run([sys.executable, "-c", _PROCESS, f"http://127.0.0.1:{port}"], check=True, timeout=60)
    finally:
        server.stop(0)
    resource = received[0].resource_spans[0]
    assert {item.key: item.value.string_value for item in resource.resource.attributes}["service.name"] == "metatag-ocr"
    assert resource.scope_spans[0].spans[0].name == "page"


def test_no_endpoint_sets_nothing_up() -> None:
    before = trace.get_tracer_provider()
    configure_tracing("ocr", TracingSettings(endpoint=""))
    assert trace.get_tracer_provider() is before
