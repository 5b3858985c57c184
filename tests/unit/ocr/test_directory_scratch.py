"""The scratch keeps documents by content, within its bound, and never throws away one that is held."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import pytest

from metatag_ocr.adapters.directory_scratch import DirectoryScratch
from metatag_ocr.model import DocumentRef
from metatag_runtime.errors import Busy, InvalidArgument


@pytest.fixture
def scratch(tmp_path) -> DirectoryScratch:
    made = DirectoryScratch(tmp_path / "scratch", bound=100)
    made.open()
    return made


def _ref(data: bytes) -> DocumentRef:
    return DocumentRef(hashlib.sha256(data).hexdigest(), len(data))


async def _chunks(*parts: bytes) -> AsyncIterator[bytes]:
    for part in parts:
        yield part


async def _keep(scratch: DirectoryScratch, data: bytes) -> None:
    async with scratch.receive(_ref(data), _chunks(data)) as path:
        assert path.read_bytes() == data


async def test_what_was_received_is_there_for_the_next_caller(scratch):
    async with scratch.hold(_ref(b"abc")) as path:
        assert path is None
    async with scratch.receive(_ref(b"abc"), _chunks(b"a", b"", b"bc")) as path:
        assert path.read_bytes() == b"abc"
    async with scratch.hold(_ref(b"abc")) as path:
        assert path is not None


async def test_the_longest_unused_goes_first(scratch):
    await _keep(scratch, b"a" * 40)
    await _keep(scratch, b"b" * 40)
    async with scratch.hold(_ref(b"a" * 40)):
        pass

    await _keep(scratch, b"c" * 40)

    async with scratch.hold(_ref(b"a" * 40)) as path:
        assert path is not None
    async with scratch.hold(_ref(b"b" * 40)) as path:
        assert path is None
    assert scratch.bytes_kept == 80


async def test_a_held_document_stays_and_the_newcomer_is_told_to_wait(scratch):
    async with scratch.receive(_ref(b"a" * 70), _chunks(b"a" * 70)):
        with pytest.raises(Busy):
            await _keep(scratch, b"b" * 40)
    await _keep(scratch, b"b" * 40)


@pytest.mark.parametrize(
    ("sent", "named"), [((b"ab",), "2 came"), ((b"abcd",), "More bytes"), ((b"xyz",), "hash"), ((b"a" * 50,), "More")]
)
async def test_bytes_that_are_not_as_announced_are_refused_and_nothing_stays(scratch, tmp_path, sent, named):
    with pytest.raises(InvalidArgument, match=named):
        async with scratch.receive(_ref(b"abc"), _chunks(*sent)):
            pass

    assert list((tmp_path / "scratch").iterdir()) == []
    await _keep(scratch, b"z" * 100)


async def test_the_directory_is_private_emptied_at_start_and_gone_at_the_end(tmp_path):
    (tmp_path / "scratch").mkdir()
    (tmp_path / "scratch/left.part").write_bytes(b"x")
    scratch = DirectoryScratch(tmp_path / "scratch", bound=100)

    scratch.open()

    assert list((tmp_path / "scratch").iterdir()) == []
    scratch.close()
    assert not (tmp_path / "scratch").exists()
