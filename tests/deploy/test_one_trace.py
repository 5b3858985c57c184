"""One trace from the request to the tags: gateway, queue, worker, ocr and tagger, over real sockets."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import JobsProcess, running_jobs, until
from metatag_gateway.bootstrap import GatewayService
from metatag_gateway.settings import GatewaySettings

FOREIGN = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    yield exporter
    provider.shutdown()


def of_trace(exporter: InMemorySpanExporter, trace_id: str) -> dict[str, ReadableSpan]:
    return {
        each.name: each
        for each in exporter.get_finished_spans()
        if each.context is not None and format(each.context.trace_id, "032x") == trace_id
    }


async def ask(service: JobsProcess, folder: Path) -> dict[str, object]:
    """Sends one document through a gateway, with a trace of the caller's own."""
    gateway = GatewayService(
        GatewaySettings(
            host="127.0.0.1",
            port=0,
            database_url=f"sqlite+aiosqlite:///{folder}/gateway.sqlite",
            secret_key="a secret for tests, long enough for all",  # type: ignore[arg-type]
            jobs_address=service.settings.listen,
            ocr_address=service.settings.ocr_address,
            tagger_address=service.settings.tagger_address,
        )
    )
    await gateway.start()
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{gateway.port}", timeout=60) as client:
            account = {"email": "trace@example.com", "password": "correct horse battery"}
            (await client.post("/api/auth/register", json=account)).raise_for_status()
            tokens = (await client.post("/api/auth/login", json=account)).json()["data"]["tokens"]
            answer = await client.post(
                "/api/single/process",
                headers={"Authorization": f"Bearer {tokens['access_token']}", "traceparent": FOREIGN},
                files={"pdf_file": ("a.pdf", fake_pdf(pages=1), "application/pdf")},
                data={"config": '{"num_tags": 5}'},
            )
            answer.raise_for_status()
            return dict(answer.json())
    finally:
        await gateway.stop(2)


async def test_a_document_is_one_trace_across_the_queue(spans: InMemorySpanExporter, tmp_path: Path) -> None:
    async with running_jobs() as service:
        await ask(service, tmp_path)
        await until(lambda: "document" in of_trace(spans, "0af7651916cd43dd8448eb211c80319c"))
    found = of_trace(spans, "0af7651916cd43dd8448eb211c80319c")
    assert {"POST /api/single/process", "jobs/CreateJob", "document", "ocr/Recognize", "tagger/Tag"} <= set(found)
    parents = {
        name: next((other for other, each in found.items() if span.parent and each.context and
                    each.context.span_id == span.parent.span_id), "")
        for name, span in found.items()
    }  # fmt: skip
    assert parents["jobs/CreateJob"] == "POST /api/single/process"
    assert parents["document"] == "jobs/CreateJob", "the worker goes on where the request left off"
    assert parents["ocr/Recognize"] == parents["tagger/Tag"] == "document"
    assert not [each for each in found.values() if each.events], "no exception text, so no document text, in a span"
