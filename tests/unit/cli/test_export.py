"""Results written to files."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import openpyxl
import pytest

from metatag_cli import export, live_view
from metatag_cli.rows import Wanted
from metatag_client import Event

EVENTS = [
    Event("state", 0, message="processing"),
    Event("finished", 2, 2, "=cmd()", False, error="Empty PDF file"),
    Event("finished", 3, 1, "कार्यालय आदेश", True, ("midday meal", "school")),
    Event("completed", 4, message="done"),
]


@pytest.fixture
def seen() -> live_view.Seen:
    return live_view.View(2).show(iter(EVENTS))


def test_watching_keeps_rows_in_order_and_the_end(seen: live_view.Seen) -> None:
    told = seen.to_json("j")
    assert [row["row"] for row in told["documents"]] == [1, 2]
    assert (told["status"], told["failed"], told["seq"]) == ("completed", 1, 4)


def test_a_csv_opens_in_a_spreadsheet_and_runs_nothing(seen: live_view.Seen, tmp_path: Path) -> None:
    export.write(tmp_path / "out.csv", seen, None)
    assert (tmp_path / "out.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["tags"] == "midday meal, school"
    assert rows[1]["title"] == "'=cmd()"
    assert rows[1]["error"] == "Empty PDF file"


def test_json_lines_hold_one_document_each(seen: live_view.Seen, tmp_path: Path) -> None:
    export.write(tmp_path / "out.jsonl", seen, None)
    rows = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert [row["status"] for row in rows] == ["success", "failed"]
    assert rows[0]["title"] == "कार्यालय आदेश"


def test_json_holds_a_list(seen: live_view.Seen, tmp_path: Path) -> None:
    export.write(tmp_path / "out.json", seen, None)
    assert len(json.loads((tmp_path / "out.json").read_text())) == 2


def test_a_workbook_holds_text_and_no_formula(seen: live_view.Seen, tmp_path: Path) -> None:
    export.write(tmp_path / "out.xlsx", seen, None)
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").active
    rows = list(sheet.iter_rows(values_only=True))
    assert rows[0] == export.COLUMNS
    assert rows[1] == (1, "कार्यालय आदेश", None, "success", "midday meal, school", None)
    assert sheet["B3"].data_type == "s"
    assert sheet["B3"].value == "=cmd()"


def test_progress_counts_documents_that_ended_not_rows(capsys: pytest.CaptureFixture[str]) -> None:
    live_view.View(2).show(iter(EVENTS))
    assert [line.split()[0] for line in capsys.readouterr().err.splitlines()] == ["1/2", "2/2"]


@pytest.mark.parametrize("name", ["out.csv", "out.xlsx", "out.jsonl"])
def test_columns_of_the_users_own_come_back(seen: live_view.Seen, tmp_path: Path, name: str) -> None:
    wanted = [
        Wanted("", "", None, "url", "https://x.org/a.pdf", columns={"विभाग": "जल", "Year": "2024"}),
        Wanted("", "", None, "url", "https://x.org/b.pdf", columns={"Year": "2023"}),
    ]
    export.write(tmp_path / name, seen, wanted)
    if name.endswith(".jsonl"):
        lines = [json.loads(line) for line in (tmp_path / name).read_text().splitlines()]
        assert [line["columns"] for line in lines] == [{"विभाग": "जल", "Year": "2024"}, {"Year": "2023"}]
        return
    if name.endswith(".csv"):
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
            rows = [list(row) for row in csv.reader(file)]
    else:
        sheet = openpyxl.load_workbook(tmp_path / name).active
        rows = [[cell or "" for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert [row[-2:] for row in rows] == [["विभाग", "Year"], ["जल", "2024"], ["", "2023"]]
