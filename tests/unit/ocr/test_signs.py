"""Signs of damage are counted from a layer's text; writing that is right has next to none of them."""

from __future__ import annotations

import pytest

from fakes.layer_files import shown_text
from metatag_ocr.reading import signs

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
# Hindi words of a font that has its signs on accented letters and capitals.
CAPITALS = "mñVHmV KñbZ bVRRñb YZmVmMZ KñíZab añEYd KñbZ YZSñRRñ HñbZ KàmVZ bKZAdd"
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
SHREE = (
    "^maV gaH$ma g²dmg²W²` Ed§ n{adma H$b²`mU _§Ìmb` H$m`m©b` AmXoe {df`: àmW{_H$ g²dmg²W²` H$oZ²X²amo§ _o§ XdmB`mo§ "
    "H$r Cnb~²YVm H$o g§~§Y _o§& g^r {Obm {M{H$V²gm A{YH$m{a`mo§ H$mo {ZXo©e {X`m OmVm h¡ {H$ do AnZo joÌ"
)
WRONG_MAP = (
    "भारत सरकार स्वास्थ्य एवं पररवार कल्याण मंतालय कायायालय आदेश ववषय: पाथममक केन्द्रों में दवाइय्रों की उपलब्धता के संबंध में। "
    "सभी जिला चिवकत्सा अमधकाररय्रों को विद्देश ददया िाता हैवक वे अपिे केत का विरीकण करें। दवाइयाँपयायाप्त माता में उपलब्ध हैंऔर उिका"
)
UNMAPPED = (
    "भारत सरकार ×वाȹय एवं पɝरवार कÒयाण मंčालय कायाµलय आदेश ɟवषय: Ēाथɠमक केÊďǍ मǁ दवाइयǍ कʏ उपलȤता केसंबंध मǁ। "
    "सभी ɣजला ɡचɟकÆसा अɠधकाɝरयǍ को ɟनदǂश ɞदया जाता हैɟक वेअपने³ेč"
)
IN_PIECES = (
    "भा रत सरका र ने जल संसा धन वि भा ग के का र्या लय को आदे श दि या है कि वे अप ने क्षे त्र का नि री क्षण क रें औ र प्र ति वे दन भे जें"
)
SPACED = "N O T I C E  O F  P U B L I C  H E A R I N G is given to all owners of land"
RIGHT = ["chrome-hindi", "chrome-bilingual", "chrome-gujarati", "chrome-kannada"]
# Syllables that look odd and are right: Malayalam's half u, a long a over a vowel, Bengali's ya-phala on a vowel,
# Gurmukhi's addak, candrabindu after a vowel sign, nukta, joiners.
ODD_BUT_RIGHT = ["അവന്‍", "അതു്", "কৰা", "অ্যাপ", "ਵਿੱਤ", "हाँ", "ज़मीन", "रु०", "क्‍ष", "தமிழ்", "ಕೃಷಿ", "సంస్థ"]


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_layer_shows_no_sign(name: str):
    words = signs.indic_words(shown_text(name))

    assert signs.ill_formed_share(words) == 0
    assert signs.mixed_share(words) == 0
    assert not signs.in_pieces(words)
    assert signs.odd_latin_share(shown_text(name)) == 0


@pytest.mark.parametrize("word", ODD_BUT_RIGHT)
def test_rare_but_right_syllables_are_well_formed(word: str):
    assert not signs.is_ill_formed(word)


@pytest.mark.parametrize("word", ["िकया", "ंसबध", "दीि", "चिव््कत", "कााम"])
def test_a_sign_first_or_after_a_sign_is_ill_formed(word: str):
    assert signs.is_ill_formed(word)


def test_a_wrong_map_shows_in_its_syllables():
    assert signs.ill_formed_share(signs.indic_words(WRONG_MAP)) > 0.04


def test_glyphs_without_a_value_show_as_two_scripts_in_a_word():
    assert signs.mixed_share(signs.indic_words(UNMAPPED)) > 0.3
    assert signs.odd_latin_share(UNMAPPED) > 0.05


def test_syllables_that_are_parted_by_blanks_show_in_the_words_lengths():
    assert signs.in_pieces(signs.indic_words(IN_PIECES))


def test_spaced_letters_are_counted():
    assert signs.single_letter_share(SPACED) > 0.5
    assert signs.single_letter_share(ENGLISH) < 0.05


@pytest.mark.parametrize(
    "text",
    [
        "Let f : X → Y be a map, x a point of X and U, V open sets with x in U.\nThen A = f (x) + g (y) · h (z)." * 3,
        "当量 A 的系数按表 B 中的 C 与 D 进行调整，其用地指标 E 和 F 不同。" * 9,
        "R\n2\nT\n2\ny\nx\nS\n2\n" * 9,
        "d'une l'eau à l'été y a-t-il ? Il y a, à l'est, l'île où j'ai vu l'œuvre. " * 9,
    ],
)
def test_single_letters_that_stand_apart_are_no_spaced_ones(text: str):
    assert signs.single_letter_share(text) < 0.05


@pytest.mark.parametrize("text", [KRUTI, SHREE, f"{ENGLISH} {KRUTI} {ENGLISH}", f"{ENGLISH} {CAPITALS}"])
def test_legacy_fonts_are_told_by_what_stands_inside_words(text: str):
    assert signs.legacy_share(text) > 0.1


@pytest.mark.parametrize("text", [ENGLISH, ENGLISH.upper(), FINNISH, SWAHILI, TABLE, "", "भारत सरकार " * 40])
def test_ordinary_writing_is_never_legacy_hindi(text: str):
    assert signs.legacy_share(text) < 0.05
