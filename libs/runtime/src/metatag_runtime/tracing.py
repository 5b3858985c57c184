"""Traces of a request through all services, over gRPC and over the queue, in OpenTelemetry's terms.

The API costs next to nothing while no exporter is set up. A span's name and attributes hold no document text, no file
name and no secret: only service, method, stage, ids, counts and codes. The W3C `traceparent` travels in gRPC metadata,
and as one text column beside a job, so that the worker that takes a ticket continues the trace of the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from pydantic import Field

from metatag_runtime.settings import ServiceSettings, SettingsError, service_config

TRACE_KEY = "traceparent"

# The exporter may delay the end of a process by this much. Milliseconds.
FLUSH_MS = 3000

Attribute = str | int | float | bool

_propagator = TraceContextTextMapPropagator()
# Codes that are an answer, not a fault of the service.
_CALM = frozenset({"ok", "cancelled"})


class TracingSettings(ServiceSettings):
    """METATAG_TRACING_*: where spans go."""

    model_config = service_config("TRACING")

    # OTLP over gRPC, "http://collector:4317" or "https://..."; empty: spans go nowhere.
    endpoint: str = Field(default="", pattern=r"^(https?://\S+)?$")
    # Share of new traces that are kept, 0 to 1; a trace begun elsewhere keeps that decision.
    ratio: float = Field(default=1.0, ge=0, le=1)


def configure_tracing(service: str, settings: TracingSettings) -> None:
    """Send this process's spans to the endpoint; does nothing without one. SettingsError: the exporter is missing."""
    if not settings.endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
        from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
    except ImportError as error:
        raise SettingsError(
            "METATAG_TRACING_ENDPOINT is set, but the exporter is not installed; install metatag-runtime[otlp]."
        ) from error
    provider = TracerProvider(
        resource=Resource.create({"service.name": f"metatag-{service}", "service.namespace": "metatag"}),
        sampler=ParentBased(TraceIdRatioBased(settings.ratio)),
    )
    insecure = settings.endpoint.startswith("http://")
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=settings.endpoint, insecure=insecure)))
    trace.set_tracer_provider(provider)


def close_tracing() -> None:
    """Send what is left and stop; does nothing when no exporter was set up."""
    provider: Any = trace.get_tracer_provider()
    if hasattr(provider, "force_flush"):
        provider.force_flush(FLUSH_MS)
        provider.shutdown()


def trace_id() -> str:
    """Give the id of the trace in work, 32 hex digits, or an empty string outside of one."""
    found = trace.get_current_span().get_span_context()
    return format(found.trace_id, "032x") if found.is_valid else ""


def trace_parent() -> str:
    """Give the place in the trace as a W3C traceparent (55 characters), to be stored or sent; empty outside of one."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get(TRACE_KEY, "")


def trace_metadata() -> tuple[tuple[str, str], ...]:
    """Give the gRPC metadata that carries the trace on; empty outside of one."""
    parent = trace_parent()
    return ((TRACE_KEY, parent),) if parent else ()


@contextmanager
def span(name: str, *, parent: str | None = None, server: bool = False, **attributes: Attribute) -> Iterator[Span]:
    """Open a span around a piece of work; an exception marks it failed by its type alone, never by its text.

    `parent` is a stored or received traceparent; None continues the trace in work.
    """
    kind = SpanKind.SERVER if server else SpanKind.INTERNAL
    opened = _tracer().start_span(
        name, _context_of(parent), kind, attributes, record_exception=False, set_status_on_exception=False
    )
    with trace.use_span(opened, end_on_exit=True, record_exception=False, set_status_on_exception=False):
        try:
            yield opened
        except Exception as error:
            opened.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def begin_span(name: str, parent: Any = None, *, server: bool = False) -> Span:
    """Open a span for the rest of this task; whoever opened it calls `end_span`.

    For work that ends in another context than it began, as a streaming RPC may: no context is restored afterwards.
    """
    opened = _tracer().start_span(
        name, _context_of(parent), SpanKind.SERVER if server else SpanKind.INTERNAL, record_exception=False
    )
    otel_context.attach(trace.set_span_in_context(opened))
    return opened


def end_span(opened: Span, code: str) -> None:
    """Close a span with the outcome: "ok" or an error code."""
    opened.set_attribute("metatag.code", code)
    if code not in _CALM:
        opened.set_status(Status(StatusCode.ERROR, code))
    opened.end()


def _tracer() -> trace.Tracer:
    # Asked for each time: the provider is set up after modules were imported.
    return trace.get_tracer("metatag")


def _context_of(parent: Any) -> otel_context.Context | None:
    """Give the context of a traceparent; a foreign or broken one starts a new trace, None continues the current one."""
    if parent is None:
        return None
    return _propagator.extract({TRACE_KEY: parent if isinstance(parent, str) else ""}, otel_context.Context())
