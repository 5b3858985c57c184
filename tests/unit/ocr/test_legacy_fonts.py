"""Legacy Hindi is told by font and statistics; ordinary writing never is."""

from __future__ import annotations

import pytest

from metatag_ocr.reading.legacy_fonts import is_legacy_font, legacy_font_share, looks_like_legacy_hindi

# "The Government of India, Ministry of Water Resources" and more, as Kruti Dev 010 encodes it.
KRUTI = (
    "Hkkjr ljdkj ty lalk/ku ea=ky; ubZ fnYyh fnukad 15 vxLr ;g lwfpr fd;k tkrk gS fd jkT; ljdkj us xzkeh.k {ks=ksa "
    "esa is;ty dh vkiwfrZ ds fy, u;h ;kstuk cuk;h gS A lHkh ftyk vf/kdkfj;ksa dks funsZ'k fn;k tkrk gS fd os viuh "
    "fjiksVZ le; ij Hkstsa A jk\"Vªh; ekxZ ij fo|ky; [kksys tk;saxs vkSj f'k{kdksa dh fu;qfDr dh tk;sxh A"
)
ENGLISH = (
    "This circular regulates the regular and similar particular procedures of the Ministry. Kindly take note that all "
    "circulars, regular schedules and particulars are to be kept at the office in Muzaffarpur by the Block Officer."
)
FINNISH = (
    "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille on annettu järki ja "
    "omatunto, ja heidän on toimittava toisiaan kohtaan veljeyden hengessä. Jokainen on oikeutettu kaikkiin "
    "oikeuksiin ja vapauksiin, jotka esitetään tässä julistuksessa."
)
SWAHILI = (
    "Watu wote wamezaliwa huru, hadhi na haki zao ni sawa. Wote wamejaliwa akili na dhamiri, hivyo yapasa watendeane "
    "kindugu. Kila mtu anastahili kuwa na haki zote na uhuru wote kama ilivyoelezwa katika tangazo hili."
)
TABLE = (
    "Kg/m3 Km/h KMnO4 pH 7.4 TDS 412 mg/l NTU 0.8 CaCO3 220 mg/l K2O 14 kW/h kVA 25 kHz 50 kPa 101 Kcal/kg 9 k-factor"
)


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


def test_kruti_dev_is_told_by_its_text_alone():
    assert looks_like_legacy_hindi(KRUTI)


@pytest.mark.parametrize("text", [ENGLISH, ENGLISH.upper(), FINNISH, SWAHILI, TABLE, "", "भारत सरकार " * 40])
def test_ordinary_writing_is_never_legacy_hindi(text: str):
    assert not looks_like_legacy_hindi(text)
