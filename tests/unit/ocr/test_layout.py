"""Lines with their geometry become text with cells, blocks and headings."""

from __future__ import annotations

from metatag_ocr.model import Heading
from metatag_ocr.reading.layout import Cell, Entry, Line, render


def line(text: str, base: float, *, left: float = 50, size: float = 10, aside: bool = False) -> Line:
    return Line((Cell(text, left, left + 0.5 * size * len(text)),), base, size, aside)


def body(count: int, top: float, step: float = 12) -> list[Line]:
    return [line(f"line {index} of the body of this page", top - step * index) for index in range(count)]


def test_lines_of_one_distance_are_one_block():
    assert "\n\n" not in render(body(5, 700))[0]
    assert "\n\n" not in render(body(5, 700, step=26))[0], "double-spaced print is one block as well"


def test_a_wider_distance_parts_blocks():
    text, _ = render([*body(3, 700), *body(3, 640)])

    assert text.count("\n\n") == 1
    assert text.split("\n\n")[1].startswith("line 0")


def test_a_step_up_and_a_column_beside_part_blocks():
    text, _ = render([*body(3, 700), line("second column", 700, left=350), line("goes on", 688, left=350)])

    assert text.split("\n\n")[1] == "second column\ngoes on"


def test_a_word_that_a_line_end_divides_is_not_parted_by_a_block():
    text, _ = render([*body(2, 700), line("the com-", 676), line("mittee", 700, left=350)])

    assert "com-\nmittee" in text


def test_lines_that_follow_each_other_on_one_baseline_are_a_row():
    text, _ = render([line("Name", 700), line("Village", 700, left=200), line("Area", 700.5, left=400)])

    assert text == "Name\tVillage\tArea"


def test_a_line_drawn_again_for_boldness_or_a_shadow_comes_out_once():
    page = body(5, 700)
    shadow = [line(each.text, each.base - 1.2, left=51.2) for each in page]

    assert render([*page, *shadow, *page])[0] == render(page)[0]


def test_the_same_words_in_another_place_stay():
    rows = [line("nil", 700), line("nil", 688), line("nil", 688, left=70)]

    assert render(rows)[0].split() == ["nil"] * 3


def test_larger_print_is_a_heading_and_its_levels_go_by_size():
    lines = [line("WATER SUPPLY REPORT", 760, size=20), line("Canals", 730, size=14), *body(5, 700)]
    text, headings = render(lines)

    assert headings == (Heading("WATER SUPPLY REPORT", 1), Heading("Canals", 2))
    assert text.startswith("WATER SUPPLY REPORT\n\nCanals\n\nline 0")


def test_a_heading_of_two_lines_is_one_heading():
    lines = [line("Report on the water", 760, size=20), line("supply of the north", 736, size=20), *body(5, 700)]

    assert render(lines)[1] == (Heading("Report on the water\nsupply of the north", 1),)


def test_print_of_one_size_has_no_headings_and_neither_has_a_page_of_figures():
    assert render(body(5, 700))[1] == ()
    assert render([*body(5, 700), line("12", 600, size=30)])[1] == ()


def test_a_value_stands_beside_its_label():
    lines = [line("Crop:", 700), line("Village:", 680), line("Area:", 660)]
    text, _ = render(lines, [Entry("Kheri", 120, 676, 300, 692), Entry("Soybean", 120, 696, 300, 712)])

    assert text.splitlines() == ["Crop:\tSoybean", "Village:\tKheri", "Area:"]


def test_a_value_between_two_labels_of_a_row_stands_between_them():
    row = Line((Cell("Crop:", 50, 80), Cell("Season:", 300, 340)), 700, 10)

    assert render([row], [Entry("Soybean", 120, 696, 280, 712)])[0] == "Crop:\tSoybean\tSeason:"


def test_a_value_of_several_lines_stands_below_the_line_above_it():
    lines = [line("Reason:", 700), line("Signature", 560)]
    text, _ = render(lines, [Entry("hail in February\nand locusts", 50, 600, 400, 690)])

    pieces = [piece for piece in text.splitlines() if piece]
    assert pieces == ["Reason:", "hail in February", "and locusts", "Signature"]


def test_a_page_of_values_alone_is_read():
    assert render([], [Entry("only", 10, 10, 90, 20)])[0] == "only"
    assert render([]) == ("", ())


def test_a_line_up_the_side_joins_no_row():
    text, _ = render([line("draft of May", 700, aside=True), line("Body", 700, left=300)])

    assert text == "draft of May\n\nBody"
