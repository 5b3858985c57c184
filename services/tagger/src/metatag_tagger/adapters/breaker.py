"""Stops calls with a key that the provider refused: no queue of documents may hammer on with a dead key."""

from __future__ import annotations

import time

from metatag_tagger.errors import Category, ProviderError

# Seconds during which the refusal is given without asking; a new key or a check of the key ends it.
OPEN_SECONDS = {
    Category.AUTH: 60.0,
    Category.CREDITS: 60.0,
    Category.KEY_LIMIT: 300.0,
    Category.FORBIDDEN: 30.0,
}
_KEYS = 10_000


class Breaker:
    """Remembers refusals by key (and by model where the refusal is about the model)."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], tuple[float, ProviderError]] = {}

    def check(self, key: str, model: str) -> None:
        """Raise the last refusal again while it stands."""
        for entry in ((key, ""), (key, model)):
            until, error = self._open.get(entry, (0.0, None))
            left = until - time.monotonic()
            if error is not None and left > 0:
                raise ProviderError(error.category, error.message, retry_after=error.retry_after or left)
            self._open.pop(entry, None)

    def note(self, key: str, model: str, error: ProviderError) -> None:
        """Remember a refusal of the kinds that do not pass by themselves."""
        seconds = OPEN_SECONDS.get(error.category)
        if seconds is None:
            return
        if len(self._open) >= _KEYS:
            self._open.pop(next(iter(self._open)))
        about = model if error.category is Category.FORBIDDEN else ""
        self._open[key, about] = (time.monotonic() + min(seconds, error.retry_after or seconds), error)

    def forget(self, key: str) -> None:
        """Let calls with a key through again."""
        for entry in [entry for entry in self._open if entry[0] == key]:
            del self._open[entry]
