"""The offline tagger's parts: cleaning, candidates, doubt about bad OCR, repeats, evidence, languages, excerpts."""

from __future__ import annotations

import json
from importlib import resources

import numpy as np
import pytest

from fakes.tagger_parts import ENGLISH, HINDI, document
from metatag_tagger.model import Document, Page, Term
from metatag_tagger.offline.clean import clean
from metatag_tagger.offline.duplicates import acronyms, distinct, same, without_repeats
from metatag_tagger.offline.evidence import QUOTE, Finder
from metatag_tagger.offline.excerpt import tokens
from metatag_tagger.offline.features import NAMES
from metatag_tagger.offline.frequency import NEUTRAL, UNKNOWN, has_table, zipf
from metatag_tagger.offline.hindi import is_verb
from metatag_tagger.offline.language import code, detect
from metatag_tagger.offline.ranker import columns, fitted, score
from metatag_tagger.offline.regions import ILLEGIBLE, Languages
from metatag_tagger.offline.study import study
from metatag_tagger.offline.trees import Trees
from metatag_tagger.offline.vocabulary import match
from metatag_tagger.ports import AnalysisOptions
from metatag_tagger.words import fold, key


def tags(text: str, count: int = 10, **fields: object) -> list[str]:
    return [tag.text for tag in study(document(text, **fields), AnalysisOptions(count)).tags]


def test_running_heads_page_numbers_and_broken_words_are_mended() -> None:
    body = "\n".join(f"Line {word} of the report." for word in ("one", "two", "three", "four", "five"))
    pages = [
        Page(n, f"Ministry of Works\n{body}\nThe inspec-\ntion of bridge {n} took place.\n{body}\n{n}")
        for n in range(1, 7)
    ]
    text = clean(pages)
    assert "Ministry of Works" not in text.body
    assert "inspection of bridge 3" in text.body
    assert "\n3\n" not in text.body
    assert text.page_at(text.body.index("bridge 5")) == 5


def test_references_at_the_end_are_dropped_and_an_early_heading_is_not() -> None:
    body = "Water supply in towns. " * 40
    assert "Smith 1999" not in clean([Page(1, f"{body}\nReferences\nSmith 1999. A book.")]).body
    assert "Smith 1999" in clean([Page(1, f"x\nReferences\nSmith 1999. {body}")]).body


def test_the_same_text_gives_the_same_tags() -> None:
    assert study(document(ENGLISH), AnalysisOptions(10)) == study(document(ENGLISH), AnalysisOptions(10))


def test_tags_are_distinct_and_best_first() -> None:
    found = study(document(ENGLISH), AnalysisOptions(15)).tags
    assert [tag.score for tag in found] == sorted((tag.score for tag in found), reverse=True)
    assert len({key(tag.text, "en") for tag in found}) == len(found)


def test_a_title_lifts_its_words() -> None:
    plain = {tag.text: tag.score for tag in study(document(ENGLISH), AnalysisOptions(30)).tags}
    titled = {tag.text: tag.score for tag in study(document(ENGLISH, title="Motion sensors"), AnalysisOptions(30)).tags}
    assert titled["motion sensor"] != plain["motion sensor"]


def test_exclusions_leave_service_for_other_tags() -> None:
    found = study(document(ENGLISH), AnalysisOptions(8, exclusions=("solar street light", "corporations"))).tags
    assert len(found) == 8
    assert not {"solar street lights", "solar street light", "municipal corporation"} & {tag.text for tag in found}


@pytest.mark.parametrize("word", ["करेगा", "लगाएँगे", "होंगी", "बनाकर", "किया", "दिखाई", "लौटने", "चलाया", "कीजिए", "रखेगी"])
def test_a_hindi_verb_is_told_from_a_noun(word: str) -> None:
    from metatag_tagger.offline.lists import stop_words

    assert is_verb(fold(word)) or fold(word) in stop_words("hi")


@pytest.mark.parametrize(
    "word", ["पानी", "योजना", "खाता", "आयकर", "नदी", "सेना", "किसान", "भूमिका", "मिशन", "परीक्षण", "काम"]
)
def test_a_hindi_noun_is_no_verb(word: str) -> None:
    assert not is_verb(fold(word))


def test_hindi_tags_hold_no_function_words() -> None:
    found = " ".join(tags(HINDI, 15)).split()
    assert not {"के", "में", "को", "का", "है", "करेंगे", "लिए", "और"} & set(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ENGLISH, "en"),
        (HINDI, "hi"),
        ("महाराष्ट्र राज्यातील शेतकऱ्यांना पीक विमा योजनेचा लाभ मिळत आहे आणि त्यासाठी अर्ज करावा लागतो", "mr"),
        ("ਪੰਜਾਬ ਸਰਕਾਰ ਨੇ ਨਵੀਂ ਨੀਤੀ ਦਾ ਐਲਾਨ ਕੀਤਾ", "pa"),
        ("தமிழ்நாடு அரசு புதிய திட்டத்தை அறிவித்தது", "ta"),
        ("", "en"),
        ("12345 --- ///", "en"),
    ],
)
def test_the_language_is_found(text: str, expected: str) -> None:
    assert detect(text) == expected


