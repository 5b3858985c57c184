"""The type of a paper in languages of India beside Hindi: named by its own line, or before its number."""

from __future__ import annotations

import pytest

from metatag_tagger.facets.find import find
from metatag_tagger.model import FacetKind, Page


def type_of(text: str) -> list[str]:
    return [facet.value for facet in find([Page(1, text)]) if facet.kind is FacetKind.DOCUMENT_TYPE]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("महाराष्ट्र शासन\nशासन निर्णय क्रमांक: कृषी-2019/12\nमुंबई\n\nठिबक सिंचन योजनेस मंजुरी देण्यात येत आहे.", "शासन निर्णय"),
        ("জেলা পরিষদ\nবিজ্ঞপ্তি\nতারিখ: ০৫/০৫/২০২১\n\nরাস্তা মেরামতের কাজ শুরু হবে।", "বিজ্ঞপ্তি"),
        ("তথ্য দপ্তর\nআদেশ নং ১২/২০২০\n\nকর্মীদের ছুটি মঞ্জুর করা হলো।", "আদেশ"),
        ("தமிழ்நாடு அரசு\nஅரசாணை எண் 45, நாள் 02.03.2018\n\nஉதவித்தொகை உயர்த்தப்படுகிறது.", "அரசாணை"),
        ("మున్సిపల్ కార్యాలయం\nప్రకటన\nతేదీ: 01-02-2020\n\nనీటి సరఫరా ఉండదు.", "ప్రకటన"),
        ("ગ્રામ પંચાયત\nજાહેર નોટિસ\n\nપાણી વેરો ભરવો.", "જાહેર નોટિસ"),
        ("ਨਗਰ ਕੌਂਸਲ\nਨੋਟਿਸ\n\nਕੂੜਾ ਵੱਖਰਾ ਰੱਖੋ ਅਤੇ ਗੱਡੀ ਨੂੰ ਦਿਓ।", "ਸੂਚਨਾ"),
        ("ಕರ್ನಾಟಕ ಸರ್ಕಾರ\nಸುತ್ತೋಲೆ ಸಂಖ್ಯೆ: 12\n\nಶಾಲೆಗಳು ತೆರೆಯಬೇಕು.", "ಸುತ್ತೋಲೆ"),
        ("നഗരസഭ\nഅറിയിപ്പ്\n\nവെള്ളം മുടങ്ങും.", "അറിയിപ്പ്"),
        ("ଜିଲ୍ଲା କାର୍ଯ୍ୟାଳୟ\nବିଜ୍ଞପ୍ତି\n\nସଭା ହେବ।", "ବିଜ୍ଞପ୍ତି"),
        ("بلدیہ\nنوٹس\n\nپانی کی فراہمی بند رہے گی۔", "نوٹس"),
    ],
)
def test_the_line_names_the_type(text: str, value: str) -> None:
    assert type_of(text) == [value]


@pytest.mark.parametrize(
    "text",
    [
        "এই আদেশ আগামী মাস থেকে কার্যকর হবে এবং সকলকে মানতে হবে। রাস্তা খোলা থাকবে।",
        "அரசாணை வெளியிடப்பட்ட பிறகு பணிகள் தொடங்கும் என்று அமைச்சர் தெரிவித்தார்.",
        "ಈ ಆದೇಶ ಮುಂದಿನ ತಿಂಗಳಿಂದ ಜಾರಿಗೆ ಬರುತ್ತದೆ ಎಂದು ಸಚಿವರು ತಿಳಿಸಿದರು.",
    ],
)
def test_a_sentence_that_speaks_of_one_names_none(text: str) -> None:
    assert type_of(text) == []
