"""What qpdf and pdfium's forms do works in a real child, under its limits."""

from __future__ import annotations

from fakes import content_pdfs as made
from fakes.hostile_pdfs import text_pdf
from fakes.ocr_client import recognize


async def test_forms_portfolios_layers_and_damage_are_read_by_a_node(make_node):
    node = await make_node()
    form = made.form_pdf([made.text_field("Kheri Bujurg", Rect=[150, 715, 300, 735])], ["Village:"])
    layered = made.packed(made.layered_pdf([("", "seen on the page"), ("draft", "unseen")], off=["draft"]))
    whole = text_pdf([[made.LINE] * 20] * 4)
    heading = made.form_pdf([], ["District report"])

    answers = [
        await recognize(node.channel, data)
        for data in (
            form,
            made.portfolio_pdf({"a.pdf": form, "b.txt": b"x"}),
            layered,
            whole[: len(whole) * 3 // 5],
            heading,
        )
    ]

    assert answers[0].pages[1].text == "Village:\tKheri Bujurg"
    assert answers[1].pages[1].text == "Village:\tKheri Bujurg"
    assert list(answers[1].opened.notes) == ["attachments_read", "attachments_left_out"]
    assert answers[2].pages[1].text == "seen on the page"
    assert made.LINE in answers[3].pages[1].text
    assert list(answers[3].opened.notes) == ["file_repaired"]
    assert answers[4].pages[1].text == "District report"


async def test_a_portfolio_of_notices_names_no_content(make_node):
    node = await make_node()

    answer = await recognize(node.channel, made.portfolio_pdf({"a.txt": b"words"}))

    assert (answer.pages[1].text, answer.pages[1].reason) == ("", "viewer_notice")


async def test_headings_and_the_need_of_a_review_travel(make_node):
    node = await make_node()
    answer = await recognize(node.channel, text_pdf([[made.LINE] * 20], title="Form 16"))

    assert not answer.pages[1].needs_review
    assert list(answer.pages[1].headings) == []