def test_the_text_tells_its_language_whatever_it_was_recognised_as() -> None:
    assert detect(HINDI, "mar") == "hi"
    assert detect(HINDI, "eng") == "hi"
    assert detect(ENGLISH, "hin") == "en"
    assert detect(ENGLISH, "de") == "en"


def test_a_hint_decides_for_a_few_words_of_its_script() -> None:
    assert detect("Haus und Hof", "deu") == "de"
    assert detect("ग्राम पंचायत", "mar") == "mr"
    assert detect("ग्राम पंचायत", "eng") == "hi"


FRENCH = (
    "Le conseil municipal de la commune a adopté le plan directeur des sentiers. Les travaux de la piste cyclable "
    "seront financés par la région et le département dans les deux ans qui suivent cette décision."
)
MARATHI = (
    "ग्रामपंचायतीने पाणी गुणवत्तेची तपासणी दर महिन्याला करावी आणि त्याचा अहवाल जिल्हा परिषदेकडे सादर करण्यात यावा. "
    "या योजनेसाठी मंजूर झालेल्या निधीचा वापर आराखड्यानुसार केला पाहिजे."
)
NEPALI = (
    "यस कार्यालयबाट खानेपानी आयोजनाको निर्माण कार्य सम्पन्न भएको हुँदा सम्बन्धित उपभोक्ता समितिले आफ्नो प्रतिवेदन पेश गर्नुपर्ने छ। "
    "गाउँपालिकाका सबै वडाहरूमा यो सूचना टाँस गरिएको छ।"
)


@pytest.mark.parametrize(("text", "expected"), [(FRENCH, "fr"), (MARATHI, "mr"), (NEPALI, "ne"), (HINDI, "hi")])
def test_a_scan_recognised_as_english_is_of_the_language_it_is_in(text: str, expected: str) -> None:
    assert detect(text, "eng") == expected


def test_each_part_of_a_text_has_its_own_language() -> None:
    body = f"{ENGLISH}\n\n{HINDI}\n\n{FRENCH}"
    languages = Languages(body)
    spoken = {region.language for region in languages.regions}
    assert spoken == {"en", "hi", "fr"}
    assert languages.regions[0].start == 0
    assert languages.regions[-1].end == len(body)


def test_letters_of_a_foreign_font_are_no_language_and_give_no_tag() -> None:
    legacy = "Hkkjr ljdkj LokLF; ,oa ifjokj dY;k.k ea=ky; dk;kZy; vkns'k ftyk fpfdRlk vf/kdkfj;ksa dks funsZ'k"
    languages = Languages(f"{ENGLISH}\n\n{legacy}")
    assert ILLEGIBLE in {region.language for region in languages.regions}
    assert not any("ljdkj" in tag or "ifjokj" in tag for tag in tags(f"{ENGLISH}\n\n{legacy}", 40))


@pytest.mark.parametrize(
    ("name", "expected"), [("eng", "en"), ("en-IN", "en"), ("hin+eng", "hi"), ("", ""), ("osd", "")]
)
def test_names_of_languages_are_read(name: str, expected: str) -> None:
    assert code(name) == expected


def test_frequencies_are_not_taken_from_a_neighbouring_language() -> None:
    assert has_table("en")
    assert not has_table("mr")
    assert zipf("शेतकरी", "mr") == NEUTRAL
    assert zipf("qwxyzt", "en") == UNKNOWN
    assert zipf("the", "en") > 7


def test_a_rare_word_of_a_badly_read_page_is_no_tag() -> None:
    text = ENGLISH + "\nThe gorvane brinter was seen."
    sure = {tag.text: tag.score for tag in study(Document((Page(1, text, 96.0),)), AnalysisOptions(40)).tags}
    poor = study(Document((Page(1, text, 58.0),)), AnalysisOptions(40))
    doubted = {tag.text: tag.score for tag in poor.tags}
    assert "gorvane brinter" in sure
    assert "gorvane brinter" not in doubted
    assert doubted["energy audit"] == pytest.approx(sure["energy audit"], abs=0.02)
    assert "low_ocr_confidence" in poor.notes


def test_a_word_misread_once_joins_the_right_one() -> None:
    text = "The aquifer is deep. The aquifer is old. An aquifer was drilled. The aqu1fer map and the aquifcr."
    assert not any("aquifcr" in tag for tag in tags(text, 20))


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("water supply", "supply water", True),
        ("colour printing", "color printing", True),
        ("level 1", "level 2", False),
        ("x ray", "gamma ray", False),
        ("data base", "database", True),
        ("inflation", "infiltration", False),
    ],
)
def test_near_duplicates(one: str, other: str, expected: bool) -> None:
    assert same(one, other, key(one, "en"), key(other, "en")) is expected


