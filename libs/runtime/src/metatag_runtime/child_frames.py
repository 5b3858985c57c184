"""The pipe between a service and its child: JSON with an optional run of bytes behind it.

A frame is two big-endian 32-bit lengths, the JSON text in UTF-8, the bytes. No pickle: a child that a hostile PDF took
over must not be able to run code in the service.
"""

from __future__ import annotations

import json
import struct
from typing import Any, BinaryIO

_LENGTHS = struct.Struct(">II")
HEADER_BYTES = _LENGTHS.size

# A page's text is at most 1,000,000 characters, a document's 8 MiB; with JSON escapes they stay below. Bytes.
MAX_FRAME_BYTES = 64 * 1024 * 1024
# Beside a message of its own.
MAX_BLOB_BYTES = MAX_FRAME_BYTES - 1024 * 1024

Message = dict[str, Any]


def pack(message: Message, blob: bytes = b"") -> bytes:
    """Return a frame as bytes; lone surrogates of broken text become question marks."""
    text = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return _LENGTHS.pack(len(text), len(blob)) + text + blob


def lengths(header: bytes) -> tuple[int, int]:
    """Return the lengths of JSON and bytes that follow a header; raises ValueError when they are beyond the bound."""
    text, blob = _LENGTHS.unpack(header)
    if text + blob > MAX_FRAME_BYTES:
        raise ValueError("frame too long")
    return text, blob


def unpack(text: bytes) -> Message:
    """Return a frame's message; raises ValueError when it is not a JSON object."""
    found = json.loads(text)
    if not isinstance(found, dict):
        raise ValueError("not a message")
    return found


def read_frame(stream: BinaryIO) -> tuple[Message, bytes] | None:
    """Read one frame from a blocking stream; None at its end."""
    header = stream.read(HEADER_BYTES)
    if len(header) < HEADER_BYTES:
        return None
    text, blob = lengths(header)
    return unpack(stream.read(text)), stream.read(blob)


def write_frame(stream: BinaryIO, message: Message, blob: bytes = b"") -> None:
    """Write one frame to a blocking stream and flush it."""
    stream.write(pack(message, blob))
    stream.flush()
