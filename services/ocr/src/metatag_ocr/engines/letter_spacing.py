"""Words of letter-spaced lines: "N O T I C E  O F" is two words. Print of headings, and of programs that set each letter.

Blanks between the letters of such a line are a reader's guess or a typist's means; where words end shows in the
distances, which are alike within words and wider between them.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

# Share of one-letter words from which a line may be letter-spaced (English has 0.05, "a" and "I"), and their least number.
_LONE_SHARE, _LONE_WORDS = 0.3, 3
_SHORT_WORDS = 4.5
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
    """Tell whether a line has so many one-letter words that it may be letter-spaced."""
    # Words of three letters and less on the mean; asked first because it costs least.
    if len(text) > _SHORT_WORDS * text.count(" "):
        return False
    words = text.split()
    lone = sum(len(word) == 1 and word.isalpha() for word in words)
    return lone >= _LONE_WORDS and lone >= _LONE_SHARE * len(words)


def word_ends(glyphs: Sequence[Glyph]) -> frozenset[int]:
    """Return the places of the letters after which a word ends; the distances most alike decide."""
    pairs = list(zip(glyphs, glyphs[1:], strict=False))
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
