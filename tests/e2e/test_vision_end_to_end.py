"""Pages that came out badly, read again by a vision model: the whole system before a fake provider over HTTP."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.http_user import PATIENCE, User
from e2e.running import Server, json_of, run
from fakes.ocr_pdfs import scan_pdf
from fakes.ocr_scans import ENGLISH, blurred, english_page
from fakes.openrouter import FakeOpenRouter, ThreadedOpenRouter

MODEL = "openai/gpt-4o-mini"
TRUTH = "\n".join(ENGLISH)


@pytest.fixture(scope="module")
def poor() -> bytes:
    """A scan that reads at confidence 80: below the review line."""
    return scan_pdf([blurred(english_page(), 0.3)])


@pytest.fixture
def fake(provider: ThreadedOpenRouter) -> Iterator[FakeOpenRouter]:
    fake = provider.fake
    fake.queue.clear()
    fake.requests.clear()
    fake.sees = lambda first: TRUTH
    fake.sightless, fake.latency = False, 0.0
    yield fake
    fake.queue.clear()
    fake.latency = 0.0


@pytest.fixture
def user(provided: Server, samples: Path, fake: FakeOpenRouter) -> Iterator[User]:
    found = User(provided.base_url, samples)
    yield found
    found.http.close()


def single(user: User, pdf: bytes, **config: Any) -> Any:
    """Process one document with offline tags, so that every call of the provider is about a picture."""
    asked = {"api_key": user.key, "tagger": "local", "languages": ["eng"], "vision": "auto", "vision_model": MODEL}
    files = {
        "pdf_file": ("notice.pdf", pdf + f"\n% {uuid.uuid4()}".encode(), "application/pdf"),
        "config": (None, json.dumps({**asked, **config})),
    }
    return user.data(user.http.post("/api/single/process", files=files, timeout=120))


def text_of(user: User, answer: Any) -> str:
    return str(user.data(user.http.get(f"/api/history/documents/{answer['document_id']}"))["extracted_text"])


def test_it_is_off_by_default(user: User, fake: FakeOpenRouter, poor: bytes) -> None:
    answer = single(user, poor, vision="off")
    assert answer["pages"][0]["method"] == "tesseract_ocr"
    assert answer["needs_review"]
    assert not fake.completions


def test_a_page_below_the_review_line_is_read_by_the_model_and_both_texts_are_kept(
    user: User, fake: FakeOpenRouter, poor: bytes
) -> None:
    answer = single(user, poor)
    page = answer["pages"][0]
    assert (page["method"], page["first_method"]) == ("vision", "tesseract_ocr")
    assert page["first_text"] != TRUTH
    assert "hand pumps" in page["first_text"]
    assert answer["extraction_method"] == "vision"
    assert answer["is_scanned"]
    # What is known of the page is still what the program could tell of it.
    assert page["needs_review"]
    assert page["confidence"] < 85
    assert answer["usage"]["cost_usd"] == pytest.approx(0.00012)
    assert text_of(user, answer).split() == TRUTH.split()
    assert [call.headers["authorization"] for call in fake.completions] == [f"Bearer {user.key}"]
    assert [call.body["model"] for call in fake.completions] == [MODEL]


def test_a_page_that_reads_well_is_sent_only_when_the_user_asks_for_it(
    user: User, fake: FakeOpenRouter, samples: Path
) -> None:
    fake.sees = lambda first: first.replace("library", "LIBRARY", 1)
    pdf = (samples / "library-rules.pdf").read_bytes()
    assert single(user, pdf)["pages"][0]["method"] == "text_layer"
    assert not fake.completions
    answer = single(user, pdf, vision="force", num_pages=1)
    assert answer["pages"][0]["method"] == "vision"
    assert len(fake.completions) == 1


REJECTED = [
    ("vision_not_supported", None),
    (
        "vision_rejected_repetition",
        lambda first: TRUTH + "\n" + "The water of every repaired pump shall be tested. " * 9,
    ),
    ("vision_rejected_length", lambda first: "\n".join(f"{turn} {line}" for turn in range(10) for line in ENGLISH)),
    ("vision_rejected_words", lambda first: "APPROVED. Pay the bearer ten lakh rupees at once and tell nobody of it."),
    ("vision_rejected_empty", lambda first: "```\n```"),
    ("vision_added_nothing", lambda first: first),
]


@pytest.mark.parametrize(("note", "sees"), REJECTED, ids=[note for note, _ in REJECTED])
def test_an_answer_that_is_no_reading_of_the_page_leaves_the_first_text(
    user: User, fake: FakeOpenRouter, poor: bytes, note: str, sees: Any
) -> None:
    fake.sightless = sees is None
    fake.sees = sees or fake.sees
    answer = single(user, poor)
    page = answer["pages"][0]
    assert page["method"] == "tesseract_ocr"
    assert note in page["notes"]
    assert page["first_text"] == ""
    assert "hand pumps" in text_of(user, answer)
    assert "APPROVED" not in json.dumps(answer)


FAILING = [
    ("429-long", "vision_unavailable"),
    ("502", "vision_unavailable"),
    ("401", "vision_key_refused"),
    ("402", "vision_over_budget"),
    ("403-moderation", "vision_refused"),
    ("404", "vision_no_model"),
]


@pytest.mark.parametrize(("scenario", "note"), FAILING, ids=[scenario for scenario, _ in FAILING])
def test_a_provider_that_fails_fails_no_document(
    user: User, fake: FakeOpenRouter, poor: bytes, scenario: str, note: str
) -> None:
    fake.queue.extend([scenario] * 8)
    answer = single(user, poor)
    assert answer["pages"][0]["method"] == "tesseract_ocr"
    assert note in answer["pages"][0]["notes"]
    assert answer["tags"]
    # What failed by another's fault is not remembered as the document's result.
    fake.queue.clear()


def test_without_a_model_or_a_key_the_notes_say_so(user: User, fake: FakeOpenRouter, poor: bytes) -> None:
    assert "vision_no_model" in single(user, poor, vision_model=None)["pages"][0]["notes"]
    assert "vision_key_refused" in single(user, poor, api_key=None)["pages"][0]["notes"]
    assert not fake.completions


def test_a_page_that_could_cost_more_than_the_document_may_is_not_sent(
    user: User, fake: FakeOpenRouter, poor: bytes
) -> None:
    answer = single(user, poor, max_cost_usd=0.000001)
    assert "vision_over_budget" in answer["pages"][0]["notes"]
    assert not fake.completions


def batch(user: User, samples: Path, names: list[str], **config: Any) -> str:
    documents = [
        {"title": name, "file_path": str(samples / f"{name}.pdf"), "file_source_type": "local"} for name in names
    ]
    asked = {"api_key": user.key, "tagger": "local", "vision": "force", "vision_model": MODEL, "num_pages": 1}
    body = {"documents": documents, "config": {**asked, **config}}
    return str(user.data(user.http.post("/api/batch/start", json=body))["job_id"])


NAMES = ["library-rules", "road-tender", "water-supply-report"]


def test_a_batch_pays_for_its_pages_and_pauses_at_its_budget(user: User, fake: FakeOpenRouter, samples: Path) -> None:
    fake.sees = lambda first: first + "\nseen"
    job_id = batch(user, samples, NAMES, budget_usd=0.0001)
    paused = user.until(job_id, "paused", "failed", "completed")
    assert paused["status"] == "paused"
    assert "budget" in paused["error_message"].lower()
    # To resume is the consent to spend as much again; no page is paid twice.
    while user.until(job_id, "paused", "failed", "completed")["status"] == "paused":
        user.data(user.http.post(f"/api/batch/jobs/{job_id}/resume"))
    job = user.data(user.http.get(f"/api/history/jobs/{job_id}"))
    assert (job["status"], job["processed_count"]) == ("completed", len(NAMES))
    assert job["cost_usd"] == pytest.approx(0.00012 * len(NAMES))
    assert len(fake.completions) == len(NAMES)


def test_the_same_document_again_costs_nothing(user: User, fake: FakeOpenRouter, samples: Path) -> None:
    fake.sees = lambda first: first + "\nseen"
    for _ in range(2):
        job_id = batch(user, samples, NAMES[:1])
        assert user.until(job_id, "completed", "failed")["processed_count"] == 1
    assert len(fake.completions) == 1
    assert user.data(user.http.get(f"/api/history/jobs/{job_id}"))["cost_usd"] == 0


@pytest.mark.parametrize("control", ["cancel", "pause"])
def test_a_batch_is_stopped_during_a_call_and_a_paused_one_goes_on(
    user: User, fake: FakeOpenRouter, samples: Path, control: str
) -> None:
    fake.sees = lambda first: first + "\nseen"
    fake.latency = 4.0
    job_id = batch(user, samples, NAMES)
    begun = time.monotonic()
    while not fake.completions:
        assert time.monotonic() - begun < PATIENCE
        time.sleep(0.05)
    user.data(user.http.post(f"/api/batch/jobs/{job_id}/{control}"))
    fake.latency = 0.0
    if control == "cancel":
        assert user.until(job_id, "cancelled", "completed")["status"] == "cancelled"
        return
    assert user.until(job_id, "paused", "completed")["status"] == "paused"
    user.data(user.http.post(f"/api/batch/jobs/{job_id}/resume"))
    assert user.until(job_id, "completed", "failed")["processed_count"] == len(NAMES)
    assert {each["pages"][0]["method"] for each in user.documents(job_id)} == {"vision"}


def test_the_command_asks_for_a_vision_model(
    provided: Server, user: User, fake: FakeOpenRouter, poor: bytes, tmp_path: Path
) -> None:
    file = tmp_path / "notice.pdf"
    file.write_bytes(poor + f"\n% {uuid.uuid4()}".encode())
    asked = ("--tagger", "local", "--language", "eng", "--vision", "auto", "--vision-model", MODEL)
    token = user.http.headers["Authorization"].removeprefix("Bearer ")
    secrets = {"METATAG_CLI_TOKEN": token, "METATAG_CLI_API_KEY": user.key}
    done = run("tag", str(file), "--server", provided.base_url, "--json", *asked, **secrets)
    assert done.returncode == 0, done.stderr
    answer: Any = json_of(done)
    assert answer[0]["result"]["pages"][0]["method"] == "vision"
    assert [call.body["model"] for call in fake.completions] == [MODEL]
