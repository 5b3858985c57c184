"""A recognised page is laid out by the places of its words."""

from __future__ import annotations

from metatag_ocr.model import Heading, Word
from metatag_ocr.reading.ports import Line, Recognition
from metatag_ocr.reading.recognised_layout import laid_out

WIDTH, HEIGHT = 1000, 2000


def line(cells: list[tuple[str, int]], top: int, height: int = 24) -> Line:
    """Give a line of words in cells: their text and where each begins, in pixels; a letter is half as wide as high."""
    words = []
    for text, start in cells:
        left = start
        for word in text.split():
            wide = len(word) * height // 2
            words.append(Word(word, 95.0, left / WIDTH, top / HEIGHT, wide / WIDTH, height / HEIGHT))
            left += wide + height // 3
    right = words[-1].x + words[-1].width
    box = (words[0].x, top / HEIGHT, right - words[0].x, height / HEIGHT)
    return Line(" ".join(word.text for word in words), tuple(words), box)


def body(count: int, top: int) -> list[Line]:
    return [line([("the district depends on wells", 100)], top + 34 * index) for index in range(count)]


def read(lines: list[Line]) -> tuple[str, tuple[Heading, ...]]:
    return laid_out(Recognition.of("\n".join(each.text for each in lines), lines), WIDTH, HEIGHT)


def test_cells_and_blocks_are_parted():
    rows = [line([("Village", 100), ("Hand pumps", 400), ("Working", 800)], 600 + 34 * index) for index in range(2)]
    text, _ = read([*body(3, 300), *rows])

    assert text.split("\n\n")[1] == "Village\tHand pumps\tWorking\nVillage\tHand pumps\tWorking"


def test_lines_of_unlike_letters_are_one_block_and_no_headings():
    lines = [line([("words of the body", 100)], 300 + 34 * index, 24 + 6 * (index % 2)) for index in range(6)]
    text, headings = read(lines)

    assert "\n\n" not in text
    assert headings == ()


def test_larger_print_is_a_heading_but_no_row_of_a_table():
    lines = [line([("WATER SUPPLY", 100)], 100, 60), *body(5, 300), line([("AREA", 100), ("SUM", 700)], 700, 60)]

    assert read(lines)[1] == (Heading("WATER SUPPLY", 1),)


def test_text_without_all_of_its_lines_stays_as_it_was_read():
    whole = "one line\nand more that has no place on the page"

    assert laid_out(Recognition(whole, 90.0, lines=tuple(body(1, 300))), 10, 10) == (whole, ())
    assert laid_out(Recognition("only text", 90.0), 10, 10) == ("only text", ())


def test_a_line_whose_words_stand_in_another_order_is_one_cell():
    words = line([("اول", 100), ("دوم", 700)], 300).words
    turned = Line("دوم اول", words, (0.1, 0.15, 0.7, 0.012))

    assert read([turned])[0] == "دوم اول"
