"""Files and requests that are wrong: each gets its status and a sentence, and the next request works."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from e2e import hostile_pdfs
from e2e.running import Server, children
from metatag_client import Client

MIB = 1024 * 1024


@pytest.fixture
def http(client: Client, base_url: str) -> Iterator[httpx.Client]:
    assert client.tokens is not None
    headers = {"Authorization": f"Bearer {client.tokens.access_token}"}
    with httpx.Client(base_url=base_url, headers=headers, timeout=110) as own:
        yield own


def send(http: httpx.Client, content: bytes, name: str = "a.pdf", config: str = "{}") -> httpx.Response:
    return http.post("/api/single/process", data={"config": config}, files={"pdf_file": (name, content)})


def works(http: httpx.Client) -> bool:
    return send(http, hostile_pdfs.digital()).status_code == 200


BAD_FILES: list[tuple[str, Callable[[], bytes], int, str]] = [
    ("not a PDF", lambda: b"hello, world " * 100, 415, "PDF"),
    ("empty", lambda: b"", 400, "Empty PDF file"),
    ("encrypted", hostile_pdfs.encrypted, 400, "PDF extraction failed: "),
    ("zero pages", hostile_pdfs.zero_pages, 400, "PDF extraction failed: "),
    ("a page of 200 inches", hostile_pdfs.enormous_page, 400, ""),
    ("forms nested ten deep", hostile_pdfs.nested_forms, 400, ""),
    ("an image of 20,000 px", hostile_pdfs.enormous_image, 400, ""),
]


@pytest.mark.timeout(400)
@pytest.mark.parametrize(("make", "status", "start"), [row[1:] for row in BAD_FILES], ids=[row[0] for row in BAD_FILES])
def test_a_bad_file_is_answered_and_the_next_one_works(
    http: httpx.Client, make: Callable[[], bytes], status: int, start: str
) -> None:
    answer = send(http, make())
    body = answer.json()
    assert answer.status_code == status, body
    assert start in body["detail"]
    assert body["code"]
    assert isinstance(body["detail"], str)
    assert "Traceback" not in answer.text
    assert works(http)


def test_a_truncated_file_gives_what_can_be_saved_or_says_that_it_is_broken(http: httpx.Client) -> None:
    answer = send(http, hostile_pdfs.truncated())
    assert answer.status_code in {200, 400}, answer.text
    if answer.status_code == 400:
        assert answer.json()["detail"].startswith(("PDF extraction failed: ", "Could not extract"))
    assert works(http)


PDF = ("a.pdf", hostile_pdfs.digital())
# Makes the form multipart when there is no file in it.
NOTHING = {"nothing": ("", b"")}
WRONG_FORMS: list[tuple[str, dict[str, str], dict[str, Any], str]] = [
    ("wrong JSON", {"config": "{not json"}, {"pdf_file": PDF}, "Invalid config JSON format"),
    ("no config", {}, {"pdf_file": PDF}, "config: Field required"),
    ("no source", {"config": "{}"}, NOTHING, "Please provide either a PDF file or a PDF URL."),
    (
        "two sources",
        {"config": "{}", "pdf_url": "https://x.org/a.pdf"},
        {"pdf_file": PDF},
        "Please provide either a PDF file OR a URL, not both.",
    ),
    (
        "wrong scheme",
        {"config": "{}", "pdf_url": "file:///etc/passwd"},
        NOTHING,
        "Invalid URL. Must start with http:// or https://",
    ),
    (
        "wrong extension",
        {"config": "{}"},
        {"pdf_file": ("a.docx", b"PK")},
        "Invalid file type. Please upload a PDF file.",
    ),
]


@pytest.mark.parametrize(("data", "files", "detail"), [row[1:] for row in WRONG_FORMS], ids=[r[0] for r in WRONG_FORMS])
def test_a_wrong_form_is_answered_in_the_documented_words(
    http: httpx.Client, data: dict[str, str], files: dict[str, Any], detail: str
) -> None:
    answer = http.post("/api/single/process", data=data, files=files)
    assert (answer.status_code, answer.json()["detail"]) == (400, detail)


@pytest.mark.parametrize("config", ['{"num_tags": 2}', '{"num_tags": 16}', '{"num_pages": 0}', '{"num_pages": 11}'])
def test_wrong_limits_are_400_and_name_the_field(http: httpx.Client, config: str) -> None:
    answer = send(http, hostile_pdfs.digital(), config=config)
    assert answer.status_code == 400
    assert config.split('"')[1] in answer.json()["detail"]


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic YTpi"}])
def test_without_a_good_token_nothing_is_done(base_url: str, headers: dict[str, str]) -> None:
    answer = httpx.get(f"{base_url}/api/history/jobs", headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_sixty_megabytes_are_refused(http: httpx.Client) -> None:
    answer = send(http, b"%PDF-1.7\n" + bytes(60 * MIB))
    assert answer.status_code == 413, answer.text
    assert works(http)


def test_little_text_is_said_in_the_documented_words(http: httpx.Client) -> None:
    answer = send(http, hostile_pdfs.digital("Too short."))
    assert (answer.status_code, answer.json()["code"]) == (400, "insufficient_text")
    assert answer.json()["detail"].startswith("Could not extract sufficient text from PDF.")


@pytest.mark.parametrize("name", ["SCAN.PDF", "कार्यालय आदेश 📄.pdf", "a/../../b.pdf", "x" * 300 + ".pdf"])
def test_strange_names_are_names(http: httpx.Client, name: str) -> None:
    answer = send(http, hostile_pdfs.digital(), name=name)
    assert answer.status_code == 200, answer.text


def test_after_all_of_it_no_process_is_lost_and_memory_is_bounded(server: Server, http: httpx.Client) -> None:
    assert server.process is not None
    for make in (hostile_pdfs.nested_forms, hostile_pdfs.enormous_image, hostile_pdfs.encrypted):
        send(http, make())
    assert works(http)
    alive = [pid for pid in [server.process.pid, *children(server.process.pid)] if _memory(pid)]
    # The host, one reader a core, one offline tagger and their helpers; a leak would leave one for each file.
    assert len(alive) <= 12
    assert sum(_memory(pid) for pid in alive) < 2500 * MIB


def test_health_is_good_at_the_end(server: Server) -> None:
    end = time.monotonic() + 20
    while not server.healthy():
        assert time.monotonic() < end
        time.sleep(0.2)


def _memory(pid: int) -> int:
    """Give the resident bytes of a process, 0 when it is gone."""
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * 4096
    except OSError:
        return 0
