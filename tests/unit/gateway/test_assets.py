"""What is vendored is what was taken, and what is served asks for nothing elsewhere."""

from __future__ import annotations

import hashlib
import socket
from pathlib import Path

import pytest

import metatag_gateway
from metatag_gateway.http_service import _bind
from metatag_gateway.routes.docs import _ASSETS

FOLDER = Path(metatag_gateway.__file__).parent / "assets" / "swagger-ui"
SUMS = dict(reversed(line.split()) for line in (FOLDER / "SHA256SUMS").read_text().splitlines())


@pytest.mark.parametrize("name", sorted(SUMS))
def test_a_vendored_file_is_unchanged(name: str) -> None:
    assert hashlib.sha256((FOLDER / name).read_bytes()).hexdigest() == SUMS[name]


def test_every_served_file_is_there_and_every_foreign_one_has_a_sum() -> None:
    assert {path.name for path in FOLDER.iterdir()} >= _ASSETS
    assert _ASSETS - {"start.js"} <= set(SUMS)


def test_no_script_or_style_asks_for_a_source_map() -> None:
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        assert "sourceMappingURL" not in (FOLDER / name).read_text(encoding="utf-8")


def test_the_listening_socket_names_its_protocol() -> None:
    # asyncio turns Nagle's algorithm off only then; without it each answer waits 40 ms.
    bound = _bind("127.0.0.1", 0)
    assert bound.proto == socket.IPPROTO_TCP
    bound.close()
