"""Agreement of tags with a person's: the definitions, on cases worked by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import typer

from metatag_cli.commands.evaluate import read_gold
from metatag_cli.scores import form
from metatag_runtime.tag_scores import Scores


@pytest.mark.parametrize(
    ("one", "two"), [("Street Lights", "street-light"), ("जल समितियां", "जल समिति"), ("CAFÉ", "café"), ("roads", "road")]
)
def test_tags_that_differ_in_form_alone_are_one(one: str, two: str) -> None:
    assert form(one) == form(two)


def test_the_figures_are_those_of_the_definitions() -> None:
    scores = Scores(form)
    scores.add(["roads", "budget", "Road", "water"], ["road", "water", "schools"])
    # Three different tags, two of them right, three wanted.
    assert scores.f1(5) == pytest.approx(2 * 2 / (3 + 3))
    assert (scores.precision(1), scores.precision(2), scores.precision(3)) == (1.0, 0.0, 1.0)
    ideal = 1 + 1 / math.log2(3) + 1 / math.log2(4)
    assert scores.ndcg == pytest.approx((1 + 1 / math.log2(4)) / ideal)


def test_f1_counts_over_all_documents_and_no_document_is_nothing() -> None:
    scores = Scores(form)
    assert (scores.f1(5), scores.ndcg, scores.precision(1)) == (0.0, 0.0, 0.0)
    scores.add(["a"], ["a"])
    scores.add(["b"], ["c", "d", "e"])
    assert scores.f1(10) == pytest.approx(2 * 1 / (2 + 4))


def test_a_table_of_tags_is_read_with_either_mark_between_tags(tmp_path: Path) -> None:
    table = tmp_path / "tags.csv"
    table.write_text('\ufeffFile,Tags\nsub/a.pdf,"water, roads; bridges"\nb.pdf,"x, y"\nc.pdf,\n', encoding="utf-8")
    assert read_gold(table) == {"a.pdf": ["water, roads", "bridges"], "b.pdf": ["x", "y"]}


def test_a_table_without_the_columns_is_refused_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "tags.csv"
    table.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises((typer.Exit, SystemExit)):
        read_gold(table)
    assert "needs the columns file and tags" in capsys.readouterr().err
