"""`metatag demo`: the whole system at work on three PDFs and a batch, through the public API."""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from metatag_cli import project, screen
from metatag_cli.connect import JsonOption, plain_errors, tell_fetched
from metatag_cli.embedded import StartError, temporary_system
from metatag_client import Client, Event, Result, Row

# File, and the language that its tags must come from.
SAMPLES = (("water-supply-report.pdf", "en"), ("vaccination-notice.pdf", "en"), ("karyalaya-adesh.pdf", "hi"))


class DemoError(Exception):
    """The system did not do what the demonstration promises."""


def demo(
    samples: Annotated[
        Path | None, typer.Option(help="Folder with the sample PDFs.", exists=True, file_okay=False, show_default=False)
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Start a system, send it sample PDFs through its public API, show the tags, stop it."""
    folder = samples or _samples()
    began = time.monotonic()
    screen.out.quiet = as_json
    tell_fetched()
    screen.out.print(Text.assemble("\n  ", ("metatag demo", "bold"), ("   PDFs in, tags out\n", "dim")))
    try:
        with plain_errors(), screen.out.status("starting four services ..."), temporary_system([folder]) as system:
            _done("system", f"four services over gRPC, ready in {time.monotonic() - began:.1f} s at {system.base_url}")
            with Client(system.base_url) as client:
                _sign_up(client)
                documents = _singles(client, folder)
                events = _batch(client, folder)
    except (StartError, DemoError) as error:
        screen.fail(str(error))
    if as_json:
        results = [dict(result.raw) for result in documents]
        batch = [dict(event.raw) for event in events if event.kind == "finished"]
        screen.print_json({"documents": results, "batch": batch, "seconds": round(time.monotonic() - began, 2)})
    _farewell(time.monotonic() - began)


def _samples() -> Path:
    root = project.root()
    # An installed package carries them; in a checkout they lie at its top.
    folder = root / "samples" if root else Path(__file__).parents[1] / "samples"
    if not folder.is_dir():
        screen.fail("This build carries no samples; name a folder of PDFs with --samples.", screen.USAGE)
    return folder


def _sign_up(client: Client) -> None:
    email, password = "demo@example.com", secrets.token_urlsafe(16)
    client.register(email, password, "Demo")
    client.login(email, password)
    _done("account", f"{email} registered and signed in")


def _singles(client: Client, folder: Path) -> list[Result]:
    table = screen.Results()
    results = []
    for name, language in SAMPLES:
        began = time.monotonic()
        result = client.process(folder / name)
        _judge(name, result, language)
        table.add(name, result, time.monotonic() - began)
        results.append(result)
    _done("documents", f"{len(SAMPLES)} sent to POST /api/single/process\n")
    table.show()
    screen.out.print("    and a batch of all samples, as its events come in:\n", style="dim")
    return results


def _judge(name: str, result: Result, language: str) -> None:
    if not result.tags:
        raise DemoError(f"{name} got no tags.")
    if not result.language.startswith(language):
        raise DemoError(f"{name} was taken for the language {result.language!r} and not {language!r}.")
    # The two samples without a text layer can only have been read by OCR.
    if result.is_scanned == name.startswith("water"):
        raise DemoError(f"{name} was read as {result.method!r}, which is the wrong way for it.")


def _batch(client: Client, folder: Path) -> list[Event]:
    files = sorted(folder.glob("*.pdf"))
    rows = [Row(str(file.resolve()), "local", title=file.stem.replace("-", " ")) for file in files]
    began = time.monotonic()
    job = client.start_batch(rows)
    columns = (TextColumn("    {task.description:<24}"), BarColumn(24), MofNCompleteColumn())
    seen: list[Event] = []
    with Progress(*columns, console=screen.out, transient=True, disable=not screen.out.is_terminal) as bar:
        task = bar.add_task("batch", total=len(rows))
        for event in client.events(job.id):
            seen.append(event)
            if event.kind == "started":
                bar.update(task, description=event.title)
            if event.kind == "finished":
                bar.advance(task)
                _line(event)
    _judge_batch(seen, len(rows))
    _done(
        "batch", f"{len(rows)} documents, {len(seen)} live events over the WebSocket, {time.monotonic() - began:.1f} s"
    )
    return seen


def _line(event: Event) -> None:
    mark = ("  ✓ ", "green") if event.ok else ("  ✗ ", "red")
    what = " · ".join(event.tags[:4]) if event.ok else event.error or "failed"
    screen.out.print(
        Text.assemble("  ", mark, f"{event.title:<24}", (what, "cyan" if event.ok else "red")), soft_wrap=True
    )


def _judge_batch(seen: Sequence[Event], rows: int) -> None:
    finished = [event for event in seen if event.kind == "finished"]
    failed = [event for event in finished if not event.ok]
    if failed:
        raise DemoError(f"The batch failed on {failed[0].title}: {failed[0].error}")
    if sorted(event.row for event in finished) != list(range(1, rows + 1)) or seen[-1].kind != "completed":
        raise DemoError(f"The batch ended as {seen[-1].kind!r} with {len(finished)} of {rows} documents told.")


def _done(what: str, detail: str) -> None:
    screen.out.print(Text.assemble(("  ✓ ", "green"), f"{what:<12}", (detail, "")), soft_wrap=True)


def _farewell(seconds: float) -> None:
    screen.out.print(Text.assemble("\n  ", ("Everything worked", "bold green"), f", in {seconds:.0f} s."))
    run, command = ("make run", ".venv/bin/metatag") if project.root() else ("metatag serve", "metatag")
    screen.out.print(f"\n  {run} keeps it running. Then try")
    screen.out.print("    http://127.0.0.1:8000/app     drop a PDF, or a folder of them")
    screen.out.print("    http://127.0.0.1:8000/docs    the API, call by call")
    screen.out.print(f"    {command + ' --help':<30}the same from a terminal\n")
