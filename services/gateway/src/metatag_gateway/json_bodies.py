"""Large JSON bodies, parsed and checked in a thread, a small value at a time: other requests go on meanwhile.

A thread alone is not enough, because the parser and the validator are C code that holds the interpreter's lock until
it returns. So an array is parsed an element at a time, and no value may be so large that parsing it takes long.
"""

from __future__ import annotations

import asyncio
import codecs
import json
import re
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from fastapi import HTTPException, Request, Response, params
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError

from metatag_gateway.errors import TooLarge

# Smaller bodies are parsed in less time than a change of threads takes.
MIN_BYTES = 128 * 1024
# The longest value in characters, a member of the body or an element of one of its arrays; parsed in some 10 ms.
MAX_VALUE_CHARS = 1024 * 1024
CHUNK_BYTES = 512 * 1024
# Members of a body, the same name counted again, and elements of one of its arrays: more are in no body's description,
# and each costs some microseconds.
MAX_MEMBERS = 1000
MAX_ELEMENTS = 200_000

_BLANKS = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()
# What a decoder may need beyond a value to see that it has ended, as of a number.
_MARGIN = 16

T = TypeVar("T")
Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class LargeBodyRoute(APIRoute):
    """A route whose large JSON bodies are parsed and checked beside the event loop."""

    def get_route_handler(self) -> Handler:
        """Return the framework's handler behind a look at the body."""
        handle = super().get_route_handler()
        fields = self.dependant.body_params
        if self.body_field is None or len(fields) != 1 or isinstance(self.body_field.field_info, params.Form):
            return handle
        shape: Any = fields[0].field_info.annotation
        adapter: TypeAdapter[Any] = TypeAdapter(shape)

        async def handler(request: Request) -> Response:
            content = await request.body()
            if len(content) >= MIN_BYTES and _is_json(request):
                # Where the framework looks for what it parsed: it takes a checked body as it is.
                request._json = await _checked(adapter, content)
            return await handle(request)

        return handler


def parse(content: bytes) -> Any:
    """Return what a JSON body holds, as json.loads does. Raises ValueError for what is not JSON.

    TooLarge for an object or array that holds a value of more than MAX_VALUE_CHARS characters, or too many of them.
    """
    reader = _Reader(content)
    readers: dict[str, Callable[[], Any]] = {"{": reader.members, "[": reader.elements}
    found = readers.get(reader.peek(), reader.value)()
    if reader.peek():
        raise json.JSONDecodeError("Extra data", "", 0)
    return found


async def read(adapter: TypeAdapter[T], content: bytes) -> T:
    """Return a checked body. Raises ValueError for what is not JSON or has another shape, TooLarge as `parse` does."""
    if len(content) < MIN_BYTES:
        return adapter.validate_python(parse(content))
    return await asyncio.to_thread(lambda: adapter.validate_python(parse(content)))


async def _checked(adapter: TypeAdapter[Any], content: bytes) -> Any:
    """Return a checked body, or raise what the framework would."""
    try:
        return await read(adapter, content)
    except RecursionError as error:
        raise HTTPException(400, "There was an error parsing the body") from error
    except ValidationError as error:
        errors = [{**found, "loc": ("body", *found["loc"])} for found in error.errors(include_url=False)]
        raise RequestValidationError(errors) from error
    except ValueError as error:
        place = {"type": "json_invalid", "loc": ("body", 0), "msg": "JSON decode error", "input": {}}
        raise RequestValidationError([{**place, "ctx": {"error": str(error)[:200]}}]) from error


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or (kind.startswith("application/") and kind.endswith("+json"))


class _Reader:
    """Reads one body front to back, with no more of its text at hand than the value that is read."""

    def __init__(self, content: bytes) -> None:
        self._content = memoryview(content)
        self._taken = 0
        self._decode = codecs.getincrementaldecoder(json.detect_encoding(content))("surrogatepass")
        self._text = ""
        self._at = 0

    def peek(self) -> str:
        """Return the next character that is no blank; empty at the end."""
        while True:
            blanks = _BLANKS.match(self._text, self._at)
            assert blanks is not None
            self._at = blanks.end()
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def members(self) -> dict[str, Any]:
        """Return the object that begins here."""
        found: dict[str, Any] = {}
        count = 0
        self._expect("{")
        while self.peek() != "}":
            if found:
                self._expect(",")
            count += 1
            if count > MAX_MEMBERS:
                raise TooLarge(f"The request body has more than {MAX_MEMBERS} members.")
            if self.peek() != '"':
                raise self._wrong("Expecting property name enclosed in double quotes")
            name = self.value()
            self._expect(":")
            found[name] = self.elements() if self.peek() == "[" else self.value()
        self._expect("}")
        return found

    def elements(self) -> list[Any]:
        """Return the array that begins here."""
        found: list[Any] = []
        self._expect("[")
        while self.peek() != "]":
            if found:
                self._expect(",")
            if len(found) >= MAX_ELEMENTS:
                raise TooLarge(f"A list of the request body has more than {MAX_ELEMENTS} entries.")
            found.append(self.value())
        self._expect("]")
        return found

    def value(self) -> Any:
        """Return the value that begins here."""
        self.peek()
        while True:
            try:
                found, end = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError:
                if len(self._text) - self._at > MAX_VALUE_CHARS:
                    raise TooLarge(
                        f"One value of the request body is wrong, or longer than {MAX_VALUE_CHARS} characters."
                    ) from None
                if not self._more():
                    raise
                continue
            # A number may go on in what is not at hand yet.
            if end + _MARGIN < len(self._text) or not self._more():
                self._at = end
                return found

    def _expect(self, mark: str) -> None:
        if self.peek() != mark:
            raise self._wrong(f"Expecting {mark!r}")
        self._at += 1

    def _more(self) -> bool:
        """Take the next part of the body; return whether there was one."""
        part = self._content[self._taken : self._taken + CHUNK_BYTES]
        if not part:
            return False
        self._taken += len(part)
        text = self._decode.decode(bytes(part), final=self._taken >= len(self._content))
        self._text, self._at = self._text[self._at :] + text, 0
        return True

    def _wrong(self, sentence: str) -> json.JSONDecodeError:
        return json.JSONDecodeError(sentence, "", 0)
