"""An ocr service of this process as the only node, reached without a channel."""

from __future__ import annotations

from typing import Any

from metatag_jobs.adapters.ocr.nodes import Node, OcrNodes


class LocalNode(OcrNodes):
    """Hands out places on one node that is always there."""

    def __init__(self, stub: Any, slots: int) -> None:
        """`stub` calls the service; it works on `slots` pages at once."""
        super().__init__("", 1.0)
        self._nodes["local"] = Node("local", None, stub, slots, "local")
        self._known.set()
