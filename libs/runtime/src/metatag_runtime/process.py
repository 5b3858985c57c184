"""Settings that every process has, whatever its service."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import structlog
from pydantic import Field

from metatag_runtime.grpc_tls import TlsSettings, use_tls
from metatag_runtime.hosting import Service, host
from metatag_runtime.logs import LogFormat, configure_logs
from metatag_runtime.metrics import MetricsService
from metatag_runtime.sandbox import hide_memory
from metatag_runtime.settings import ServiceSettings, SettingsError, service_config
from metatag_runtime.tracing import TracingSettings, close_tracing, configure_tracing
from metatag_runtime.watchdog import LoopWatchdog

log = structlog.get_logger("metatag.process")


class ProcessSettings(ServiceSettings):
    """METATAG_PROCESS_*: logs and metrics."""

    model_config = service_config("PROCESS")

    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    log_format: LogFormat = "auto"
    metrics_host: str = "0.0.0.0"  # noqa: S104  scraped from other pods
    # 0 means no metrics endpoint.
    metrics_port: int = Field(default=9090, ge=0, le=65535)
    # Seconds that running work may take to end after SIGTERM.
    stop_grace: float = Field(default=25.0, ge=0, le=3600)


def begin(service: str, settings: ServiceSettings, process: ProcessSettings) -> None:
    """Set up logs and print, redacted, what the process runs with. The one thing to do before building services."""
    configure_logs(process.log_level, process.log_format)
    # Keys and documents in memory are for no other process, a child that was taken over among them.
    hide_memory()
    log.info("starting", service=service, settings=settings.redacted(), process=process.redacted())


SettingsT = TypeVar("SettingsT", bound=ServiceSettings)


def run_service(
    service: str,
    settings_class: type[SettingsT],
    build: Callable[[SettingsT], Awaitable[Sequence[Service]]],
    new_loop: Callable[[], asyncio.AbstractEventLoop] | None = None,
) -> int:
    """Be a service's whole process: read settings, build, host with the metrics endpoint; give the exit code.

    `new_loop` makes another event loop than asyncio's own.
    """
    try:
        process = ProcessSettings.load()
        settings = settings_class.load()
        use_tls(TlsSettings.load())
        configure_tracing(service, TracingSettings.load())
    except SettingsError as error:
        print(f"metatag {service}: {error}", file=sys.stderr)
        return 2
    begin(service, settings, process)

    async def build_all() -> Sequence[Service]:
        services = list(await build(settings))
        if process.metrics_port:
            services.insert(0, MetricsService(process.metrics_host, process.metrics_port))
        return [LoopWatchdog(), *services]

    try:
        return host(build_all, grace=process.stop_grace, new_loop=new_loop)
    finally:
        close_tracing()


def migrate_service(
    service: str, settings_class: type[SettingsT], url_of: Callable[[SettingsT], str], scripts: Path, version_table: str
) -> int:
    """Bring a service's tables to the newest revision and end; give the exit code: 0, or 2 for a wrong setting."""
    # Only services that own tables have the database packages.
    from metatag_runtime.sql import migrate

    try:
        process = ProcessSettings.load()
        settings = settings_class.load()
    except SettingsError as error:
        print(f"metatag {service}: {error}", file=sys.stderr)
        return 2
    configure_logs(process.log_level, process.log_format)
    migrate(url_of(settings), scripts, version_table)
    log.info("tables are at the newest revision", service=service)
    return 0
