"""The command as a person types it."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from e2e import hostile_pdfs
from e2e.running import Server, json_of, run

PASSWORD = "correct horse battery"


@pytest.fixture
def signed_in(server: Server, tmp_path: Path) -> dict[str, str]:
    """The settings of a shell in which somebody has signed in."""
    settings = {"METATAG_CLI_SERVER": server.base_url, "XDG_CONFIG_HOME": str(tmp_path / "config")}
    settings["DBUS_SESSION_BUS_ADDRESS"] = ""
    executable = Server(tmp_path).command()[0]
    done = subprocess.run(
        [executable, "login", "--register", "--password-stdin", "--email", f"{os.urandom(8).hex()}@example.com"],
        input=PASSWORD + "\n",
        env=os.environ | settings,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Signed in at" in done.stdout
    return settings


def test_tags_without_a_server_are_those_of_the_api_and_so_are_its_errors(
    samples: Path, tmp_path: Path, signed_in: dict[str, str]
) -> None:
    wrong = {
        "empty.pdf": b"",
        "text.pdf": b"no PDF " * 200,
        "text.txt": b"no PDF",
        "locked.pdf": hostile_pdfs.encrypted(),
    }
    wrong["short.pdf"] = hostile_pdfs.digital("Too short.")
    for name, content in wrong.items():
        (tmp_path / name).write_bytes(content)
    files = [*sorted(map(str, samples.glob("*.pdf"))), *(str(tmp_path / name) for name in wrong)]
    options = ("--pages", "4", "--tags", "6", "--exclude", "water", "--json")
    alone, served = run("tag", *files, *options), run("tag", *files, *options, **signed_in)
    assert (alone.returncode, served.returncode) == (1, 1), alone.stderr
    found, expected = (_without_ids_and_times(json_of(done)) for done in (alone, served))
    assert sum(answer["ok"] for answer in found) == len(list(samples.glob("*.pdf")))
    assert found == expected


def _without_ids_and_times(answers: Any) -> Any:
    for answer in answers:
        del answer["seconds"]
        for page in answer.get("result", {}).get("pages", []):
            del page["ms"]
        for name in ("job_id", "document_id", "processing_time", "success"):
            answer.get("result", {}).pop(name, None)
    return answers


def test_one_bad_file_of_many_is_named_and_the_others_are_tagged(
    samples: Path, tmp_path: Path, signed_in: dict[str, str]
) -> None:
    locked = tmp_path / "locked.pdf"
    locked.write_bytes(hostile_pdfs.encrypted())
    done = run("tag", str(locked), str(samples / "library-rules.pdf"), **signed_in)
    assert done.returncode == 1
    assert "locked.pdf" in done.stdout
    assert "PDF extraction failed" in " ".join(done.stdout.split())
    assert "library" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["tag", "absent.pdf"], 2, "There is no file absent.pdf"),
        (["tag", "."], 2, "metatag batch ."),
        (["tag", "a.pdf", "--tags", "99"], 2, "--tags"),
        (["batch", "/absent"], 2, "no folder or file"),
        (["batch", ".", "--export", "out.docx"], 2, ".jsonl"),
        (["jobs"], 2, "--server"),
        (['jobs', '--server', 'http://127.0.0.1:1'], 3, 'cannot be reached'),
        (["jobs", "7", "--server", "http://127.0.0.1:1"], 2, "no id of a job"),
        (["jobs", "--server", "ftp://x"], 2, "http:// or https://"),
        (["batch", __file__], 2, "no column file_path"),
        (["jobs", "--pause", "--server", "http://127.0.0.1:1"], 2, "Name one job"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)  # fmt: skip
def test_wrong_use_is_a_sentence_and_a_code(arguments: list[str], code: int, said: str, tmp_path: Path) -> None:
    done = run(*arguments, XDG_CONFIG_HOME=str(tmp_path), DBUS_SESSION_BUS_ADDRESS="", COLUMNS="200")
    assert (done.returncode, said in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


def test_a_server_that_is_away_is_code_three(tmp_path: Path) -> None:
    done = run("search", "x", "--server", "http://127.0.0.1:1", METATAG_CLI_TOKEN="t", XDG_CONFIG_HOME=str(tmp_path))
    assert done.returncode == 3
    assert "cannot be reached" in done.stderr


def test_without_a_sign_in_a_server_that_answers_asks_for_one(server: Server, tmp_path: Path) -> None:
    done = run("jobs", "--server", server.base_url, XDG_CONFIG_HOME=str(tmp_path), DBUS_SESSION_BUS_ADDRESS="")
    assert done.returncode == 4
    assert f"metatag login --server {server.base_url}" in " ".join(done.stderr.split())


def test_the_version_and_the_short_help_are_there() -> None:
    assert run("--version").stdout.startswith("metatag ")
    assert "Usage: metatag batch" in run("batch", "-h").stdout


def test_a_token_that_is_worthless_is_code_four(server: Server) -> None:
    done = run("jobs", "--server", server.base_url, METATAG_CLI_TOKEN="worthless")
    assert done.returncode == 4
    assert "metatag login" in done.stderr


def test_a_folder_is_sent_watched_exported_and_found(samples: Path, tmp_path: Path, signed_in: dict[str, str]) -> None:
    folder = tmp_path / "scans"
    folder.mkdir()
    for name in ("library-rules.pdf", "karyalaya-adesh.pdf"):
        (folder / name).write_bytes((samples / name).read_bytes())
    (folder / "broken.PDF").write_bytes(hostile_pdfs.encrypted())
    out = tmp_path / "out.csv"
    done = run("batch", str(folder), "--export", str(out), "--json", **signed_in)
    assert done.returncode == 1, done.stderr
    answer: Any = json_of(done)
    assert (answer["status"], answer["failed"], len(answer["documents"])) == ("completed", 1, 3)
    with out.open(encoding="utf-8-sig", newline="") as file:
        assert [row["status"] for row in csv.DictReader(file)].count("success") == 2
    assert "completed: 2 of 3 tagged, 1 failed" in done.stderr

    listed: Any = json_of(run("jobs", "--json", **signed_in))
    assert listed[0]["id"] == answer["job_id"]
    again: Any = json_of(run("watch", answer["job_id"], "--json", **signed_in))
    assert sorted(row["row"] for row in again["documents"]) == [1, 2, 3]
    found: Any = json_of(run("search", "भोजन", "--json", **signed_in))
    assert len(found) == 1
    shown = run("search", "भोजन", **{**signed_in, "COLUMNS": "200"}).stdout
    assert "karyalaya-adesh.pdf" in shown
    assert found[0]["id"] in shown


def test_a_table_names_files_beside_it(samples: Path, tmp_path: Path) -> None:
    (tmp_path / "rules.pdf").write_bytes((samples / "library-rules.pdf").read_bytes())
    (tmp_path / "table.csv").write_text("title;file_path\nRules;rules.pdf\nGone;gone.pdf\n", encoding="utf-8")
    done = run("batch", str(tmp_path / "table.csv"), "--json")
    assert done.returncode == 1, done.stderr
    answer: Any = json_of(done)
    assert [row["ok"] for row in answer["documents"]] == [True, False]


def test_a_workbook_and_a_latin_1_table_go_through_a_server_and_keep_their_rows(
    samples: Path, tmp_path: Path, signed_in: dict[str, str]
) -> None:
    (tmp_path / "RULES.PDF").write_bytes((samples / "library-rules.pdf").read_bytes())
    (tmp_path / "पुस्तकालय नियम 📚.pdf").write_bytes((samples / "library-rules.pdf").read_bytes())
    (tmp_path / "no.pdf").write_text("no PDF")
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Register", None])
    sheet.merge_cells("A1:B1")
    for row in (["शीर्षक", "पथ"], ["Broken", "no.pdf"], ["Gone", "gone.pdf"], ["नियम 📚", "पुस्तकालय नियम 📚.pdf"]):
        sheet.append(row)
    book.save(tmp_path / "table.xlsx")
    done = run("batch", str(tmp_path / "table.xlsx"), "--json", **signed_in)
    assert done.returncode == 1, done.stderr
    answer: Any = json_of(done)
    assert [(row["row"], row["ok"]) for row in answer["documents"]] == [(1, False), (2, False), (3, True)]
    assert "not a PDF" in answer["documents"][0]["error"]
    assert "no such file" in answer["documents"][1]["error"]
    assert answer["documents"][2]["title"] == "नियम 📚"

    (tmp_path / "table.csv").write_bytes("Name;Path\r\nRésumé;RULES.PDF\r\n".encode("latin-1"))
    done = run("batch", str(tmp_path / "table.csv"), "--json", **signed_in)
    assert done.returncode == 0, done.stderr
    answer = json_of(done)
    assert answer["documents"][0]["title"] == "Résumé"


def test_a_name_with_brackets_and_colons_is_printed_as_it_is(
    samples: Path, tmp_path: Path, signed_in: dict[str, str]
) -> None:
    (tmp_path / "scans/a:b").mkdir(parents=True)
    (tmp_path / "scans/a:b/[b]:smile:.pdf").write_bytes((samples / "library-rules.pdf").read_bytes())
    done = run("batch", str(tmp_path / "scans"), **signed_in)
    assert done.returncode == 0, done.stderr
    assert "a:b/[b]:smile:.pdf" in done.stderr


def test_a_kept_list_of_tags_rules_what_comes_out(samples: Path, tmp_path: Path, signed_in: dict[str, str]) -> None:
    table = tmp_path / "town.csv"
    table.write_text(
        "label,aliases,label:hi\nLibraries,public library;library,पुस्तकालय\nMetro rail,,\n", encoding="utf-8"
    )
    done = run("vocabulary", "import", "town", str(table), **signed_in)
    assert (done.returncode, done.stdout) == (0, "town, version 1: 2 terms.\n"), done.stderr
    assert "पुस्तकालय (hi)" in run("vocabulary", "show", "town", **signed_in).stdout
    rules = str(samples / "library-rules.pdf")
    answer: Any = json_of(run("tag", rules, "--vocabulary", "town", "--strict", "--json", **signed_in))
    assert answer[0]["result"]["tags"] == ["Libraries"]
    assert run("vocabulary", "delete", "town", **signed_in).returncode == 0
    assert json_of(run("vocabulary", "list", "--json", **signed_in)) == []
    gone = run("tag", rules, "--vocabulary", "town", **signed_in)
    assert gone.returncode == 1
    assert "no vocabulary named" in gone.stdout


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_five_thousand_files_go_up_and_become_one_job(samples: Path, tmp_path: Path, signed_in: dict[str, str]) -> None:
    content = (samples / "library-rules.pdf").read_bytes()
    for number in range(5000):
        # Comments behind the end make each another file for whoever compares contents.
        (tmp_path / f"{number}.pdf").write_bytes(content + f"\n%{number}".encode())
    began = time.monotonic()
    done = run("batch", str(tmp_path), "--no-watch", **signed_in)
    assert done.returncode == 0, done.stderr
    print(f"5,000 files sent and started in {time.monotonic() - began:.0f} s")
    job = done.stdout.strip()
    listed: Any = json_of(run("jobs", job, "--json", **signed_in))
    assert listed["total_documents"] == 5000
    assert run("jobs", job, "--cancel", **signed_in).returncode == 0


def test_signing_out_forgets(signed_in: dict[str, str]) -> None:
    assert run("logout", **signed_in).returncode == 0
    assert run("jobs", **signed_in).returncode == 4


def test_the_doctor_finds_this_machine_able(server: Server) -> None:
    done = run("doctor", "--json", "--server", server.base_url)
    findings = {finding["what"]: finding for finding in json.loads(done.stdout)}
    assert done.returncode == 0, findings
    assert "hin" in findings["Languages"]["found"]
    assert findings["Server"]["level"] == "ok"


def test_the_doctor_says_how_to_get_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "eng.traineddata").write_bytes(b"")
    place = tmp_path / "nowhere"
    done = run("doctor", "--data-dir", "/proc/none", METATAG_OCR_TESSDATA_DIR=str(place), COLUMNS="200")
    assert done.returncode == 1
    assert "--data-dir" in done.stdout


@pytest.mark.long
def test_the_demonstration_ends_well_and_says_what_to_try_next() -> None:
    done = run("demo")
    assert done.returncode == 0, done.stdout + done.stderr
    for word in ("karyalaya-adesh.pdf", "Hindi", "Everything worked", "/app", "make run"):
        assert word in done.stdout


def test_the_shell_completes_commands() -> None:
    done = run(_METATAG_COMPLETE="complete_bash", COMP_WORDS="metatag ba", COMP_CWORD="1")
    assert done.stdout.split() == ["batch"]


def test_taggers_are_compared_with_ones_own_tags(samples: Path, tmp_path: Path, signed_in: dict[str, str]) -> None:
    gold = tmp_path / "tags.csv"
    gold.write_text(
        "file,tags\nlibrary-rules.pdf,public library; library membership; reading room\n"
        "water-supply-report.pdf,drinking water; water supply\nnot-there.pdf,x\n",
        encoding="utf-8",
    )
    done = run("evaluate", str(samples), "--gold", str(gold), "--tagger", "local", "--json", **signed_in)
    assert done.returncode == 0, done.stderr
    compared: Any = json_of(done)
    [local] = compared
    assert (local["tagger"], local["documents"], local["failed"]) == ("local", 2, [])
    assert 0 < local["f1_at_5"] <= 1
    assert 0 < local["ndcg"] <= 1
    assert len(local["precision_by_rank"]) == 10
    assert local["facet_coverage"]["document_type"] >= 0.5
    shown = run("evaluate", str(samples), "--gold", str(gold), **{**signed_in, "COLUMNS": "200"})
    assert "F1@10" in shown.stdout


def test_a_watched_folder_is_sent_once_with_its_folders_as_tags(
    samples: Path, tmp_path: Path, signed_in: dict[str, str]
) -> None:
    settings = {**signed_in, "XDG_DATA_HOME": str(tmp_path / "data")}
    inbox, done = tmp_path / "inbox", tmp_path / "done"
    (inbox / "Water Works").mkdir(parents=True)
    (inbox / "Water Works/report.pdf").write_bytes((samples / "water-supply-report.pdf").read_bytes())
    (inbox / "half.pdf").write_bytes((samples / "library-rules.pdf").read_bytes()[:500])
    arguments = ("watch-folder", str(inbox), "--once", "--every", "0.5", "--folder-tags", "--move-to", str(done))
    first = run(*arguments, **settings)
    assert first.returncode == 0, first.stderr
    job = first.stdout.split()[0]
    assert (done / "Water Works/report.pdf").is_file()
    assert (inbox / "half.pdf").is_file()
    followed = run("watch", job, "--json", **signed_in)
    assert followed.returncode == 0, followed.stderr
    (document,) = json_of(run("jobs", job, "--json", **signed_in))["documents"]
    assert document["folder"] == "Water Works"
    assert "Water Works" in document["tags"]
    # Sent before: a copy that comes later is moved, and starts nothing.
    (inbox / "again.pdf").write_bytes((samples / "water-supply-report.pdf").read_bytes())
    second = run(*arguments, **settings)
    assert (second.returncode, second.stdout) == (0, "")
    assert (done / "again.pdf").is_file()


def test_documents_are_listed_shown_corrected_and_taken_along(
    samples: Path, tmp_path: Path, signed_in: dict[str, str]
) -> None:
    assert run("tag", str(samples / "library-rules.pdf"), **signed_in).returncode == 0
    listed: Any = json_of(run("documents", "list", "library", "--json", **signed_in))
    assert listed["total"] == 1
    document = listed["documents"][0]["id"]
    edited = run("documents", "edit", document, "--title", "Rules", "--add", "by hand", "--reviewed", **signed_in)
    assert edited.returncode == 0, edited.stderr
    shown: Any = json_of(run("documents", "show", document, "--json", **signed_in))
    assert (shown["title"], shown["reviewed"], shown["tags"][-1]) == ("Rules", True, "by hand")
    assert shown["history"][0]["action"] == "correct"
    taken = run("documents", "download", document, "--to", str(tmp_path), "--tagged", **signed_in)
    assert taken.returncode == 0, taken.stderr
    written = (tmp_path / "library-rules.pdf").read_bytes()
    assert written.startswith(b"%PDF")
    assert b"by hand" in written or len(written) > (samples / "library-rules.pdf").stat().st_size
    assert run("documents", "download", document, "--to", str(tmp_path), **signed_in).returncode == 2
    searchable = run("documents", "searchable", document, "--to", str(tmp_path / "found.pdf"), **signed_in)
    assert searchable.returncode == 0, searchable.stderr
    assert (tmp_path / "found.pdf").read_bytes().startswith(b"%PDF")
    again = run("documents", "process-again", document, "--pages", "1", **signed_in)
    assert again.returncode == 0, again.stderr
    assert run("watch", again.stdout.strip(), **signed_in).returncode == 0
