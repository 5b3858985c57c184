"""Answers the parent's messages: one at a time, with one document open."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from metatag_ocr.engines.qpdf_metadata import described
from metatag_ocr.engines.qpdf_text_layer import searchable
from metatag_ocr.model import Description, Options, PageLayer
from metatag_ocr.reading.page import FIRST_DPI, PageRequest, read_page
from metatag_ocr.reading.ports import Document, Engine, Picture
from metatag_runtime.child_frames import MAX_BLOB_BYTES, Message
from metatag_runtime.errors import MetatagError, NotFound

Tell = Callable[[Message], None]


class RequestHandler:
    """Holds the open document and the engine. `answer` never raises but MemoryError."""

    def __init__(
        self,
        engine: Engine,
        opener: Callable[[Path], Document],
        dpi: int = FIRST_DPI,
        languages: tuple[str, ...] = (),
    ) -> None:
        """`languages` are those that `warm` loads."""
        self._engine = engine
        self._opener = opener
        self._dpi = dpi
        self._languages = languages
        self._path = ""
        self._document: Document | None = None

    def engine_info(self) -> Message:
        """Describe the engine for the parent."""
        return {"name": self._engine.name, "version": self._engine.version()}

    def warm(self) -> None:
        """Load models ahead of the first page; whatever is wrong with them shows at that page."""
        paper = Picture(np.full((64, 64), 255, dtype=np.uint8), 100)
        for language in self._languages:
            if language in self._engine.languages():
                with suppress(Exception):
                    self._engine.recognize(paper, [language])

    def answer(self, message: Message, tell: Tell) -> tuple[Message, bytes]:
        """Do what a message asks and give the answer's frame; `tell` sends a frame ahead of it."""
        try:
            return getattr(self, "_do_" + str(message["do"]))(message, tell)  # type: ignore[no-any-return]
        except MemoryError:
            raise
        except MetatagError as error:
            return {"error": {"code": str(error.code), "message": error.message}}, b""
        except Exception as error:
            # The type only: an exception's text may quote the document.
            return {"crash": type(error).__name__}, b""

    def _do_open(self, message: Message, _tell: Tell) -> tuple[Message, bytes]:
        return {"facts": asdict(self._open(message).facts())}, b""

    def _do_read(self, message: Message, tell: Tell) -> tuple[Message, bytes]:
        document = self._open(message)
        options = dict(message["options"])
        options["languages"] = tuple(options["languages"])
        page_request = PageRequest(
            message["number"],
            Options(**options),
            tuple(message["languages"]),
            message["script"],
            self._dpi,
            frozenset(message["confirmed"]),
            message["compares"],
        )
        page = read_page(document, self._engine, page_request, lambda script: tell({"script": script}))
        return {"page": asdict(page)}, b""

    def _do_render(self, message: Message, _tell: Tell) -> tuple[Message, bytes]:
        document = self._open(message)
        if not 1 <= message["number"] <= document.page_count:
            raise NotFound(f"The document has no page {message['number']}; its last is {document.page_count}.")
        return {"picture": True}, document.encoded(message["number"], message["width"], message["kind"])

    def _do_describe(self, message: Message, _tell: Tell) -> tuple[Message, bytes]:
        # Its own open file: what pdfium repairs or takes out for reading is not what was sent.
        return {"rewritten": True}, described(Path(message["path"]), _description(message), MAX_BLOB_BYTES)

    def _do_make_searchable(self, message: Message, _tell: Tell) -> tuple[Message, bytes]:
        layers = [
            PageLayer(each["number"], each["rotation"], each["text"], b64decode(each["sides"]))
            for each in message["layers"]
        ]
        document = self._open(message)
        path = Path(message["path"])
        made = searchable(path, _description(message), layers, lambda n: _own_text(document, n), MAX_BLOB_BYTES)
        return {"rewritten": True}, made

    def _do_locate(self, message: Message, _tell: Tell) -> tuple[Message, bytes]:
        document = self._open(message)
        if not 1 <= message["number"] <= document.page_count:
            raise NotFound(f"The document has no page {message['number']}; its last is {document.page_count}.")
        return {"boxes": asdict(document.words(message["number"]))}, b""

    def _open(self, message: dict[str, Any]) -> Document:
        path = str(message["path"])
        if self._document is None or path != self._path:
            self.close()
            self._document = self._opener(Path(path))
            self._path = path
        return self._document

    def close(self) -> None:
        """Give back the open document."""
        if self._document is not None:
            self._document.close()
        self._document, self._path = None, ""


def _description(message: Message) -> Description:
    given = message["description"]
    return Description(given["title"], given["description"], tuple(given["tags"]))


def _own_text(document: Document, number: int) -> str:
    """Return what text a page has; none where it cannot be told."""
    try:
        return document.layer(number).text if number <= document.page_count else ""
    except MetatagError:
        return ""
