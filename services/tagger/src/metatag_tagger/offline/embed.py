"""Optional re-ranking by meaning: how near a phrase stands to the document in MiniLM's space (English only)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from metatag_tagger.offline.features import INDEX, Pool

MODEL_FILE = "minilm.int8.onnx"
TOKENIZER_FILE = "tokenizer.json"
# Phrases measured, the best by the ranker that knows no meaning; every one costs about a millisecond.
PHRASES = 32
# Words of the document that stand for it: the model was trained on texts of this length.
HEAD_WORDS = 120
_MAX_TOKENS = 256
_BATCH = 64


class Embedder:
    """all-MiniLM-L6-v2 as an int8 ONNX file; needs the `embed` extra and a folder made by `scripts/build_minilm.py`."""

    def __init__(self, folder: Path) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        self._tokenizer = Tokenizer.from_file(str(folder / TOKENIZER_FILE))
        self._tokenizer.enable_truncation(_MAX_TOKENS)
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        # The arena keeps the largest batch's memory for ever; without it the process stays 60 MB smaller.
        options.enable_cpu_mem_arena = False
        self._session: Any = onnxruntime.InferenceSession(str(folder / MODEL_FILE), options)

    @classmethod
    def load(cls, folder: Path | None) -> Embedder | None:
        """Load the model if the folder and the libraries are there; None otherwise."""
        if folder is None or not (folder / MODEL_FILE).is_file():
            return None
        try:
            return cls(folder)
        except ImportError:
            return None

    def fill(self, pool: Pool, scores: np.ndarray, body: str, title: str) -> None:
        """Fill the similarity columns of a pool; `scores` without them say which phrases are worth measuring."""
        chosen = np.argsort(-scores, kind="stable")[:PHRASES]
        head = " ".join(body[:4_000].split()[:HEAD_WORDS])
        vectors = self.embed([head, title or head, *(pool.forms[number].lower() for number in chosen)])
        near_head, near_title = vectors[2:] @ vectors[0], vectors[2:] @ vectors[1]
        matrix = pool.matrix
        matrix[:, INDEX["similar_head"]] = near_head.min()
        matrix[:, INDEX["similar_title"]] = near_title.min()
        matrix[chosen, INDEX["similar_head"]] = near_head
        matrix[chosen, INDEX["similar_title"]] = near_title
        matrix[chosen, INDEX["similar_order"]] = 1 - np.argsort(np.argsort(-near_head)) / len(chosen)

    def embed(self, texts: list[str]) -> np.ndarray:
        """Give one unit vector of 384 numbers for each text."""
        encoded = [item.ids for item in self._tokenizer.encode_batch(texts)]
        out = np.zeros((len(texts), 384), np.float32)
        # Batches of like length: padding phrases to the document's length costs ten times the time.
        order = sorted(range(len(texts)), key=lambda number: len(encoded[number]))
        start = 0
        while start < len(order):
            shortest = len(encoded[order[start]])
            end = start + 1
            while end < len(order) and end - start < _BATCH and len(encoded[order[end]]) <= shortest + 3:
                end += 1
            batch = order[start:end]
            out[batch] = self._run([encoded[number] for number in batch])
            start = end
        return out

    def _run(self, batch: list[list[int]]) -> np.ndarray:
        width = max(len(ids) for ids in batch)
        ids = np.zeros((len(batch), width), np.int64)
        mask = np.zeros((len(batch), width), np.int64)
        for row, found in enumerate(batch):
            ids[row, : len(found)] = found
            mask[row, : len(found)] = 1
        result: np.ndarray = self._session.run(["emb"], {"input_ids": ids, "attention_mask": mask})[0]
        return result
