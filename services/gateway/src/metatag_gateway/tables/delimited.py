"""CSV and its kin as records: any of four separators, cells in quotes, any end of line."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import islice

from metatag_gateway.tables.decoding import decode
from metatag_gateway.tables.model import MAX_CELL, MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Sheet, TableError

SEPARATORS = ",;\t|"
# How much of a file is looked at to find its separator.
_SAMPLE_CHARS, _SAMPLE_RECORDS = 64 * 1024, 40
# Excel's own line that names the separator.
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?[ \t]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
# DOS ended a text so; some exports still do.
_END_OF_TEXT = "\x1a\x00"
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f]")


def read_delimited(content: bytes, is_name: Callable[[str], bool], *, strict: bool = False) -> Sheet:
    """Return the records of a text; `is_name` tells whether a cell is a known column name. Raise TableError.

    `strict` refuses a cell whose quotes are not doubled; else it is kept as it stands, with a warning.
    """
    decoded = decode(content)
    text = decoded.text.rstrip(_END_OF_TEXT)
    sample = text[:_SAMPLE_CHARS]
    if "\x00" in text or len(_CONTROLS.findall(sample)) > len(sample) // 100:
        raise TableError("This is no table; give a CSV, TSV or XLSX file.")
    first = 1
    if announced := _SEPARATOR_LINE.match(text):
        separator, text, first = announced[1], text[announced.end() :], 2
    else:
        separator = find_separator(text, is_name)
    sheet = Sheet(encoding=decoded.encoding, warnings=decoded.warnings)
    cells_seen = 0
    for line, cells in _records(text, separator, first, None if strict else sheet.warnings):
        stripped = [cell.strip() for cell in cells]
        while stripped and not stripped[-1]:
            stripped.pop()
        if not stripped:
            continue
        cells_seen += len(stripped)
        check_bounds(line, len(stripped), len(sheet.rows), cells_seen)
        sheet.rows.append((line, stripped))
    return sheet


def check_bounds(line: int, width: int, rows: int, cells: int) -> None:
    """Raise TableError for a table that is too wide or too long."""
    if width > MAX_COLUMNS:
        raise TableError(f"line {line}: a table may have {MAX_COLUMNS} columns at most.")
    # Beside the rows, a header and what stands above it.
    if rows > MAX_ROWS + 10 or cells > MAX_CELLS:
        raise TableError(f"A table may have {MAX_ROWS:,} rows and {MAX_CELLS:,} cells at most; split it.")


def find_separator(text: str, is_name: Callable[[str], bool]) -> str:
    """Return the separator that gives known column names, else the most even records of more than one cell."""
    sample = text[:_SAMPLE_CHARS]
    return max(SEPARATORS, key=lambda sign: _rating(sample, sign, is_name))


def _rating(sample: str, sign: str, is_name: Callable[[str], bool]) -> tuple[int, bool, float, int]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=sign, skipinitialspace=True)
    try:
        records = [record for record in islice(reader, _SAMPLE_RECORDS) if any(cell.strip() for cell in record)]
    except csv.Error:
        return (0, False, 0.0, 0)
    if not records:
        return (0, False, 0.0, 0)
    names = max(sum(map(is_name, record)) for record in records[:10])
    width, count = Counter(map(len, records)).most_common(1)[0]
    return (names, width > 1, round(count / len(records), 1), min(width, len(records[0])))


# Characters of a line: the parser holds the interpreter's lock until it has read one. A cell may go over several.
MAX_LINE = 4_000_000


class _Lines:
    """The lines of a text, which knows how many were taken."""

    def __init__(self, text: str, first: int) -> None:
        # No translation of line ends, but all three kinds end a line.
        self._lines = io.StringIO(text, newline="")
        self.number = first - 1
        self.current = ""
        self.ended = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.current = self._lines.readline()
        if not self.current:
            self.ended = True
            raise StopIteration
        self.number += 1
        if len(self.current) > MAX_LINE:
            raise TableError(f"line {self.number}: it is longer than {MAX_LINE:,} characters.")
        return self.current


def _records(text: str, separator: str, first: int, warnings: list[str] | None) -> Iterator[tuple[int, list[str]]]:
    """Give each record with the line on which it begins; a quote that is never closed is an error, not a long cell."""
    csv.field_size_limit(MAX_CELL)
    lines = _Lines(text, first)
    while not lines.ended:
        reader = csv.reader(lines, delimiter=separator, strict=True, skipinitialspace=True)
        begin = lines.number + 1
        try:
            for cells in reader:
                yield begin, cells
                begin = lines.number + 1
        except csv.Error as error:
            if "field limit" in str(error):
                raise TableError(f"line {begin}: a cell is longer than {MAX_CELL:,} characters.") from None
            if lines.ended or lines.number > begin:
                raise _unclosed(begin) from None
            sentence = f"line {begin}: a quote inside a quoted cell is not doubled; look the row over."
            if warnings is None:
                raise TableError(sentence) from None
            yield begin, _leniently(lines.current, separator, begin)
            if not any("is not doubled" in warning for warning in warnings):
                warnings.append(sentence)


def _leniently(line: str, separator: str, number: int) -> list[str]:
    """Read one line whose quotes are not doubled."""
    cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    if cells and cells[-1].endswith(("\n", "\r")):
        raise _unclosed(number)
    return cells


def _unclosed(line: int) -> TableError:
    return TableError(
        f"line {line}: a quotation mark opens a cell and none closes it; close it, or write it twice within a cell."
    )