def test_an_acronym_is_known_by_its_long_form() -> None:
    found = acronyms("The discrete Hartley transform (DHT) and the Right to Information Act (RTI Act) (ABC).", "en")
    assert found == {key("DHT", "en"): key("discrete Hartley transform", "en")}


def test_repeats_are_dropped_in_order() -> None:
    assert without_repeats(["Street Lights", "street light", "battery", "batteries", "lights street"], "en") == [0, 2]


def test_of_phrases_on_the_same_two_words_the_best_two_are_kept() -> None:
    forms = ["biometric attendance", "biometric attendance system", "guest lecturer", "biometric attendance report"]
    rows = [(form, key(form, "en"), 0.9) for form in forms]
    assert distinct(rows, 10, {}, 0.7, 2) == [0, 1, 2]
    assert distinct(rows, 10, {}) == [0, 1, 2, 3]


def test_evidence_names_the_page_and_quotes_around_the_words() -> None:
    finder = Finder(clean([Page(3, "Nothing here. " * 20), Page(4, f"Before it. {ENGLISH}")]), "en")
    place = finder.find("lithium batteries")
    assert place is not None
    assert place[0] == 4
    assert "lithium" in place[1]
    assert len(place[1]) <= QUOTE
    assert finder.find("nuclear fusion") is None
    assert finder.find("") is None


def test_vocabulary_terms_are_found_by_stem_alias_and_misspelling_with_evidence() -> None:
    terms = [
        Term("Energy audits"),
        Term("Urban lighting", ("solar street lights",)),
        Term("Municipal corporatoin"),
        Term("Opera"),
    ]
    finder = Finder(clean([Page(1, ENGLISH)]), "en")
    found = match(terms, finder, "en", {"municipal corporation": 0.7, "energy audit": 0.6})
    assert {tag.text for tag in found} == {"Energy audits", "Urban lighting", "Municipal corporatoin"}
    assert all(tag.page == 1 and tag.evidence and 0 < tag.score <= 1 for tag in found)


def test_two_narrower_terms_raise_their_broader_one_and_one_does_not() -> None:
    terms = [
        Term("Public works", uri="https://example.org/works"),
        Term("Energy audit", parent="Public works"),
        Term("Solar street lights", parent="Public works"),
        Term("Government"),
        Term("Municipal corporation", parent="Government"),
    ]
    found = {tag.text: tag for tag in match(terms, Finder(clean([Page(1, ENGLISH)]), "en"), "en", {})}
    assert "Public works" in found
    assert found["Public works"].evidence
    assert "Government" not in found


def test_an_excerpt_fits_its_budget_and_shows_every_part() -> None:
    pages = tuple(
        Page(n, f"Chapter {n} about topic{n}.\n" + "The committee met and adjourned again. " * 60) for n in range(1, 31)
    )
    found = study(Document(pages), AnalysisOptions(5, budget=1_500))
    assert found.excerpt_tokens <= 1_500
    assert tokens(found.excerpt) == found.excerpt_tokens
    assert all(f"topic{n}" in found.excerpt for n in (1, 2, 30))
    assert sum(f"topic{n}." in found.excerpt for n in range(1, 31)) >= 8


def test_hindi_text_counts_more_tokens_a_character() -> None:
    assert tokens("जल" * 100) > 2 * tokens("ab" * 100)


@pytest.mark.parametrize("name", ["ranker_en", "ranker_en_embed", "ranker_any", "ranker_any_embed"])
def test_every_ranker_is_readable_and_says_where_it_comes_from(name: str) -> None:
    content = json.loads((resources.files("metatag_tagger.offline") / "data" / f"{name}.json").read_text("utf-8"))
    assert content["fitted_on"]
    assert content["held_out_micro_f1"]
    assert set(content["weights"]) <= set(columns())
    assert fitted(name) is not None


def test_scores_are_probabilities_whatever_the_features() -> None:
    chance = np.random.default_rng(1)
    for language in ("en", "hi", "fr"):
        values = score(chance.normal(0, 50, (30, len(NAMES))), language, False)
        assert values.shape == (30,)
        assert ((values >= 0) & (values <= 1)).all()
    assert len(score(np.zeros((0, len(NAMES))), "en", False)) == 0


def test_trees_send_a_row_to_its_leaf() -> None:
    trees = Trees.read([[["a", 1.0, 1, 2], [10.0], ["b", 0.0, 3, 4], [20.0], [30.0]], [[0.5]]], ["a", "b"], -1.0)
    assert trees.sums(np.array([[0.0, 0.0], [1.0, 9.0], [2.0, -1.0], [2.0, 1.0]])).tolist() == [9.5, 9.5, 19.5, 29.5]
