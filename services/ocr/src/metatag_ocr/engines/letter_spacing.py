"""Words of letter-spaced lines: "N O T I C E  O F" is two words.

Headings are printed so, and the text of programs that set each letter.

Blanks between the letters of such a line are a reader's guess or a typist's means; where words end shows in the
distances, which are alike within words and wider between them.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# Most characters for each blank of a line that may be letter-spaced (English has 6), its least number of letters, and
# their least share: rows of figures have short words, too.
_SHORT_WORDS, _LETTERS, _LETTER_SHARE = 4.5, 5, 0.6
# A distance over the usual one that ends a word, for distances from edge to edge and from origin to origin.
_EDGE_STEP, _PITCH_STEP = 1.5, 1.3


@dataclass(frozen=True, slots=True)
class Glyph:
    """A letter with its place in the line's text; origin and sides along the line, in points."""

    at: int
    origin: float
    left: float
    right: float


def is_spaced(text: str) -> bool:
    """Tell whether a line's words are so short that it may be letter-spaced; distances tell whether it is."""
    blanks = text.count(" ")
    if not blanks or len(text) > _SHORT_WORDS * blanks:
        return False
    letters = sum(map(str.isalpha, text))
    return letters >= max(_LETTERS, _LETTER_SHARE * (len(text) - blanks))


def word_ends(glyphs: Sequence[Glyph]) -> frozenset[int]:
    """Return the places of the letters after which a word ends; the distances most alike decide."""
    pairs = list(pairwise(glyphs))
    if len(pairs) < 2:
        return frozenset()
    pitches = [after.origin - before.origin for before, after in pairs]
    edges = [after.left - before.right for before, after in pairs]
    pitch, edge = statistics.median(pitches), statistics.median(edges)
    if _spread(pitches, pitch) < _spread(edges, edge):
        least = _PITCH_STEP * pitch
        return frozenset(before.at for (before, _), step in zip(pairs, pitches, strict=True) if step > least)
    # Letters that touch are no letter-spaced line; the width of a letter is then the measure.
    least = max(_EDGE_STEP * edge, edge + 0.2 * statistics.median(glyph.right - glyph.left for glyph in glyphs))
    return frozenset(before.at for (before, _), step in zip(pairs, edges, strict=True) if step > least)


def _spread(values: Sequence[float], middle: float) -> float:
    return statistics.median(abs(value - middle) for value in values)
