"""Frames between service and child survive the pipe and are bounded."""

from __future__ import annotations

import io
import struct

import pytest

from metatag_runtime.child_frames import HEADER_BYTES, lengths, pack, read_frame, unpack, write_frame


def test_a_frame_comes_back_as_it_was_sent():
    stream = io.BytesIO()
    write_frame(stream, {"text": "भारत\ud800", "n": 1}, b"\x00\xff")
    write_frame(stream, {}, b"")
    stream.seek(0)

    assert read_frame(stream) == ({"text": "भारत?", "n": 1}, b"\x00\xff")
    assert read_frame(stream) == ({}, b"")
    assert read_frame(stream) is None


def test_a_frame_beyond_the_bound_is_refused_before_it_is_read():
    with pytest.raises(ValueError, match="too long"):
        lengths(struct.pack(">II", 2**31, 5))


@pytest.mark.parametrize("text", [b"[1]", b"5", b"{", b"\xff"])
def test_what_is_no_message_is_refused(text: bytes):
    with pytest.raises(ValueError):  # noqa: PT011  any ValueError ends the child
        unpack(text)


def test_the_header_tells_both_lengths():
    assert lengths(pack({"a": 1}, b"xyz")[:HEADER_BYTES]) == (7, 3)
