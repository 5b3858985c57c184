"""The layout of a page's text from the geometry of its lines: cells, blocks and headings.

Rules, all in units of a line's own font size ("em"), so that they hold at any page size:
cells of a row are parted by a tab, lines by a line feed, blocks by a blank line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from metatag_ocr.model import Heading

# A gap that makes a line the row of a table, and one that parts cells once the line is a row. Print parts words by a
# quarter of an em; a stretched line of a narrow column reaches 1.2.
ROW_GAP, CELL_GAP = 1.5, 0.8
# A line's distance to the next, over the smaller of the two distances beside it, from which a new block begins.
BLOCK_STEP = 1.3
# The same in em, where no distance stands beside it.
_LONE_STEP = 1.8
# Baselines nearer than this, in em, are one row.
_SAME_ROW = 0.3
# Distance in em within which the same line again is a bold or shadowed one, drawn twice.
_REPEATED = 0.25
# Size of a heading over that of the page's body, and how much of each is looked at.
_HEADING = 1.15
_HEADING_CHARS, _HEADING_LINES, _MAX_HEADINGS, _LEVELS = 300, 5, 40, 6
# A block never ends within a word.
_HYPHENS = frozenset("-\u00ad\x02\u2010")
# A size within this share of another is the same.
_SAME_SIZE = 0.1


@dataclass(slots=True)
class Cell:
    """A run of text without a wide gap. Sides in points, from left to right."""

    text: str
    left: float
    right: float


@dataclass(slots=True)
class Line:
    """A printed line. `base` is its baseline and grows upwards; `size` is its font's; all in points.

    `size` is 0 where it is unknown, `aside` marks a line that does not run as most of the page's lines do.
    """

    cells: tuple[Cell, ...]
    base: float
    size: float
    aside: bool = False

    @property
    def text(self) -> str:
        """Return the cells, parted by tabs."""
        return self.cells[0].text if len(self.cells) == 1 else "\t".join([cell.text for cell in self.cells])

    @property
    def left(self) -> float:
        """Return the line's left side."""
        return self.cells[0].left

    @property
    def right(self) -> float:
        """Return the line's right side."""
        return self.cells[-1].right


@dataclass(slots=True)
class Entry:
    """Text that stands in a box of its own: a form field's value, a note written on the page. Sides in points."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


def render(
    lines: Sequence[Line], entries: Sequence[Entry] = (), *, block_step: float = BLOCK_STEP
) -> tuple[str, tuple[Heading, ...]]:
    """Return a page's text with tabs and blank lines, and its headings in reading order.

    A block begins where the distance of two lines is over `block_step` times the smaller of those beside it.
    """
    placed = _with_entries(_rows(without_repeats(lines)), entries)
    if not placed:
        return "", ()
    breaks = _breaks(placed, block_step)
    parts = [placed[0].text]
    for line, new in zip(placed[1:], breaks, strict=True):
        parts.append("\n\n" if new else "\n")
        parts.append(line.text)
    return "".join(parts), headings(placed, breaks)


def without_repeats(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines without those drawn again in their own place, as print is made bold or gets a shadow."""
    if len({line.text for line in lines}) == len(lines):
        return lines
    seen: dict[str, list[Line]] = {}
    kept = []
    for line in lines:
        same = seen.setdefault(line.text, [])
        if not any(_is_repeat(line, other) for other in same):
            same.append(line)
            kept.append(line)
    return kept


def _is_repeat(line: Line, other: Line) -> bool:
    near = _REPEATED * max(line.size, other.size)
    return abs(line.base - other.base) <= near and abs(line.left - other.left) <= near


def headings(lines: Sequence[Line], breaks: Sequence[bool]) -> tuple[Heading, ...]:
    """Return the runs of lines set larger than the body, which is the size most letters have."""
    weights: Counter[float] = Counter()
    for line in lines:
        weights[round(line.size * 2) / 2] += len(line.text)
    weights.pop(0.0, None)
    if len(weights) < 2:
        return ()
    body = weights.most_common(1)[0][0]
    if max(weights) < body * _HEADING - 0.5:
        return ()
    runs = list(_large_runs(lines, breaks, body * _HEADING))[:_MAX_HEADINGS]
    sizes: list[float] = []
    for size in sorted({size for size, _ in runs}, reverse=True):
        if not sizes or size < sizes[-1] * (1 - _SAME_SIZE):
            sizes.append(size)
    return tuple(Heading(text, min(_LEVELS, 1 + _rank(sizes, size))) for size, text in runs)


