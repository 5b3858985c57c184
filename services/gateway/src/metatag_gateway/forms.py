"""Forms read once, front to end, part by part: a file goes on while it comes in, never whole in memory."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Protocol
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from metatag_gateway.errors import TooLarge
from metatag_gateway.file_names import sent_name
from metatag_runtime.errors import InvalidArgument

MAX_PARTS = 5000
# Pieces of a file are gathered to this size before they go on: few messages, little memory. Bytes.
GATHER = 256 * 1024
MAX_HEADER_BYTES = 16 * 1024
MAX_FIELDS_BYTES = 8 * 1024 * 1024
MAX_SKIPPED_BYTES = 8 * 1024 * 1024


@dataclass(slots=True)
class Part:
    """One part of a form. Its content must be read before the next part is asked for, else it is skipped."""

    name: str
    file_name: str | None
    _pieces: Callable[[], Awaitable[bytes | None]] = field(repr=False)

    async def chunks(self) -> AsyncIterator[bytes]:
        """Give the content in pieces of about 256 KiB."""
        gathered = bytearray()
        while (piece := await self._pieces()) is not None:
            gathered += piece
            if len(gathered) >= GATHER:
                yield bytes(gathered)
                gathered.clear()
        if gathered:
            yield bytes(gathered)

    async def content(self, most: int) -> bytes:
        """Give the whole content; TooLarge when it is more than `most` bytes."""
        gathered = bytearray()
        async for chunk in self.chunks():
            gathered += chunk
            if len(gathered) > most:
                raise TooLarge(f"The part '{self.name[:50]}' is larger than {most} bytes.")
        return bytes(gathered)

    async def text(self, most: int) -> str:
        """Give the whole content as text."""
        try:
            return (await self.content(most)).decode("utf-8")
        except UnicodeDecodeError:
            raise InvalidArgument(f"The part '{self.name[:50]}' is not UTF-8 text.") from None


class Form(Protocol):
    """A body of named parts."""

    def parts(self, most_skipped: int = ...) -> AsyncIterator[Part]:
        """Give the parts in the order of the body; TooLarge once `most_skipped` bytes of them were not read."""


def form(content_type: str, body: AsyncIterator[bytes]) -> Form:
    """Give the form of a body, whichever of the two kinds it is; InvalidArgument for any other."""
    if content_type.lower().startswith("application/x-www-form-urlencoded"):
        return UrlEncodedForm(body)
    return MultipartForm(content_type, body)


class UrlEncodedForm:
    """A body of fields without files, as simple clients send it."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self._body = body

    async def parts(self, most_skipped: int = MAX_SKIPPED_BYTES) -> AsyncIterator[Part]:
        """Give the fields in their order; `most_skipped` has no meaning here, where all is read."""
        gathered = bytearray()
        async for chunk in self._body:
            gathered += chunk
            if len(gathered) > MAX_FIELDS_BYTES:
                raise TooLarge(f"A form without files may have at most {MAX_FIELDS_BYTES} bytes.")
        try:
            fields = parse_qsl(gathered.decode("utf-8"), keep_blank_values=True, max_num_fields=MAX_PARTS)
        except ValueError:
            raise InvalidArgument("The body is not a well-formed form.") from None
        for name, value in fields:
            yield Part(name, None, _once(value.encode("utf-8", errors="replace")))


def _once(content: bytes) -> Callable[[], Awaitable[bytes | None]]:
    left = [content]

    async def piece() -> bytes | None:
        return left.pop() if left else None

    return piece


class MultipartForm:
    """A multipart body. InvalidArgument at whatever place it turns out not to be one."""

    def __init__(self, content_type: str, body: AsyncIterator[bytes]) -> None:
        kind, options = parse_options_header(content_type)
        boundary = options.get(b"boundary")
        if kind.lower() != b"multipart/form-data" or not boundary:
            raise InvalidArgument("The body must be a form: multipart/form-data with a boundary.")
        self._body = body
        self._events: deque[tuple[str, bytes]] = deque()
        self._header_name = b""
        self._header_value = b""
        self._headers: dict[bytes, bytes] = {}
        self._ended = False
        try:
            self._parser = MultipartParser(boundary, callbacks=self._callbacks())  # type: ignore[arg-type]
        except FormParserError as error:
            raise InvalidArgument("The boundary of the form cannot be right.") from error

    async def parts(self, most_skipped: int = MAX_SKIPPED_BYTES) -> AsyncIterator[Part]:
        """Give the parts in the order of the body; TooLarge once `most_skipped` bytes of them were not read."""
        count = skipped = 0
        while (event := await self._next()) is not None:
            kind, data = event
            if kind != "part":
                # Content of a part that nobody read.
                skipped += len(data)
                if skipped > most_skipped:
                    raise TooLarge("The form has parts that are not asked for.")
                continue
            count += 1
            if count > MAX_PARTS:
                raise TooLarge(f"A form may have at most {MAX_PARTS} parts.")
            yield self._part(data)

    async def _next_piece(self) -> bytes | None:
        event = await self._next()
        if event is None or event[0] == "end":
            return None
        return event[1]

    def _part(self, disposition: bytes) -> Part:
        _, options = parse_options_header(disposition)
        name = options.get(b"name")
        if name is None:
            raise InvalidArgument("A part of the form has no name.")
        file_name = sent_name(disposition, options.get(b"filename"))
        return Part(name.decode("utf-8", errors="replace"), file_name, self._next_piece)

    async def _next(self) -> tuple[str, bytes] | None:
        while not self._events:
            if self._ended:
                return None
            await self._feed()
        return self._events.popleft()

    async def _feed(self) -> None:
        try:
            chunk = await anext(self._body, b"")
            if chunk:
                self._parser.write(chunk)
            else:
                self._parser.finalize()
                raise InvalidArgument("The form ends too early: its closing boundary is missing.")
        except FormParserError as error:
            raise InvalidArgument("The body is not well-formed multipart/form-data.") from error

    def _callbacks(self) -> dict[str, object]:
        return {
            "on_part_begin": self._on_begin,
            "on_part_data": self._on_data,
            "on_part_end": lambda: self._events.append(("end", b"")),
            "on_header_field": self._on_header_name,
            "on_header_value": self._on_header_value,
            "on_header_end": self._on_header_end,
            "on_headers_finished": self._on_headers,
            "on_end": self._on_end,
        }

    def _on_begin(self) -> None:
        self._headers = {}
        self._header_name = self._header_value = b""

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._events.append(("data", data[start:end]))

    def _on_header_name(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]
        self._bound_header()

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]
        self._bound_header()

    def _bound_header(self) -> None:
        if len(self._header_name) + len(self._header_value) > MAX_HEADER_BYTES:
            raise TooLarge("A header of a form part is too large.")

    def _on_header_end(self) -> None:
        self._headers[self._header_name.lower()] = self._header_value
        self._header_name = self._header_value = b""

    def _on_headers(self) -> None:
        self._events.append(("part", self._headers.get(b"content-disposition", b"")))

    def _on_end(self) -> None:
        self._ended = True
