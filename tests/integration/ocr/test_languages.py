"""Languages beyond those shipped work by their names as soon as their data lies beside the others.

`make ocr-languages LANGUAGES="tam ben mar"` fetches data; tests of languages that are not at hand are skipped.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from PIL import Image, ImageDraw, ImageFont, features

from fakes.ocr_client import recognize
from fakes.ocr_pdfs import page_image, sample, scan_pdf
from metatag_runtime.errors import ErrorCode, MetatagError
from metatag_runtime.grpc_calls import peer_errors

ROOT = Path(__file__).parents[3]
FONTS = Path("/usr/share/fonts")

# Of each script a font that Debian has, and some words: school, government of the state, water supply.
PRINTED = {
    "tam": ("Tamil", "NotoSansTamil-Regular.ttf", "தமிழ்நாடு அரசு பள்ளிக் கல்வித் துறை அறிவிப்பு", "Tamil"),
    "guj": ("Gujarati", "NotoSansGujarati-Regular.ttf", "ગુજરાત રાજ્ય સરકાર શાળા શિક્ષણ વિભાગ સૂચના", "Gujarati"),
    "pan": ("Punjabi", "NotoSansGurmukhi-Regular.ttf", "ਪੰਜਾਬ ਸਰਕਾਰ ਸਕੂਲ ਸਿੱਖਿਆ ਵਿਭਾਗ ਵੱਲੋਂ ਸੂਚਨਾ", "Gurmukhi"),
    "ben": ("Bengali", "NotoSansBengali-Regular.ttf", "পশ্চিমবঙ্গ সরকার বিদ্যালয় শিক্ষা বিভাগ বিজ্ঞপ্তি", "Bengali"),
}


def _data(name: str) -> Path:
    """Give a language's data file, wherever set-up or the system put it."""
    named = os.environ.get("METATAG_OCR_TESSDATA_DIR")
    places = [Path(named)] if named else []
    places += [
        ROOT / ".tools/tessdata",
        ROOT / ".tools/tessdata-more",
        *Path("/usr/share/tesseract-ocr").glob("*/tessdata"),
    ]
    for place in places:
        if (place / f"{name}.traineddata").exists():
            return place / f"{name}.traineddata"
    pytest.skip(f"Tesseract's data for {name} is missing; `make ocr-languages LANGUAGES={name}` fetches it.")


def _tessdata(directory: Path, *names: str) -> Path:
    directory.mkdir()
    for name in names:
        (directory / f"{name}.traineddata").symlink_to(_data(name).resolve())
    return directory


def _printed(language: str) -> bytes:
    _, font_name, words, _ = PRINTED[language]
    font = next(FONTS.rglob(font_name), None) if FONTS.exists() else None
    if font is None or not features.check("raqm"):
        pytest.skip(f"The font {font_name} is missing; `apt-get install fonts-noto-core` brings it.")
    image = Image.new("L", (1600, 900), 255)
    draw = ImageDraw.Draw(image)
    for line in range(8):
        draw.text((80, 80 + 90 * line), words, font=ImageFont.truetype(str(font), 40), fill=0)
    return scan_pdf([image])


@pytest.mark.parametrize("said", ["mar", "mr", "Marathi"])
async def test_marathi_is_read_by_each_of_its_names(make_node, tmp_path, said):
    node = await make_node(tessdata_dir=_tessdata(tmp_path / "data", "eng", "mar"))

    answer = await recognize(node.channel, scan_pdf([page_image(sample("karyalaya-adesh"))]), languages=[said])

    assert (answer.pages[1].language, answer.summary.script) == ("mar", "Devanagari")
    assert answer.pages[1].confidence > 70


@pytest.mark.parametrize("language", PRINTED)
async def test_print_in_another_script_is_read_named_or_not(make_node, tmp_path, language):
    node = await make_node(tessdata_dir=_tessdata(tmp_path / "data", "eng", "hin", "osd", language))
    name, _, words, script = PRINTED[language]
    data = _printed(language)

    named = await recognize(node.channel, data, languages=[name])
    found = await recognize(node.channel, data + b"%again")

    for answer in (named, found):
        assert (answer.pages[1].language, answer.summary.script) == (language, script)
        assert sum(word in answer.text for word in words.split()) >= 4
    assert named.pages[1].tries == 1


async def test_the_error_about_a_missing_language_names_those_installed(make_node, tmp_path):
    node = await make_node(tessdata_dir=_tessdata(tmp_path / "data", "eng", "hin", "osd"))

    with pytest.raises(MetatagError, match=r"'tam' is not installed; installed: eng, hin\.") as failure:
        with peer_errors("ocr"):
            await recognize(node.channel, scan_pdf([page_image(sample("library-rules"))]), languages=["Tamil"])

    assert failure.value.code is ErrorCode.LANGUAGE_NOT_INSTALLED
