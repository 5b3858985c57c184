"""`metatag tag`: PDFs in, tags out."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from metatag_cli import screen
from metatag_cli import vocabulary as lists
from metatag_cli.connect import (
    JsonOption,
    LanguageOption,
    OcrOption,
    ServerOption,
    StrictOption,
    TaggerOption,
    VisionModelOption,
    VisionOption,
    VocabularyOption,
    client_for,
    plain_errors,
)
from metatag_client import AsyncClient, Client, MetatagClientError, Options, Result

# Documents that are on their way at once; the server has its own bounds.
AT_ONCE = 4


@dataclass(frozen=True)
class Outcome:
    """What became of one source."""

    source: str
    seconds: float
    result: Result | None = None
    error: MetatagClientError | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the entry of --json."""
        entry: dict[str, Any] = {
            "source": self.source,
            "ok": self.result is not None,
            "seconds": round(self.seconds, 2),
        }
        if self.result is not None:
            return entry | {"result": dict(self.result.raw)}
        status, code = getattr(self.error, "status", None), getattr(self.error, "code", None)
        return entry | {"error": {"message": str(self.error), "status": status, "code": code}}


def tag(
    sources: Annotated[list[str], typer.Argument(metavar="FILE|URL...", help="PDF files or http(s) addresses.")],
    *,
    server: ServerOption = None,
    pages: Annotated[int | None, typer.Option(min=1, help="Pages to read from the front.")] = None,
    tags: Annotated[int | None, typer.Option(min=3, max=15, help="Tags wanted.")] = None,
    exclude: Annotated[list[str] | None, typer.Option(help="Word that must not become a tag; may be repeated.")] = None,
    ocr: OcrOption = None,
    vision: VisionOption = None,
    vision_model: VisionModelOption = None,
    language: LanguageOption = None,
    tagger: TaggerOption = None,
    vocabulary: VocabularyOption = None,
    strict: StrictOption = False,
    model: Annotated[str | None, typer.Option(help="Language model, as the provider names it.")] = None,
    api_key: Annotated[
        str | None, typer.Option(envvar="METATAG_CLI_API_KEY", help="Key of the model's provider.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Turn PDFs into tags, on a running server or on an embedded one for the moment."""
    _check(sources)
    lists.check(vocabulary, strict, server)
    options = Options(
        pages=pages, tags=tags, exclude=exclude or (), api_key=api_key, model=model, ocr=ocr, tagger=tagger,
        languages=language or (), strict=strict, vision=vision, vision_model=vision_model,
    )  # fmt: skip
    with plain_errors(), client_for(server) as client:
        options = replace(options, vocabulary=lists.stored(client, vocabulary))
        try:
            outcomes = asyncio.run(_tag_all(client, sources, options))
        except KeyboardInterrupt:
            if not server:
                raise
            sentence = "interrupted; what was sent already goes on at the server, and `metatag jobs` lists it"
            screen.fail(sentence, screen.INTERRUPTED)
    if as_json:
        screen.print_json([outcome.to_json() for outcome in outcomes])
    else:
        _print(outcomes)
    raise typer.Exit(screen.OK if all(outcome.result for outcome in outcomes) else screen.FAILED)


def _check(sources: list[str]) -> None:
    for source in sources:
        if _is_url(source):
            continue
        if Path(source).is_dir():
            screen.fail(f"{source} is a folder; use: metatag batch {source}", screen.USAGE)
        if not Path(source).is_file():
            screen.fail(f"There is no file {source}.", screen.USAGE)


def _is_url(source: str) -> bool:
    return source.startswith(("http://", "https://"))


async def _tag_all(client: Client, sources: list[str], options: Options) -> list[Outcome]:
    places = asyncio.Semaphore(AT_ONCE)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    async with AsyncClient(client.base_url, tokens=client.tokens) as talker:
        with Progress(*columns, console=screen.err, transient=True, disable=not screen.err.is_terminal) as bar:
            task = bar.add_task("reading and tagging", total=len(sources))

            async def one(source: str) -> Outcome:
                async with places:
                    outcome = await _tag_one(talker, source, options)
                bar.advance(task)
                _log(outcome)
                return outcome

            return list(await asyncio.gather(*(one(source) for source in sources)))


async def _tag_one(client: AsyncClient, source: str, options: Options) -> Outcome:
    began = time.monotonic()
    try:
        if _is_url(source):
            result = await client.process(url=source, options=options)
        else:
            result = await client.process(Path(source), options=options)
    except MetatagClientError as error:
        return Outcome(source, time.monotonic() - began, error=error)
    return Outcome(source, time.monotonic() - began, result)


def _log(outcome: Outcome) -> None:
    """Say that one is done, where no bar can show it."""
    if not screen.err.is_terminal:
        how = f"failed: {outcome.error}"
        if outcome.result:
            how = "done, offline tags" if outcome.result.degraded else "done"
        screen.err.print(f"{outcome.source}: {how} ({outcome.seconds:.1f} s)", soft_wrap=True)


def _print(outcomes: list[Outcome]) -> None:
    table = screen.Results()
    for outcome in outcomes:
        name = outcome.source if _is_url(outcome.source) else Path(outcome.source).name
        if outcome.result is not None:
            table.add(name, outcome.result, outcome.seconds)
        else:
            table.add_failure(name, str(outcome.error))
    table.show()
