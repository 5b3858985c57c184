"""Where a phrase ends and what of a text may be a tag, by document kind: tables, letters, forms, bilingual pages."""

from __future__ import annotations

import pytest

from fakes.tagger_parts import document
from metatag_tagger.offline.case_endings import ends_phrase, is_finite
from metatag_tagger.offline.duplicates import distinct
from metatag_tagger.offline.headings import subjects, usable_title
from metatag_tagger.offline.hindi import ends_in_plural, is_adverb, is_verb
from metatag_tagger.offline.study import study
from metatag_tagger.ports import AnalysisOptions
from metatag_tagger.words import fold


def tags(text: str, count: int = 12, **fields: object) -> list[str]:
    return [tag.text for tag in study(document(text, **fields), AnalysisOptions(count)).tags]


def test_the_last_cell_of_a_row_does_not_join_the_first_of_the_next() -> None:
    rows = "\n".join(f"{town}\t{n}\t{crop}" for town, n, crop in ROWS * 3)
    found = tags(f"Crops and irrigation sources by block\n\nBlock\tWells\tCrop\n{rows}")
    assert not any({"paddy", "sohna"} <= set(tag.split()) for tag in found)
    assert not any({"mustard", "palwal"} <= set(tag.split()) for tag in found)


ROWS = [("Kheri", 118, "Paddy"), ("Sohna", 240, "Mustard"), ("Palwal", 77, "Cotton")]


def test_a_saint_is_no_end_of_a_sentence() -> None:
    found = tags(
        "ST. MARY'S HIGHER SECONDARY SCHOOL\nNotice\nThe science exhibition of the school takes place in May.\n"
        "Pupils of St. Mary's Higher Secondary School show working models of biogas plants."
    )
    assert "st mary's higher secondary school" in found


def test_words_of_two_scripts_join_no_phrase() -> None:
    found = tags(
        "वृद्धावस्था पेंशन आवेदन पत्र / Application form for old age pension\n"
        "समाज कल्याण विभाग, हरियाणा / Social Welfare Department, Haryana\n"
        "पासपोर्ट आकार का फोटो / Affix passport size photograph\nवृद्धावस्था पेंशन के लिए आयु प्रमाण पत्र संलग्न करें।"
    )
    assert found
    for tag in found:
        scripts = {character.isascii() for character in tag if character.isalpha()}
        assert len(scripts) == 1, tag


def test_what_the_subject_line_names_comes_among_the_first() -> None:
    letter = (
        "UNITED COASTAL BANK\nRetail Assets Branch\n\nDear Customer,\n\nSubject: Sanction of a housing loan\n\n"
        "The flat in Seabreeze Residency shall be insured against fire and flood. Equitable mortgage of the title "
        "deeds is needed. Legal opinion and valuation report must be found satisfactory."
    )
    assert "housing loan" in tags(letter)[:2]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Subject: Repair of hand pumps", ["Repair of hand pumps"]),
        ("विषय:- साइकिल वितरण के संबंध में।", ["साइकिल वितरण के संबंध में।"]),
        ("Name of work\tBridge over the Umtrew\nCost\t8 lakh", ["Bridge over the Umtrew"]),
        ("Re: " + "long words of a long subject line that fills its line to the end of it\nand goes on", None),
        ("The subject is: nothing", []),
        ("Subjective views", []),
    ],
)
def test_subject_lines_are_read(text: str, expected: list[str] | None) -> None:
    found = list(subjects(text))
    if expected is None:
        assert found[0].endswith("and goes on")
    else:
        assert found == expected


def test_the_name_of_a_person_gives_way_to_topics() -> None:
    text = (
        "Minutes of the residents' meeting\nMr. George Mathew took the chair. Recharge pits and a rainwater harvesting "
        "system were approved. Tanker water is costly. Maintenance arrears were noted by Mrs. Anita Rao."
    )
    found = tags(text)
    assert "rainwater harvesting system" in found
    people = [place for place, tag in enumerate(found) if tag in ("george mathew", "anita rao")]
    assert all(place > found.index("rainwater harvesting system") for place in people)


@pytest.mark.parametrize(
    "title", ["annual-report_final", "noisy-scotus", "AcroFormsBasicFieldsTest", "scan_2021_04.pdf"]
)
def test_the_name_of_a_file_is_no_title(title: str) -> None:
    assert usable_title(title, "The annual report of the library.") == ""


