"""What a user's archive teaches the tagger: kept, removed and added tags, and words that are common in it."""

from __future__ import annotations

import pytest

from metatag_runtime.errors import InvalidArgument
from metatag_tagger.model import Archive, Document, Page, Tag, TagFeedback, Term
from metatag_tagger.offline.archive import Judgements, adjusted, rarity
from metatag_tagger.offline.codec import read_options, study_request
from metatag_tagger.offline.study import study
from metatag_tagger.ports import AnalysisOptions
from metatag_tagger.tagging import _check_archive

LETTER = """Supply of solar pumps to farmers
The department will supply solar pumps to farmers of the drought area. Each solar pump replaces a diesel pump. The
executive engineer of the water division shall inspect the solar pumps. The executive engineer sends a report.
"""


def judged(*feedback: TagFeedback) -> Judgements:
    return Judgements.of(Archive(tags=feedback), "en")


def offered(archive: Archive | None, text: str = LETTER) -> dict[str, float]:
    found = study(Document((Page(1, text),)), AnalysisOptions(20, archive=archive))
    return {tag.text: tag.score for tag in found.tags}


def test_a_tag_removed_three_times_is_not_offered_again_and_twice_is_less_likely() -> None:
    before = offered(None)
    assert "executive engineer" in before
    twice = offered(Archive(tags=(TagFeedback("executive engineer", removed=2),)))
    assert twice["executive engineer"] < before["executive engineer"]
    assert "executive engineer" not in offered(Archive(tags=(TagFeedback("Executive Engineers", removed=3),)))


def test_a_tag_that_was_kept_more_often_than_removed_stays() -> None:
    archive = Archive(tags=(TagFeedback("executive engineer", kept=9, removed=3),))
    assert "executive engineer" in offered(archive)


def test_an_added_tag_is_offered_where_its_words_stand_with_their_place() -> None:
    archive = Archive(tags=(TagFeedback("Diesel Pumps", added=2), TagFeedback("kerosene", added=5)), corrected=9)
    found = study(Document((Page(1, LETTER),)), AnalysisOptions(20, archive=archive))
    (tag,) = (tag for tag in found.tags if tag.text == "Diesel Pumps")
    assert (tag.page, tag.grounded, tag.source) == (1, True, "local")
    assert "diesel pump" in tag.evidence
    assert tag.score > 0.4
    assert "kerosene" not in {tag.text for tag in found.tags}


def test_a_chosen_tag_whose_words_stand_everywhere_is_less_likely_than_one_of_rare_words() -> None:
    tags = (TagFeedback("pumps", added=2), TagFeedback("drought", added=2))
    judgements = Judgements.of(Archive(50, {"pumps": 50}, tags, corrected=20), "en")
    assert judgements.chance("pump") < 0.2 < 0.5 < judgements.chance("drought")


def test_an_added_tag_that_is_excluded_is_not_offered() -> None:
    archive = Archive(tags=(TagFeedback("diesel pumps", added=5),))
    options = AnalysisOptions(20, exclusions=("diesel",), archive=archive)
    assert not any("diesel" in tag.text for tag in study(Document((Page(1, LETTER),)), options).tags)


def test_words_of_removed_tags_lower_other_tags_that_hold_them() -> None:
    judgements = judged(*(TagFeedback(f"{word} engineer", removed=2) for word in ("junior", "assistant", "chief")))
    assert judgements.shift("superintend engin") < judgements.shift("solar pump") <= 0


def test_the_first_judgements_move_little_and_many_move_much() -> None:
    one, many = judged(TagFeedback("solar pumps", kept=1)), judged(TagFeedback("solar pumps", kept=50))
    key = "solar pump"
    assert 0 < one.shift(key) < many.shift(key)
    assert judged().shift(key) == 0


def test_terms_of_a_list_are_refused_and_raised_as_other_tags_are() -> None:
    terms = (Term("solar pumps"), Term("drought"), Term("farmers"))
    tags = (TagFeedback("drought", removed=3), TagFeedback("farmers", kept=20))
    document = Document((Page(1, LETTER),))
    plain = study(document, AnalysisOptions(5, terms)).matches
    taught = study(document, AnalysisOptions(5, terms, archive=Archive(tags=tags))).matches
    assert {tag.text for tag in taught} == {"solar pumps", "farmers"}
    assert _score(taught, "farmers") > _score(plain, "farmers")


def test_common_words_of_the_archive_lower_terms_of_a_list() -> None:
    archive = Archive(documents=50, words={"farmers": 50, "drought": 1})
    terms = (Term("farmers"), Term("drought"))
    document = Document((Page(1, LETTER),))
    plain = study(document, AnalysisOptions(5, terms)).matches
    known = study(document, AnalysisOptions(5, terms, archive=archive)).matches
    assert _score(known, "farmers") / _score(plain, "farmers") < _score(known, "drought") / _score(plain, "drought")


def test_few_documents_say_nothing_about_common_words() -> None:
    assert rarity(Archive(documents=19, words={"water": 19}), ["water"]) == {"water": 1.0}
    assert rarity(Archive(documents=20, words={"water": 20}), ["water", "fluoride"]) == {"water": 0.0, "fluoride": 1.0}


def test_a_tag_that_is_offered_twice_is_spelt_as_people_spell_it_with_the_higher_score() -> None:
    judgements = judged(TagFeedback("Solar Pumps", kept=1))
    (tag,) = adjusted([Tag("solar pump", 0.9, "local")], [Tag("Solar Pumps", 0.5, "vocabulary")], judgements)
    assert (tag.text, tag.source) == ("Solar Pumps", "local")
    assert tag.score > 0.9


def test_a_summary_travels_to_the_child_process_whole() -> None:
    options = AnalysisOptions(5, archive=Archive(3, {"जल": 2}, (TagFeedback("जल आपूर्ति", 1, 2, 3),), 4))
    sent = study_request(Document((Page(1, "x"),)), options)
    assert read_options(sent["tag_options"]) == options


@pytest.mark.parametrize(
    "archive",
    [
        Archive(words={str(number): 1 for number in range(5_001)}),
        Archive(tags=tuple(TagFeedback(str(number)) for number in range(2_001))),
        Archive(tags=(TagFeedback("x" * 201),)),
        Archive(tags=(TagFeedback(""),)),
        Archive(tags=(TagFeedback("water", removed=-1),)),
        Archive(documents=-1),
    ],
)
def test_a_summary_beyond_its_bounds_is_refused(archive: Archive) -> None:
    with pytest.raises(InvalidArgument, match="archive"):
        _check_archive(archive)


def _score(tags: object, text: str) -> float:
    return next(tag.score for tag in tags if tag.text == text)  # type: ignore[attr-defined]
