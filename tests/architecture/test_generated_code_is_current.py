"""The committed wire contracts are what `make protos` makes of the .proto files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
GENERATED = ROOT / "protos/python/metatag/v1"


def test_generated_code_is_current(tmp_path: Path) -> None:
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    subprocess.run(["bash", str(ROOT / "scripts/protos.sh"), str(tmp_path)], check=True, env={"PATH": path})
    made = {file.name: file.read_text() for file in (tmp_path / "metatag/v1").iterdir()}
    kept = {file.name: file.read_text() for file in GENERATED.iterdir() if "_pb2" in file.name}
    assert made == kept


@pytest.mark.parametrize("proto", sorted((ROOT / "protos/metatag/v1").glob("*.proto")), ids=lambda path: path.name)
def test_every_rpc_has_a_promise_that_begins_with_its_name(proto: Path) -> None:
    lines = proto.read_text().splitlines()
    for index, line in enumerate(lines):
        found = re.match(r"\s+rpc (\w+)\(", line)
        if found:
            start = index
            while lines[start - 1].strip().startswith("//"):
                start -= 1
            promise = " ".join(text.strip().removeprefix("// ") for text in lines[start:index])
            assert promise.startswith(f"{found[1]} "), found[1]
            assert "repeated" in promise.lower(), f"{found[1]} does not say whether it may be repeated"
