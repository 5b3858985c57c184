"""Compressed bodies of answers, unpacked in bounded pieces: a small body must not become a large one in memory."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from typing import Protocol

import brotli

# Most bytes that one step gives.
PIECE = 256 * 1024
# Encodings one over the other; honest servers use one.
MAX_ENCODINGS = 3
_GZIP, _ZLIB, _RAW = 16 + zlib.MAX_WBITS, zlib.MAX_WBITS, -zlib.MAX_WBITS


class UndecodableBody(Exception):
    """The body is not what its Content-Encoding says, in a known encoding; `args[0]` says why in a few words."""


class Decoder(Protocol):
    """One encoding, taken off piece by piece."""

    def decode(self, data: bytes) -> Iterator[bytes]:
        """Give what comes out of the next bytes, in pieces of at most PIECE bytes. Raise UndecodableBody."""

    def finish(self) -> None:
        """Raise UndecodableBody if the body is not at its end."""


class _Deflate:
    """gzip, with any number of members, and deflate with or without its header."""

    def __init__(self, kind: int) -> None:
        self._kind = kind
        self._inflate = zlib.decompressobj(kind)
        self._started = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflate.eof:
                if self._kind != _GZIP or data[:2] != b"\x1f\x8b":
                    # What stands behind the end is padding.
                    return
                self._inflate = zlib.decompressobj(_GZIP)
            try:
                piece = self._inflate.decompress(data, PIECE)
            except zlib.error:
                if self._started or self._kind != _ZLIB:
                    raise UndecodableBody("it cannot be unpacked") from None
                # "deflate" without the header of zlib, as some servers send it.
                self._kind, self._inflate = _RAW, zlib.decompressobj(_RAW)
                continue
            self._started = True
            if piece:
                yield piece
            data = self._inflate.unused_data if self._inflate.eof else self._inflate.unconsumed_tail

    def finish(self) -> None:
        if self._started and not self._inflate.eof:
            raise UndecodableBody("it ends too early")


class _Brotli:
    def __init__(self) -> None:
        self._decoder = brotli.Decompressor()
        self._started = False

    def decode(self, data: bytes) -> Iterator[bytes]:
        self._started = True
        try:
            piece = self._decoder.process(data, output_buffer_limit=PIECE)
            while piece:
                yield piece
                piece = self._decoder.process(b"", output_buffer_limit=PIECE)
        except brotli.error:
            raise UndecodableBody("it cannot be unpacked") from None

    def finish(self) -> None:
        if self._started and not self._decoder.is_finished():
            raise UndecodableBody("it ends too early")


class _Chain:
    """Several encodings, the last one applied taken off first."""

    def __init__(self, decoders: Sequence[Decoder]) -> None:
        self._decoders = decoders

    def decode(self, data: bytes) -> Iterator[bytes]:
        return self._through(data, 0)

    def _through(self, data: bytes, step: int) -> Iterator[bytes]:
        if step == len(self._decoders):
            yield data
            return
        for piece in self._decoders[step].decode(data):
            yield from self._through(piece, step + 1)

    def finish(self) -> None:
        for decoder in self._decoders:
            decoder.finish()


def decoder_for(content_encoding: str) -> Decoder:
    """Return the decoder of a Content-Encoding header: gzip, deflate, br, or nothing. Raise UndecodableBody."""
    names = [name for part in content_encoding.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if len(names) > MAX_ENCODINGS:
        raise UndecodableBody("it is packed too many times")
    decoders: list[Decoder] = []
    for name in reversed(names):
        if name in ("gzip", "x-gzip"):
            decoders.append(_Deflate(_GZIP))
        elif name == "deflate":
            decoders.append(_Deflate(_ZLIB))
        elif name == "br":
            decoders.append(_Brotli())
        else:
            raise UndecodableBody(f"it is packed with {name[:20]!r}, which is not known here")
    return _Chain(decoders)
