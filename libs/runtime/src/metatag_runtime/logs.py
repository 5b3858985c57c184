"""Structured logs: JSON lines in containers, readable on a terminal; request and trace ids on every line."""

from __future__ import annotations

import logging
import sys
from typing import Literal

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from metatag_runtime.context import request_id
from metatag_runtime.tracing import trace_id

LogFormat = Literal["auto", "json", "text"]

# Keys whose values never reach a log, whoever writes them.
_SECRET_KEYS = frozenset(
    {"authorization", "token", "access_token", "refresh_token", "password", "api_key", "provider_key", "secret", "key"}
)


def configure_logs(level: str = "info", log_format: LogFormat = "auto") -> None:
    """Set up structlog and the standard library's logging once, both to standard error."""
    json = log_format == "json" or (log_format == "auto" and not sys.stderr.isatty())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_ids,
        _hide_secrets,
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    last: list[Processor] = (
        [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
        if json
        else [_console()]
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    # Libraries that log each request, with addresses and queries in them.
    for noisy in ("httpx", "httpcore", "uvicorn.access", "urllib3", "aiosqlite", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def _add_ids(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    current = request_id()
    if current:
        event.setdefault("request_id", current)
    trace = trace_id()
    if trace:
        event.setdefault("trace_id", trace)
    return event


def _hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for key in event:
        if key.lower() in _SECRET_KEYS:
            event[key] = "***"
    return event


def _console() -> structlog.dev.ConsoleRenderer:
    # The default prints the values of local variables: document text and keys.
    return structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback)