@pytest.mark.parametrize("title", ["Word Processors", "A well-known case", "COVID-19 in India"])
def test_a_title_with_a_hyphen_is_one(title: str) -> None:
    assert usable_title(title, f"{title}. The word of the case is known well.") == title


def test_a_title_of_many_joints_is_judged_at_once() -> None:
    # An expression with two ways to read an underscore would take longer than the age of the universe.
    assert usable_title("a" + "_" * 400 + " !", "The text.") in ("", "a" + "_" * 400 + " !")


def test_a_phrase_and_its_end_are_one_tag() -> None:
    ranked = [("activated carbon block", "activ carbon block", 0.4), ("carbon block", "carbon block", 0.39)]
    assert distinct(ranked, 5, {}, 0.7, 2) == [0]
    assert distinct([("land", "land", 0.4), ("paddy land", "paddi land", 0.3)], 5, {}, 0.7, 2) == [0, 1]


def test_a_part_of_an_organisation_is_no_tag_beside_it() -> None:
    ranked = [("state bank of india", "state bank of india", 0.4), ("state bank", "state bank", 0.39)]
    assert distinct(ranked, 5, {}, 0.7, 2) == [0]


@pytest.mark.parametrize("word", ["चिपकाएँ", "मिटाए", "सोचे"])
def test_forms_of_causative_verbs_are_verbs(word: str) -> None:
    assert is_verb(fold(word))


@pytest.mark.parametrize("word", ["योजनाएँ", "सेवाएँ", "महिलाएँ", "दवाइयाँ"])
def test_plurals_of_nouns_are_no_verbs(word: str) -> None:
    assert not is_verb(fold(word))


def test_adverbs_are_told_by_their_endings() -> None:
    assert all(is_adverb(fold(word)) for word in ("आदेशानुसार", "विचारोपरांत", "सूचनार्थ"))
    assert not any(is_adverb(fold(word)) for word in ("पदार्थ", "विद्यार्थी", "योजना", "अधिकार"))


def test_a_hindi_plural_closes_its_phrase() -> None:
    assert all(map(ends_in_plural, ("दवाइयाँ", "केन्द्रों")))
    assert not any(map(ends_in_plural, ("योजना", "पंचायत")))


def test_the_act_behind_a_genitive_is_not_joined_to_what_follows() -> None:
    found = tags(
        "जिले में पेयजल आपूर्ति योजना का निरीक्षण आगामी सोमवार से होगा। पात्र छात्रों का सत्यापन शिक्षा पोर्टल पर किया जाए। "
        "नालों की सफाई का कार्य यांत्रिक मशीनों से कराया जाए।"
    )
    assert "पेयजल आपूर्ति योजना" in found
    assert not any(tag.startswith(("निरीक्षण ", "सत्यापन ", "कार्य ")) for tag in found)


def test_case_endings_close_phrases_in_marathi_and_bengali() -> None:
    assert ends_phrase("योजनांसाठी", "mr")
    assert not ends_phrase("पाणीपुरवठा", "mr")
    assert ends_phrase("এলাকাতে", "bn")
    assert not ends_phrase("পানীয়", "bn")
    assert is_finite("करावी", "mr")
    assert not is_finite("तपासणी", "mr")
    assert not ends_phrase("water", "en")


def test_no_marathi_tag_is_a_clause() -> None:
    found = tags(
        "महाराष्ट्र शासनाने ग्रामीण भागातील पाणीपुरवठा योजनांसाठी नवीन मार्गदर्शक सूचना जारी केल्या आहेत. ग्रामपंचायतींनी पाणी "
        "गुणवत्तेची तपासणी दर महिन्याला करावी आणि त्याचा अहवाल जिल्हा परिषदेकडे सादर करावा."
    )
    assert found
    assert all(len(tag.split()) <= 3 for tag in found)


def test_a_bengali_phrase_ends_in_no_adjective_and_no_postposition() -> None:
    text = "পাইপলাইনের রক্ষণাবেক্ষণ স্থানীয় কমিটি করবে। অনুমোদিত পরিকল্পনা অনুসারে কাজ হবে। প্রধান শিক্ষক নিশ্চিত করবেন।"
    found = tags(text)
    assert "পাইপলাইনের রক্ষণাবেক্ষণ" in found
    assert not [tag for tag in found if tag.endswith(("স্থানীয়", "অনুসারে", "নিশ্চিত"))]
