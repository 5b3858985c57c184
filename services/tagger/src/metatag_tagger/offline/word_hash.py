"""Hashes of words as spaCy's hash tables take them: MurmurHash2 of the text, MurmurHash3 of that for the rows."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

_WORD = (1 << 64) - 1
_FACTOR = 0xC6A4A7935BD1E995
_SHIFT = 47
# Strings that spaCy numbers as symbols instead of hashing them, as far as a feature of a word can be one.
_SYMBOLS = {
    "ID": 64, "POS": 74, "TAG": 75, "DEP": 76, "IDX": 455, "ADJ": 84, "ADP": 85, "ADV": 86, "AUX": 87, "DET": 90,
    "NUM": 93, "SYM": 99, "X": 101, "EOL": 102, "ORG": 383, "GPE": 384, "LOC": 385, "LAW": 390, "aux": 405, "cc": 407,
    "cop": 411, "dep": 414, "det": 415, "neg": 425, "nn": 427, "num": 431, "obj": 434, "obl": 435, "prt": 444,
    "acl": 451, "_": 456,
}  # fmt: skip


@lru_cache(maxsize=100_000)
def string_id(text: str) -> int:
    """Return the 64-bit number of a string: MurmurHash64A of its UTF-8 bytes with seed 1."""
    known = _SYMBOLS.get(text)
    if known is not None:
        return known
    data = text.encode("utf-8", "replace")
    value = (1 ^ (len(data) * _FACTOR)) & _WORD
    whole = len(data) // 8 * 8
    for start in range(0, whole, 8):
        part = int.from_bytes(data[start : start + 8], "little") * _FACTOR & _WORD
        part = (part ^ part >> _SHIFT) * _FACTOR & _WORD
        value = (value ^ part) * _FACTOR & _WORD
    if len(data) > whole:
        value = (value ^ int.from_bytes(data[whole:], "little")) * _FACTOR & _WORD
    value = (value ^ value >> _SHIFT) * _FACTOR & _WORD
    return value ^ value >> _SHIFT


def rows_of(ids: np.ndarray, seed: int) -> np.ndarray:
    """Return four 32-bit numbers for each 64-bit id, shape (n, 4): the parts of its MurmurHash3_x64_128."""
    word = np.uint64
    with np.errstate(over="ignore"):
        key = ids * word(0x87C37B91114253D5)
        key = ((key << word(31)) | (key >> word(33))) * word(0x4CF5AD432745937F)
        # The length of an id, 8 bytes, goes into both halves.
        first = (word(seed) ^ key) ^ word(8)
        second = np.full_like(first, word(seed) ^ word(8))
        first = first + second
        second = second + first
        first, second = _mixed(first), _mixed(second)
        first = first + second
        second = second + first
    low = word(0xFFFFFFFF)
    return np.stack([first & low, first >> word(32), second & low, second >> word(32)], axis=1)


def _mixed(values: np.ndarray) -> np.ndarray:
    word = np.uint64
    values = (values ^ values >> word(33)) * word(0xFF51AFD7ED558CCD)
    values = (values ^ values >> word(33)) * word(0xC4CEB9FE1A85EC53)
    mixed: np.ndarray = values ^ values >> word(33)
    return mixed
