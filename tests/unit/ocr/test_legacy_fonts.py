"""Legacy fonts are told by their names."""

from __future__ import annotations

import pytest

from metatag_ocr.reading.legacy_fonts import is_legacy_font, legacy_font_share


@pytest.mark.parametrize(
    "name", ["KrutiDev010", "ABCDEF+Kruti Dev 010", "DevLys 020", "DVB-TTYogesh", "Walkman-Chanakya905"]
)
def test_names_of_legacy_fonts_are_known(name: str):
    assert is_legacy_font(name)


@pytest.mark.parametrize(
    "name",
    ["Arial-BoldMT", "TimesNewRomanPS", "Mangal", "Nirmala UI", "NotoSansDevanagari-Regular", "Niagara", "Kokila",
     "ABCDEF+Kruti Dev Unicode", "CMR10", "Circular-Regular", "Lato-Regular"],
)  # fmt: skip
def test_names_of_other_fonts_are_not_taken_for_them(name: str):
    assert not is_legacy_font(name)


def test_shares_of_legacy_fonts_are_added():
    assert legacy_font_share((("KrutiDev010", 0.5), ("Arial", 0.3), ("DevLys010", 0.2))) == pytest.approx(0.7)