def _rank(sizes: Sequence[float], size: float) -> int:
    return sum(size < other * (1 - _SAME_SIZE) for other in sizes)


def _large_runs(lines: Sequence[Line], breaks: Sequence[bool], least: float) -> Iterator[tuple[float, str]]:
    """Yield size and text of each run of large lines that looks like a heading."""
    run: list[Line] = []
    for index, line in enumerate(lines):
        if run and (breaks[index - 1] or not _same_size(run[-1], line)):
            yield from _heading(run)
            run = []
        if line.size >= least:
            run.append(line)
    yield from _heading(run)


def _heading(run: Sequence[Line]) -> Iterator[tuple[float, str]]:
    text = "\n".join(line.text for line in run)
    # A row of a table is no heading, however large its print.
    if (
        run
        and "\t" not in text
        and len(run) <= _HEADING_LINES
        and len(text) <= _HEADING_CHARS
        and sum(map(str.isalpha, text)) >= 3
    ):
        yield run[0].size, text


def _same_size(one: Line, other: Line) -> bool:
    return abs(one.size - other.size) <= _SAME_SIZE * max(one.size, other.size)


def _rows(lines: Iterable[Line]) -> list[Line]:
    """Join lines that follow each other on one baseline, from left to right, into rows."""
    rows: list[Line] = []
    for line in lines:
        if rows and _continues(rows[-1], line):
            rows[-1] = replace(rows[-1], cells=rows[-1].cells + line.cells)
        else:
            rows.append(line)
    return rows


def _continues(row: Line, line: Line) -> bool:
    size = min(row.size, line.size)
    if row.aside or line.aside or abs(row.base - line.base) > _SAME_ROW * size:
        return False
    return line.left - row.right >= CELL_GAP * size


def _breaks(lines: Sequence[Line], block_step: float) -> list[bool]:
    """Tell for each line but the first whether a block begins with it."""
    steps = [_step(above, below) for above, below in pairwise(lines)]
    return [
        lines[index].cells[-1].text[-1:] not in _HYPHENS
        and (step is None or _is_wide(steps, index, step, block_step, max(lines[index].size, lines[index + 1].size)))
        for index, step in enumerate(steps)
    ]


def _step(above: Line, below: Line) -> float | None:
    """Return the distance of two lines of one block; None where they cannot be of one."""
    step = above.base - below.base
    apart = below.left > above.right or below.right < above.left
    if step <= 0 or apart or above.aside != below.aside or not _same_size(above, below):
        return None
    return step


def _is_wide(steps: Sequence[float | None], index: int, step: float, block_step: float, size: float) -> bool:
    before = steps[index - 1] if index else None
    after = steps[index + 1] if index + 1 < len(steps) else None
    if before is None and after is None:
        return step > _LONE_STEP * size
    return step > block_step * min(before or step, after or step)


def _with_entries(lines: list[Line], entries: Sequence[Entry]) -> list[Line]:
    """Return the lines with each entry beside its label, or between the lines it stands between."""
    for entry in entries:
        middle = (entry.bottom + entry.top) / 2
        row = None if "\n" in entry.text else _row_of(lines, entry)
        if row is not None:
            cells = (*lines[row].cells, Cell(entry.text, entry.left, entry.right))
            lines[row] = replace(lines[row], cells=tuple(sorted(cells, key=lambda cell: cell.left)))
            continue
        above = [index for index, line in enumerate(lines) if line.base >= middle]
        at = 1 + min(above, key=lambda index: lines[index].base) if above else 0
        step = (entry.top - entry.bottom) / (1 + entry.text.count("\n"))
        lines.insert(at, Line((Cell(entry.text, entry.left, entry.right),), entry.top - 0.8 * step, 0.0))
    return lines


def _row_of(lines: Sequence[Line], entry: Entry) -> int | None:
    """Return the line on whose height an entry stands without lying over its text."""
    middle = (entry.bottom + entry.top) / 2
    best, least = None, 0.0
    for index, line in enumerate(lines):
        # A line's letters stand a third of an em above its baseline.
        distance = abs(line.base + line.size / 3 - middle)
        over = any(cell.left < entry.right - 1 and cell.right > entry.left + 1 for cell in line.cells)
        near = distance <= max(0.5 * (entry.top - entry.bottom), 0.5 * line.size)
        if near and not (line.aside or over) and (best is None or distance < least):
            best, least = index, distance
    return best
