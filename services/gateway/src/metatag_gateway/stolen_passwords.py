"""Passwords that everybody guesses first: the lists of stolen ones that zxcvbn carries."""

from __future__ import annotations

from functools import cache

from metatag_runtime.errors import InvalidArgument


@cache
def _stolen() -> frozenset[str]:
    # Loaded at the first new password: it takes a tenth of a second, and a start needs none.
    from zxcvbn.frequency_lists import FREQUENCY_LISTS  # type: ignore[import-untyped]

    return frozenset(word for word in FREQUENCY_LISTS["passwords"] if len(word) >= 8)


def refuse_stolen(password: str) -> None:
    """Raise InvalidArgument for a password of the lists, whatever its case."""
    if password.casefold() in _stolen():
        raise InvalidArgument("password: It is among the first that are guessed; choose another one.")
