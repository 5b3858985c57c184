"""English word classes (Penn Treebank) by the network of spaCy's small model, computed with numpy alone.

Honnibal and Montani's `en_core_web_sm` 3.8 (MIT), made by `scripts/build_word_classes.py`: a word's form, first letter,
last three letters and shape are looked up in hash tables, mixed, and seen in windows of three words, four times over.
spaCy itself would add 230 MB to the image for these 2.8 MB.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib import resources

import numpy as np

from metatag_tagger.offline.word_hash import rows_of, string_id

_WIDTH, _PIECES, _LAYERS = 96, 3, 4
# Words computed at once: the arrays of a block stay in the processor's cache.
_BLOCK = 512
# Characters of a word's shape that may repeat before further ones are left out.
_RUN = 4


# Words of a text that are all seen in their sentences: the vocabulary of a document shows in its first pages.
_WHOLE = 3_000
# Words to each side of a word that is met later.
_NEIGHBOURS = 3


def _usual(words: Sequence[str], tags: Sequence[str]) -> dict[str, str]:
    """Return the tag that each word has most often."""
    counts: dict[str, Counter[str]] = {}
    for word, tag in zip(words, tags, strict=True):
        counts.setdefault(word, Counter())[tag] += 1
    return {word: found.most_common(1)[0][0] for word, found in counts.items()}


def _around(places: Sequence[int], length: int) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of the words around places, joined where they overlap."""
    start = end = 0
    for place in places:
        if place - _NEIGHBOURS > end:
            if end:
                yield start, end
            start = place - _NEIGHBOURS
        end = min(length, place + _NEIGHBOURS + 1)
    if end:
        yield start, end


def _shape(word: str) -> str:
    """Return a word's shape: "Xxxx" for "Water", "XXXX-dd" for "COVID-19"."""
    shape, last, run = [], "", 0
    for character in word:
        sign = "d" if character.isdigit() else character
        if character.isalpha():
            sign = "X" if character.isupper() else "x"
        run = run + 1 if sign == last else 1
        last = sign
        if run <= _RUN:
            shape.append(sign)
    return "".join(shape)


# Each feature with the seed of its hash table.
_FEATURES: tuple[tuple[str, int, Callable[[str], str]], ...] = (
    ("norm", 8, str.lower),
    ("prefix", 9, lambda word: word[0]),
    ("suffix", 10, lambda word: word[-3:]),
    ("shape", 11, _shape),
)


class WordClasses:
    """The network; build once a process."""

    def __init__(self) -> None:
        file = resources.files("metatag_tagger.offline") / "data" / "word_classes.npz"
        with file.open("rb") as raw, np.load(raw) as archive:
            arrays = {name: archive[name] for name in archive.files}
        self.labels: list[str] = arrays.pop("labels").tolist()
        self._arrays = {name: array.astype(np.float32) for name, array in arrays.items()}
        mixing = self._arrays.pop("mixing")
        # The mixing layer is linear: applied to the tables once, it costs nothing per word.
        self._tables = [
            self._arrays.pop(name) @ mixing[:, place * _WIDTH : (place + 1) * _WIDTH].T
            for place, (name, _, _) in enumerate(_FEATURES)
        ]
        # The pieces of a maxout unit stand apart in columns, so that its maximum is one of whole blocks.
        self._weights = [
            self._arrays.pop(f"weights_{layer}").reshape(_WIDTH, _PIECES, -1).transpose(1, 0, 2).reshape(-1, 3 * _WIDTH)
            for layer in range(1, _LAYERS + 1)
        ]
        self._biases = [
            self._arrays.pop(f"bias_{layer}").reshape(_WIDTH, _PIECES).T.reshape(-1) for layer in range(1, _LAYERS + 1)
        ]

    def tag(self, words: Sequence[str]) -> list[str]:
        """Return the Penn Treebank tag of each word of a running text; punctuation counts as words.

        Of a long text the first `_WHOLE` words are seen by the network, and then those that were not met, where they
        come first, each with its neighbours; the others have the tag that they had most often. What stands but once
        behind the first words has the tag "": it makes no phrase that the rest of the text repeats.
        """
        if len(words) <= _WHOLE:
            return self._tag(words)
        tags = self._tag(words[:_WHOLE])
        usual = _usual(words[:_WHOLE], tags)
        fresh: list[str] = []
        places: list[int] = []
        tags += [usual.get(word, "") for word in words[_WHOLE:]]
        times = Counter(words[_WHOLE:])
        firsts = {word: place for place, word in reversed([*enumerate(words)][_WHOLE:]) if not tags[place]}
        wanted = sorted(place for word, place in firsts.items() if times[word] > 1)
        for start, end in _around(wanted, len(words)):
            fresh += words[start:end]
            places += range(start, end)
        found = dict(zip(places, self._tag(fresh), strict=True))
        usual = {words[place]: found[place] for place in wanted}
        return [tag or usual.get(word, "") for tag, word in zip(tags, words, strict=True)]

    def _tag(self, words: Sequence[str]) -> list[str]:
        if not words:
            return []
        vectors = self._vectors(words)
        tags: list[str] = []
        for start in range(0, len(words), _BLOCK):
            # Four layers of windows see four words to each side.
            before = max(0, start - _LAYERS)
            block = self._seen(vectors[before : start + _BLOCK + _LAYERS])
            block = block[start - before : start - before + _BLOCK]
            best = (block @ self._arrays["output"].T + self._arrays["output_bias"]).argmax(axis=1)
            tags += [self.labels[number] for number in best]
        return tags

    def _vectors(self, words: Sequence[str]) -> np.ndarray:
        forms = list(dict.fromkeys(words))
        place = {form: number for number, form in enumerate(forms)}
        sums = np.tile(self._arrays["mixing_bias"], (len(forms), 1))
        for table, (_, seed, feature) in zip(self._tables, _FEATURES, strict=True):
            ids = np.array([string_id(feature(form)) for form in forms], np.uint64)
            rows = (rows_of(ids, seed) % np.uint64(len(table))).astype(np.int64)
            for column in range(rows.shape[1]):
                sums += table[rows[:, column]]
        mixed = self._normalised(sums.reshape(-1, _WIDTH, _PIECES).max(axis=2), 0)
        chosen: np.ndarray = mixed[[place[word] for word in words]]
        return chosen

    def _seen(self, vectors: np.ndarray) -> np.ndarray:
        """Return the vectors after all layers, shape (n, 96)."""
        for layer, (weights, bias) in enumerate(zip(self._weights, self._biases, strict=True), 1):
            padded = np.zeros((len(vectors) + 2, _WIDTH), np.float32)
            padded[1:-1] = vectors
            windows = np.hstack([padded[:-2], padded[1:-1], padded[2:]])
            sums = windows @ weights.T + bias
            most = np.maximum(sums[:, :_WIDTH], sums[:, _WIDTH : 2 * _WIDTH])
            np.maximum(most, sums[:, 2 * _WIDTH :], out=most)
            vectors = vectors + self._normalised(most, layer)
        return vectors

    def _normalised(self, values: np.ndarray, layer: int) -> np.ndarray:
        centred = values - values.mean(axis=1, keepdims=True)
        variance = np.einsum("ij,ij->i", centred, centred)[:, None] / _WIDTH
        scaled: np.ndarray = centred / np.sqrt(variance + 1e-8)
        shifted: np.ndarray = scaled * self._arrays[f"gain_{layer}"] + self._arrays[f"shift_{layer}"]
        return shifted


@cache
def word_classes() -> WordClasses:
    """Return the network of this process, loaded on first use."""
    return WordClasses()
