"""The text above the list of operations."""

from __future__ import annotations

import re
from pathlib import Path

from metatag_gateway import openapi, ws_messages


def test_the_socket_is_described_with_every_kind_of_frame() -> None:
    assert "WS /api/batch/ws/{job_id}" in openapi.DESCRIPTION
    kinds = set(re.findall(r'"type": "(\w+)"', Path(ws_messages.__file__).read_text(encoding="utf-8")))
    assert {"catchup", "progress", "error"} <= kinds
    listed = openapi.DESCRIPTION.partition("|---|---|")[2]
    assert [kind for kind in sorted(kinds) if f"`{kind}`" not in listed] == []
