"""What goes to a server, and which row is which when some files are refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from metatag_cli import sending
from metatag_cli.rows import Wanted
from metatag_client import Client, Event, Upload


class Keeper:
    """Takes every file but those whose name begins with "bad"."""

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def upload(self, files: Sequence[Path]) -> list[Upload]:
        self.calls.append([file.name for file in files])
        return [
            Upload(file.name, "", 0, "It is bad.") if file.name.startswith("bad") else Upload(file.name, file.name, 1)
            for file in files
        ]


def files(folder: Path, *names: str) -> list[Wanted]:
    for name in names:
        (folder / name).touch()
    return [Wanted("", "", folder / name, label=name) for name in names]


def sent_of(wanted: list[Wanted]) -> tuple[sending.Sent, Keeper]:
    keeper = Keeper()
    return sending.uploaded(cast("Client", keeper), wanted), keeper


def test_a_refused_file_keeps_its_number_and_its_reason(tmp_path: Path) -> None:
    wanted = [*files(tmp_path, "a.pdf", "bad.pdf"), Wanted("", "", None, "url", "https://x.org/b.pdf")]
    sent, _ = sent_of(wanted)
    assert [row.path for row in sent.rows] == ["a.pdf", "https://x.org/b.pdf"]
    assert [(event.row, event.title, event.error) for event in sent.failures(wanted)] == [(2, "bad.pdf", "It is bad.")]
    events = [Event("state", 1), Event("finished", 2, 1, ok=True), Event("finished", 3, 2, ok=True)]
    assert [event.row for event in sent.numbered(events)] == [0, 1, 3]


def test_a_file_that_is_gone_fails_alone(tmp_path: Path) -> None:
    sent, _ = sent_of([*files(tmp_path, "a.pdf"), Wanted("", "", tmp_path / "gone.pdf")])
    assert sent.numbers == [1]
    assert "no such file" in sent.refused[2]


def test_a_file_named_twice_goes_up_once_and_is_two_rows(tmp_path: Path) -> None:
    [one] = files(tmp_path, "a.pdf")
    sent, keeper = sent_of([one, one])
    assert (len(sent.rows), keeper.calls) == (2, [["a.pdf"]])


def test_many_files_go_up_in_parts(tmp_path: Path) -> None:
    sent, keeper = sent_of(files(tmp_path, *(f"{number:02}.pdf" for number in range(45))))
    assert [len(call) for call in keeper.calls] == [20, 20, 5]
    assert [row.path for row in sent.rows] == [f"{number:02}.pdf" for number in range(45)]


def test_the_roots_of_a_system_here_are_the_folders_of_the_files_themselves(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    [one] = files(tmp_path / "elsewhere", "a.pdf")
    link = tmp_path / "link.pdf"
    link.symlink_to(cast("Any", one.file))
    wanted = [Wanted("", "", link)]
    assert sending.roots(wanted) == [(tmp_path / "elsewhere").resolve()]
    assert sending.local(wanted).rows[0].path == str((tmp_path / "elsewhere/a.pdf").resolve())


def test_folders_that_cannot_travel_as_arguments_are_not_named(tmp_path: Path) -> None:
    (tmp_path / "a:b").mkdir()
    assert sending.roots(files(tmp_path / "a:b", "a.pdf")) == []
