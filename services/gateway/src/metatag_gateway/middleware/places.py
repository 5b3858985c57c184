"""Places of one process, shared fairly: nobody holds so many that others find none."""

from __future__ import annotations

from collections import Counter


class Places:
    """A number of places. Once half of them are taken, no holder gets more than a quarter of all."""

    def __init__(self, total: int) -> None:
        """`total` is at least 1."""
        self._total = total
        self._share = max(1, total // 4)
        self._taken = 0
        self._by_holder: Counter[str] = Counter()

    @property
    def taken(self) -> int:
        """How many places are taken."""
        return self._taken

    def take(self, holder: str) -> bool:
        """Take a place for `holder`, a user or an address; return whether there was one."""
        if self._taken >= self._total:
            return False
        if self._taken * 2 >= self._total and self._by_holder[holder] >= self._share:
            return False
        self.take_anyway(holder)
        return True

    def take_anyway(self, holder: str) -> None:
        """Count a place that is not refused: of work that others bound already."""
        self._taken += 1
        self._by_holder[holder] += 1

    def give_back(self, holder: str) -> None:
        """Give a taken place back."""
        self._taken -= 1
        self._by_holder[holder] -= 1
        if self._by_holder[holder] <= 0:
            del self._by_holder[holder]
