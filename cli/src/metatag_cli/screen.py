"""What commands print: results to standard output, progress and complaints to standard error, JSON when asked."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any, NoReturn

import typer
from rich.console import Console, ConsoleOptions, Group, JustifyMethod, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from metatag_client import Result, Tag

# Exit codes; docs/cli.md lists them.
OK, FAILED, USAGE, NO_SERVER, NOT_SIGNED_IN, INTERRUPTED = 0, 1, 2, 3, 4, 130

# Columns of a file or a pipe, where nothing says how wide it is.
FILE_WIDTH = 160

# Names and tags are shown as they are: brackets and colons in them mean nothing here.
out = Console(highlight=False, markup=False, emoji=False)
err = Console(stderr=True, highlight=False, markup=False, emoji=False)
if not out.is_terminal and "COLUMNS" not in os.environ:
    out.width = FILE_WIDTH

# From this width on the tags have a column of their own that is wide enough to read.
WIDE = 120

LANGUAGES = {
    "en": "English", "hi": "Hindi", "mr": "Marathi", "bn": "Bengali", "ta": "Tamil", "te": "Telugu", "kn": "Kannada",
    "gu": "Gujarati", "ml": "Malayalam", "pa": "Punjabi", "or": "Odia", "as": "Assamese", "ur": "Urdu",
    "sa": "Sanskrit", "ne": "Nepali",
}  # fmt: skip
METHODS = {"text_layer": "text layer", "tesseract_ocr": "OCR", "pymupdf": "text layer", "easyocr": "deep OCR"}

_CODE = re.compile(r"^[A-Z_]{4,}: (.)")


def fail(sentence: str, code: int = FAILED) -> NoReturn:
    """Say one sentence and end with the code."""
    sentence = sentence if sentence.endswith((".", "?", "!")) or ": metatag " in sentence else f"{sentence}."
    # Not wrapped: a command in it can be copied, and a log has one line.
    err.print(Text(f"metatag: {sentence}", style="red"), soft_wrap=True)
    raise typer.Exit(code)


def show(*what: RenderableType) -> None:
    """Print results; lines of a file or a pipe end where their text does."""
    if out.is_terminal:
        out.print(*what)
        return
    with out.capture() as capture:
        out.print(*what)
    lines = (line.rstrip() for line in capture.get().rstrip().splitlines())
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def sentence(error: str) -> str:
    """Give an error as a person reads it: without the code in front that programs look for."""
    return _CODE.sub(lambda found: found[1].upper(), error)


def print_json(value: Any) -> None:
    """Print a value for a program to read."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


class Results:
    """Documents and their tags: a table where it fits, else a line a document with the tags below."""

    def __init__(self) -> None:
        self._wide = out.width >= WIDE
        self._table = Table(box=None, padding=(0, 2, 1, 1), header_style="dim", pad_edge=False)
        for name in ("document", "read by", "language", "confidence", "tags", "time"):
            justify: JustifyMethod = "right" if name in {"confidence", "time"} else "left"
            self._table.add_column(name, justify=justify, no_wrap=name != "tags", ratio=1 if name == "tags" else None)

    def add(self, name: str, result: Result, seconds: float) -> None:
        """Add one document that became tags."""
        self._row(
            name,
            Text(method_of(result)),
            Text(LANGUAGES.get(result.language, result.language or "-")),
            confidence(result.confidence),
            TagFlow(result.tags) if not result.degraded else Group(TagFlow(result.tags), _offline(result)),
            Text(f"{seconds:.1f} s", style="dim"),
        )

    def add_failure(self, name: str, sentence: str) -> None:
        """Add one document that failed."""
        self._row(name, Text("failed", style="red"), Text(), Text(), Text(sentence, style="red"), Text())

    def show(self) -> None:
        """Print all."""
        show(self._table if self._wide else Group(*self._lines()))

    def _row(self, name: str, *cells: RenderableType) -> None:
        self._table.add_row(Text(_shortened(name), style="bold"), *cells)

    def _lines(self) -> Iterator[RenderableType]:
        *heads_of, tags, seconds = [list(column.cells) for column in self._table.columns]
        # A column in which no document has anything, such as the confidence of text layers, is left out.
        columns = [column for column in (*heads_of, seconds) if any(str(cell) not in {"", "-"} for cell in column)]
        grid = Table.grid(padding=(0, 2))
        for cells in zip(*columns, strict=True):
            grid.add_row(*cells)
        heads = out.render_lines(grid, pad=False)
        for head, flow in zip(heads, tags, strict=True):
            yield Text.assemble("  ", *((segment.text, segment.style or "") for segment in head))
            yield Padding(flow, (0, 0, 1, 6))


def _offline(result: Result) -> Text:
    return Text(f"Offline tags: the language model did not answer. {result.degraded_reason}".rstrip(), style="yellow")


def _shortened(name: str, most: int = 34) -> str:
    """Give a long name without its middle: names of scans differ at their ends."""
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-(most - most // 2 - 1) :]}"


class TagFlow:
    """Tags in one flow, the score small behind each; a tag and its score stay on one line."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self._tags = [_tag_text(tag) for tag in tags] or [Text("no tags", style="dim")]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterator[Text]:
        line = Text()
        for tag in self._tags:
            longer = Text.assemble(line, (" · ", "dim"), tag) if line else tag
            if line and longer.cell_len > options.max_width:
                yield line
                longer = tag
            line = longer
        yield line

    def __rich_measure__(self, console: Console, options: ConsoleOptions) -> Measurement:
        widths = [tag.cell_len for tag in self._tags]
        return Measurement(min(max(widths), options.max_width), min(sum(widths) + 3 * len(widths), options.max_width))


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


def _tag_text(tag: Tag) -> Text:
    score = (f" {tag.score:.2f}", "dim") if tag.score is not None else ""
    return Text.assemble((tag.text, "cyan"), score)
