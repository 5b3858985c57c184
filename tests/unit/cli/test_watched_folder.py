"""Which files of a watched folder are sent: whole ones, each content once, over restarts too."""

from __future__ import annotations

from pathlib import Path

import pytest

from metatag_cli.watched_folder import Ready, SentFiles, WatchedFolder, move, place_of

PDF = b"%PDF-1.4\nsome pages\n%%EOF\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "in/roads/1998").mkdir(parents=True)
    return tmp_path / "in"


def watched(folder: Path, done: Path | None = None) -> tuple[WatchedFolder, SentFiles]:
    sent = SentFiles(folder.parent / "memory/sent.sqlite")
    return WatchedFolder(folder, place_of("http://here", folder), sent, done), sent


def names(ready: list[Ready]) -> list[str]:
    return [each.path.name for each in ready]


def test_a_file_is_ready_when_it_has_stopped_growing_and_is_whole(folder: Path) -> None:
    watch, _ = watched(folder)
    half = folder / "half.pdf"
    half.write_bytes(PDF[:12])
    (folder / "Whole.PDF").write_bytes(PDF)
    assert watch.look() == []
    # The first is unchanged, but has no end yet.
    assert names(watch.look()) == ["Whole.PDF"]
    half.write_bytes(PDF + b"longer\n%%EOF")
    assert names(watch.look()) == ["Whole.PDF"]
    assert names(watch.look()) == ["Whole.PDF", "half.pdf"]


def test_a_content_is_sent_once_over_restarts_copies_and_servers(folder: Path) -> None:
    watch, sent = watched(folder)
    (folder / "a.pdf").write_bytes(PDF)
    (folder / "roads/1998/copy.pdf").write_bytes(PDF)
    watch.look()
    (ready,) = watch.look()
    assert (ready.path.name, ready.folder, ready.job_id) == ("a.pdf", "", None)
    sent.add(place_of("http://here", folder), [ready.sha256], "job-1")
    sent.close()
    again, sent = watched(folder)
    again.look()
    assert [(each.folder, each.job_id) for each in again.look()] == [("", "job-1"), ("roads/1998", "job-1")]
    elsewhere = WatchedFolder(folder, place_of("http://there", folder), sent)
    elsewhere.look()
    assert [each.job_id for each in elsewhere.look()] == [None]


def test_links_hidden_names_other_files_and_what_was_moved_are_left_alone(folder: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(PDF)
    (folder / "link.pdf").symlink_to(secret)
    (folder / ".a.pdf").write_bytes(PDF)
    (folder / "a.pdf.part").write_bytes(PDF)
    (folder / "done").mkdir()
    (folder / "done/b.pdf").write_bytes(PDF + b"b%%EOF")
    watch, _ = watched(folder, folder / "done")
    watch.look()
    assert watch.look() == []


def test_a_moved_file_keeps_its_place_and_writes_over_no_other(folder: Path, tmp_path: Path) -> None:
    done = tmp_path / "done"
    for content in (PDF, PDF + b"2"):
        file = folder / "roads/1998/a.pdf"
        file.write_bytes(content)
        move(file, done, "roads/1998")
    assert (done / "roads/1998/a.pdf").read_bytes() == PDF
    assert (done / "roads/1998/a (2).pdf").read_bytes() == PDF + b"2"
