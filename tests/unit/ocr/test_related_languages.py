"""Languages of one script are told apart by their small words."""

from __future__ import annotations

import pytest

from metatag_ocr.reading.related_languages import language_of

DEVANAGARI = ["hin", "mar", "nep", "san"]
TEXTS = {
    "hin": "कार्यालय आदेश। सभी अधिकारियों को सूचित किया जाता है कि जिले में पेयजल योजना का निरीक्षण सोमवार से होगा।",
    "mar": "महाराष्ट्र शासनाच्या आरोग्य विभागाने ग्रामीण भागातील रुग्णालयांमध्ये नवीन सुविधा उपलब्ध करण्याचा निर्णय घेतला आहे. "
    "या योजनेसाठी जिल्हा परिषदेला निधी मंजूर करण्यात आला असून काम लवकरच सुरू होणार आहे.",
    "nep": "नेपाल सरकारले ग्रामीण क्षेत्रका विद्यालयहरूमा पिउने पानीको व्यवस्था गर्न नयाँ योजना ल्याएको छ।",
    "san": "धृतराष्ट्र उवाच। धर्मक्षेत्रे कुरुक्षेत्रे समवेता युयुत्सवः। मामकाः पाण्डवाश्चैव किमकुर्वत सञ्जय। "
    "दृष्ट्वा तु पाण्डवानीकं व्यूढं दुर्योधनस्तदा। आचार्यमुपसङ्गम्य राजा वचनमब्रवीत्।",
}  # fmt: skip


@pytest.mark.parametrize("language", TEXTS)
def test_a_few_lines_tell_the_language(language: str):
    assert language_of(TEXTS[language], DEVANAGARI) == language


@pytest.mark.parametrize("language", ["mar", "nep", "san"])
def test_a_language_that_is_not_there_is_not_chosen(language: str):
    assert language_of(TEXTS[language], ["hin"]) == "hin"


def test_lines_that_tell_nothing_are_left_to_the_first_language():
    assert language_of("१२३ ४५६ कखग", DEVANAGARI) == "hin"
    assert language_of("", ["ben", "asm"]) == "ben"
    assert language_of("some words", ["kan"]) == "kan"
