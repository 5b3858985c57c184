"""Where words stand on a page."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from metatag_gateway.schemas.common import Payload

_SHARE = "As a share of the page as its picture shows it, 0 to 1, from the top left corner."


class BoxView(Payload):
    """A box on the page's picture."""

    x0: float = Field(description=f"Left side. {_SHARE}")
    y0: float = Field(description="Upper side.")
    x1: float = Field(description="Right side.")
    y1: float = Field(description="Lower side.")


class WordView(BoxView):
    """A word and its box."""

    text: str
    confidence: int = Field(description="0 to 100; 100 for words of the PDF's own text.")


class HitView(Payload):
    """A place that was asked for."""

    kind: Literal["tag", "evidence", "word", "search"] = Field(
        description="The tag as a whole, the words that carry it, a word of it alone, or a word of a search."
    )
    text: str
    boxes: list[BoxView] = Field(description="One for each line that it touches.")


class PageWordsView(Payload):
    """Where something stands on a page."""

    document_id: str
    page: int
    source: Literal["recognised", "text_layer", "none"] = Field(
        description="Whence the places are known; none: they are not, as for documents read by older versions."
    )
    rotation: int = Field(description="Degrees by which the picture is turned clockwise to be read.")
    hits: list[HitView]
    words: list[WordView] | None = Field(None, description="All words in reading order, where asked for.")
