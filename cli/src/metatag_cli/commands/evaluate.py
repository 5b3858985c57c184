"""`metatag evaluate`: one's own PDFs and one's own tags beside those of the taggers."""

from __future__ import annotations

import asyncio
import csv
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from metatag_cli import screen
from metatag_cli.connect import JsonOption, ServerOption, client_for, plain_errors
from metatag_cli.scores import form
from metatag_client import AsyncClient, MetatagClientError, Options
from metatag_runtime.tag_scores import RANKS, Scores

AT_ONCE = 4
# What a table of one's own tags may be called.
_FILE = ("file", "file_name", "name", "path", "file_path", "document")
_TAGS = ("tags", "generated_tags", "keywords", "labels")


@dataclass
class Run:
    """What one tagger gave for the documents."""

    tagger: str
    scores: Scores = field(default_factory=lambda: Scores(form))
    facets: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """Return the entry of --json."""
        done = max(1, self.scores.documents)
        return {
            "tagger": self.tagger,
            "documents": self.scores.documents,
            "failed": self.failed,
            "f1_at_5": round(self.scores.f1(5), 4),
            "f1_at_10": round(self.scores.f1(10), 4),
            "ndcg": round(self.scores.ndcg, 4),
            "precision_by_rank": [round(self.scores.precision(rank), 4) for rank in range(1, RANKS + 1)],
            "facet_coverage": {kind: round(count / done, 4) for kind, count in sorted(self.facets.items())},
        }


def evaluate(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="Folder with PDFs.")],
    gold: Annotated[Path, typer.Option("--gold", exists=True, dir_okay=False, help="CSV: file, tags (parted by ;).")],
    *,
    server: ServerOption = None,
    tagger: Annotated[list[str] | None, typer.Option(help="auto, llm, local or both; may be repeated.")] = None,
    tags: Annotated[int, typer.Option(min=3, max=15, help="Tags wanted of each document.")] = 10,
    model: Annotated[str | None, typer.Option(help="Language model, as the provider names it.")] = None,
    api_key: Annotated[
        str | None, typer.Option(envvar="METATAG_CLI_API_KEY", help="Key of the model's provider.", show_default=False)
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Compare the taggers with your own tags: F1, NDCG, precision by rank, and how many documents have which facet."""
    wanted = read_gold(gold)
    files = {path.name: path for path in sorted(folder.rglob("*")) if path.suffix.lower() == ".pdf"}
    known = {name: found for name, found in wanted.items() if name in files}
    if not known:
        screen.fail(f"No file of {folder} stands in {gold}; its first column names the files.", screen.USAGE)
    options = Options(tags=tags, model=model, api_key=api_key)
    with plain_errors(), client_for(server) as client:
        talker = AsyncClient(client.base_url, tokens=client.tokens)
        runs = asyncio.run(_all(talker, files, known, [replace(options, tagger=name) for name in tagger or ["local"]]))
    if as_json:
        screen.print_json([run.to_json() for run in runs])
    else:
        _print(runs)
    raise typer.Exit(screen.FAILED if any(run.failed for run in runs) else screen.OK)


def read_gold(path: Path) -> dict[str, list[str]]:
    """Return the tags of a CSV by file name; tags are parted by ";", or by "," where there is no ";"."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = csv.DictReader(file)
        columns = {name.strip().casefold(): name for name in rows.fieldnames or ()}
        name = next((columns[each] for each in _FILE if each in columns), None)
        tags = next((columns[each] for each in _TAGS if each in columns), None)
        if name is None or tags is None:
            screen.fail(f"{path} needs the columns file and tags.", screen.USAGE)
        found: dict[str, list[str]] = {}
        for row in rows:
            text = row.get(tags) or ""
            parts = [part.strip() for part in text.split(";" if ";" in text else ",")]
            found[Path((row.get(name) or "").strip()).name] = [part for part in parts if part]
    return {file_name: parts for file_name, parts in found.items() if file_name and parts}


async def _all(
    talker: AsyncClient, files: Mapping[str, Path], wanted: Mapping[str, list[str]], choices: Sequence[Options]
) -> list[Run]:
    async with talker:
        return [await _one(talker, files, wanted, options) for options in choices]


async def _one(
    talker: AsyncClient, files: Mapping[str, Path], wanted: Mapping[str, list[str]], options: Options
) -> Run:
    run = Run(options.tagger or "auto")
    places = asyncio.Semaphore(AT_ONCE)

    async def document(name: str) -> None:
        async with places:
            try:
                result = await talker.process(files[name], options=options)
            except MetatagClientError as error:
                run.failed.append(f"{name}: {error}")
                return
        run.scores.add([tag.text for tag in result.tags], wanted[name])
        run.facets.update({facet.kind for facet in result.facets})

    await asyncio.gather(*(document(name) for name in wanted))
    return run


def _print(runs: Sequence[Run]) -> None:
    table = Table("tagger", "documents", "F1@5", "F1@10", "NDCG", "precision at 1, 3, 5, 10", "facets")
    for run in runs:
        ranks = "  ".join(f"{run.scores.precision(rank):.2f}" for rank in (1, 3, 5, 10))
        done = max(1, run.scores.documents)
        facets = ", ".join(f"{kind} {100 * count / done:.0f} %" for kind, count in run.facets.most_common())
        table.add_row(
            run.tagger,
            str(run.scores.documents),
            f"{100 * run.scores.f1(5):.1f}",
            f"{100 * run.scores.f1(10):.1f}",
            f"{run.scores.ndcg:.3f}",
            ranks,
            facets,
        )
    screen.out.print(table)
    for run in runs:
        for sentence in run.failed:
            screen.err.print(sentence, soft_wrap=True)
