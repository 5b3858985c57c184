"""What commands print: results to standard output, progress and complaints to standard error, JSON when asked."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from metatag_client import Result, Tag

# Exit codes; docs/cli.md lists them.
OK, FAILED, USAGE, NO_SERVER, NOT_SIGNED_IN, INTERRUPTED = 0, 1, 2, 3, 4, 130

out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

METHODS = {"text_layer": "text layer", "tesseract_ocr": "OCR", "pymupdf": "text layer", "easyocr": "deep OCR"}


def fail(sentence: str, code: int = FAILED) -> NoReturn:
    """Say one sentence and end with the code."""
    err.print(Text(f"metatag: {sentence}", style="red"))
    raise typer.Exit(code)


def print_json(value: Any) -> None:
    """Print a value for a program to read."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def results_table() -> Table:
    """Give the empty table of documents."""
    table = Table(box=None, padding=(0, 2, 1, 0), header_style="dim", pad_edge=False)
    table.add_column("document", style="bold", overflow="fold", max_width=28)
    table.add_column("read by", no_wrap=True)
    table.add_column("lang", no_wrap=True)
    table.add_column("sure", justify="right", no_wrap=True)
    table.add_column("tags", ratio=1)
    table.add_column("time", justify="right", no_wrap=True, style="dim")
    return table


def add_result(table: Table, name: str, result: Result, seconds: float) -> None:
    """Add one document that became tags."""
    table.add_row(
        name,
        method_of(result),
        result.language or "-",
        confidence(result.confidence),
        tags_text(result.tags),
        f"{seconds:.1f} s",
    )


def add_failure(table: Table, name: str, sentence: str) -> None:
    """Add one document that failed."""
    table.add_row(name, Text("failed", style="red"), "", "", Text(sentence, style="red"), "")


def method_of(result: Result) -> str:
    """Say how a document was read; a document with pages of both kinds says so."""
    methods = {_method(page.method) for page in result.pages if page.method}
    return " + ".join(sorted(methods, reverse=True)) if methods else _method(result.method)


def _method(name: str) -> str:
    return METHODS.get(name, name.replace("_", " "))


def confidence(value: float | None) -> Text:
    """Show a confidence of 0..100; the warmer the colour the more doubtful."""
    if value is None:
        return Text("-", style="dim")
    style = "green" if value >= 85 else "yellow" if value >= 60 else "red"
    return Text(f"{value:.0f} %", style=style)


def tags_text(tags: Sequence[Tag]) -> Text:
    """Show tags in one flow, the score small behind each."""
    text = Text()
    for index, tag in enumerate(tags):
        text.append("  " if index else "")
        # A tag and its score stay on one line.
        text.append(tag.text.replace(" ", "\u00a0"), style="cyan")
        if tag.score is not None:
            text.append(f"\u00a0{tag.score:.2f}", style="dim")
    return text
