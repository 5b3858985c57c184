"""Words that look like words are told from what a wrong language or a bad scan leaves."""

from __future__ import annotations

import pytest

from metatag_runtime.readable_words import readable_words


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("The committee approved the scheme of 12/06/2025.", 7),
        ("जिला शिक्षा अधिकारी, क्रमांक ४८२", 5),
        ("GOVERNMENT of India भारत सरकार", 5),
        ("தமிழ்நாடு அரசு ಕರ್ನಾಟಕ ਸਰਕਾਰ", 4),
        ("東京 Привет", 2),
        ("YAtt UIVSl2 xvbnmq $493Z0] bnm Pl|lp", 0),
        ("भाabरत ाकर ७0०0फ", 0),
        ("", 0),
    ],
)
def test_words_are_counted_and_nonsense_is_not(text: str, count: int):
    assert readable_words(text) == count
