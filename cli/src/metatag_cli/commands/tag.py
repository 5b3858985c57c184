"""`metatag tag`: PDFs in, tags out."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
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
    ProfileOption,
    ServerOption,
    StrictOption,
    TaggerOption,
    VisionModelOption,
    VisionOption,
    VocabularyOption,
    client_for,
    plain_errors,
    tell_fetched,
)
from metatag_client import MetatagClientError, Options, Result

# Documents that are on their way at once; the server has its own bounds.
AT_ONCE = 4
# What a server takes in one request as it is shipped; it says what is wrong with more.
MOST_PAGES = 10


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
    profile: ProfileOption = None,
    strict: StrictOption = False,
    model: Annotated[str | None, typer.Option(help="Language model, as the provider names it.")] = None,
    api_key: Annotated[
        str | None, typer.Option(envvar="METATAG_CLI_API_KEY", help="Key of the model's provider.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Turn PDFs into tags, on a running server or without one; then nothing of them is stored."""
    _check(sources)
    lists.check(vocabulary, strict, server)
    options = Options(
        pages=pages, tags=tags, exclude=exclude or (), api_key=api_key, model=model, ocr=ocr, tagger=tagger,
        languages=language or (), strict=strict, vision=vision, vision_model=vision_model, profile=profile,
    )  # fmt: skip
    with plain_errors():
        outcomes = None if server or vocabulary or profile else _tagged_here(sources, options)
        if outcomes is None:
            outcomes = _tagged_by_system(server, sources, options, vocabulary)
    if as_json:
        screen.print_json([outcome.to_json() for outcome in outcomes])
    else:
        _print(outcomes)
    raise typer.Exit(screen.OK if all(outcome.result for outcome in outcomes) else screen.FAILED)


def _tagged_here(sources: list[str], options: Options) -> list[Outcome] | None:
    """Tag files inside this command; None where that needs a system: addresses, models, options that are refused."""
    asks_model = options.api_key or options.tagger in ("llm", "both") or options.vision in ("auto", "force")
    if asks_model or (options.pages or 0) > MOST_PAGES or any(_is_url(source) for source in sources):
        return None
    # See __main__ for the collector.
    gc.disable()
    from metatag_cli import unstored
    from metatag_runtime.logs import configure_logs
    from metatag_runtime.settings import SettingsError

    gc.enable()
    try:
        wanted = unstored.wanted(options)
        if wanted is None or (options.tagger != "local" and unstored.asks_model()):
            return None
        tell_fetched()
        configure_logs("warning")

        async def run() -> list[Outcome]:
            async with unstored.processor(wanted, len(sources)) as here:
                return await _tag_all(sources, lambda source: here.process(Path(source)))

        return asyncio.run(run())
    except SettingsError as error:
        screen.fail(str(error), screen.USAGE)


def _tagged_by_system(
    server: str | None, sources: list[str], options: Options, vocabulary: str | None
) -> list[Outcome]:
    """Tag by a running server, or by a system that lives as long as this."""
    from metatag_client import AsyncClient

    with client_for(server) as client:
        options = replace(options, vocabulary=lists.stored(client, vocabulary))

        async def run() -> list[Outcome]:
            async with AsyncClient(client.base_url, tokens=client.tokens) as talker:

                def process(source: str) -> Awaitable[Result]:
                    place = {"url": source} if _is_url(source) else {"source": Path(source)}
                    return talker.process(**place, options=options)

                return await _tag_all(sources, process)

        try:
            return asyncio.run(run())
        except KeyboardInterrupt:
            if not server:
                raise
            sentence = "interrupted; what was sent already goes on at the server, and `metatag jobs` lists it"
            screen.fail(sentence, screen.INTERRUPTED)


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


async def _tag_all(sources: list[str], process: Callable[[str], Awaitable[Result]]) -> list[Outcome]:
    places = asyncio.Semaphore(AT_ONCE)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=screen.err, transient=True, disable=not screen.err.is_terminal) as bar:
        task = bar.add_task("reading and tagging", total=len(sources))

        async def one(source: str) -> Outcome:
            async with places:
                outcome = await _tag_one(source, process)
            bar.advance(task)
            _log(outcome)
            return outcome

        return list(await asyncio.gather(*(one(source) for source in sources)))


async def _tag_one(source: str, process: Callable[[str], Awaitable[Result]]) -> Outcome:
    began = time.monotonic()
    try:
        result = await process(source)
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
