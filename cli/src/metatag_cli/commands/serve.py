"""`metatag serve`: all services in one process."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from metatag_cli import embedded, screen, tessdata
from metatag_cli.connect import JsonOption, tell_fetched
from metatag_cli.data_dir import DataDir, DataDirError, default_data_dir
from metatag_cli.ports import free_port, is_free

if TYPE_CHECKING:
    from metatag_cli.compose import Embedded


def serve(
    *,
    host: Annotated[str, typer.Option(envvar="METATAG_GATEWAY_HOST", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(envvar="METATAG_GATEWAY_PORT", min=0, max=65535, help="Port; 0 takes a free one.")
    ] = 8000,
    data_dir: Annotated[
        Path | None,
        typer.Option(
            envvar="METATAG_CLI_DATA_DIR", help="Where databases, files and secrets live.", show_default=False
        ),
    ] = None,
    local_root: Annotated[
        list[Path] | None,
        typer.Option(exists=True, file_okay=False, help="Folder whose files batches may name; may be repeated."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step, not only warnings.")] = False,
    with_parent: Annotated[bool, typer.Option(hidden=True)] = False,
    as_json: JsonOption = False,
) -> None:
    """Run the whole system in one process until Ctrl+C or SIGTERM."""
    began = time.monotonic()
    if with_parent:
        embedded.end_with_parent()
    port = port or free_port(host)
    address = f"http://{'127.0.0.1' if host in {'0.0.0.0', '::'} else host}:{port}"  # noqa: S104  how to reach it
    try:
        data = DataDir.open(data_dir or default_data_dir())
        with data.lock(address):
            if not is_free(host, port):
                screen.fail(f"Port {port} of {host} is taken by another program; give another with --port.", 1)
            roots = local_root or []
            tell = _say_json if as_json else _say_ready
            code = _host(
                data, host=host, port=port, local_roots=roots, verbose=verbose,
                on_ready=lambda system: tell(system, data, address, time.monotonic() - began),
            )  # fmt: skip
    except DataDirError as error:
        screen.fail(str(error), 1)
    raise typer.Exit(code)


def _host(
    data: DataDir, *, host: str, port: int, local_roots: list[Path], verbose: bool, on_ready: Callable[[Embedded], None]
) -> int:
    # Imported here: the services take a second to load, and a refused start should not. See __main__ for the collector.
    gc.disable()
    from metatag_cli.compose import Embedded, socket_folder
    from metatag_runtime import hosting
    from metatag_runtime.logs import configure_logs
    from metatag_runtime.settings import SettingsError
    from metatag_runtime.tracing import TracingSettings, close_tracing, configure_tracing

    gc.enable()
    # Whoever starts this process as a child has looked already.
    tell_fetched()
    with socket_folder() as sockets:
        try:
            system = Embedded.load(data, sockets, host=host, port=port, local_roots=local_roots, verbose=verbose)
            configure_tracing("embedded", TracingSettings.load())
        except SettingsError as error:
            screen.fail(str(error), screen.USAGE)
        configure_logs(system.process.log_level, system.process.log_format)
        try:
            return hosting.host(
                system.build,
                grace=system.process.stop_grace,
                on_ready=lambda: on_ready(system),
            )
        finally:
            close_tracing()


def _say_ready(system: Embedded, data: DataDir, address: str, seconds: float) -> None:
    """Say where it is and what to try next."""
    place = system.ocr.tessdata_dir
    lines = [
        ("API", address, "bold cyan"),
        ("Docs", f"{address}/docs", "cyan"),
        ("Page", f"{address}/app", "cyan"),
        ("Data", str(data.path), ""),
        ("Reads", ", ".join(tessdata.languages(place)) if place else "text layers only, see metatag doctor", ""),
        ("Tags by", _tagger(system), ""),
    ]
    screen.out.print(Text.assemble("\n  ", ("metatag", "bold"), (f"  ready in {seconds:.1f} s\n", "green")))
    for name, value, style in lines:
        screen.out.print(Text.assemble((f"  {name:<8}", "dim"), (value, style)))
    command = _command()
    screen.out.print(Text.assemble(("\n  Try     ", "dim"), f"{command} login --register --server {address}"))
    screen.out.print(f"          {command} tag FILE.pdf --server {address}")
    screen.out.print(Text.assemble(("  Stop    ", "dim"), "Ctrl+C\n"))
    sys.stdout.flush()


def _say_json(system: Embedded, data: DataDir, address: str, seconds: float) -> None:
    """Say the same to a program, once and on one line: it may read on while the system runs."""
    place = system.ocr.tessdata_dir
    found = {
        "api": address,
        "docs": f"{address}/docs",
        "page": f"{address}/app",
        "data_dir": str(data.path),
        "languages": list(tessdata.languages(place)) if place else [],
        "tagger": _tagger(system),
        "seconds": round(seconds, 2),
    }
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def _tagger(system: Embedded) -> str:
    if system.tagger.llm_key.get_secret_value() or system.tagger.llm_keyless:
        return f"{system.tagger.llm_model}, and offline when it is away"
    return "the offline tagger (set METATAG_TAGGER_LLM_KEY for a language model)"


def _command() -> str:
    """Give the way this command was called, as far as it can be typed again."""
    called = Path(sys.argv[0])
    if called.name != "metatag":
        return "metatag"
    try:
        return str(called.resolve().relative_to(Path.cwd()))
    except ValueError:
        return "metatag"
