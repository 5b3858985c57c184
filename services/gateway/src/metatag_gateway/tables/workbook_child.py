"""The process in which a workbook is opened: it unpacks to much more than its bytes, and takes seconds of a core.

It gets the file on its standard input; as arguments the place of a function that knows column names (module:name), and
how many seconds of a core it may take.
It writes a line of JSON about the sheet, then one for each row: `[number, [cells]]`.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from collections.abc import Iterator
from typing import Any

from metatag_gateway.tables.model import Sheet, TableError
from metatag_runtime.sandbox import restrict

# Address space.
MEMORY_BYTES = 2 * 1024**3


def main(place: str, cpu_seconds: int) -> None:
    """Read one workbook."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds))
    # Requests go first.
    os.nice(5)
    # openpyxl loads it where it is installed, for nothing, and it starts threads, which would not be restricted.
    sys.modules["numpy"] = None  # type: ignore[assignment]
    from metatag_gateway.tables.workbook import read_workbook

    module, _, name = place.partition(":")
    is_name = getattr(importlib.import_module(module), name)
    restrict([])
    try:
        lines = _lines(read_workbook(sys.stdin.buffer.read(), is_name))
    except TableError as error:
        lines = iter([{"error": error.message}])
    for line in lines:
        sys.stdout.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
    sys.stdout.flush()


def _lines(sheet: Sheet) -> Iterator[Any]:
    links = [[row, column, address] for (row, column), address in sheet.links.items()]
    yield {"encoding": sheet.encoding, "sheet": sheet.sheet, "warnings": sheet.warnings, "links": links}
    yield from sheet.rows


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
