"""The story of the product: a PDF goes up, tags come down, in both languages, alone and in a batch."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from metatag_client import Client, Options, Rejected, Row


def words(client: Client, path: Path, **options: object) -> set[str]:
    result = client.process(path, options=Options(**options))  # type: ignore[arg-type]
    return {word for tag in result.tags for word in tag.text.lower().split()}


def test_a_digital_report_is_read_from_its_text_layer(client: Client, samples: Path) -> None:
    result = client.process(samples / "water-supply-report.pdf")
    assert result.language == "en"
    assert not result.is_scanned
    assert result.confidence is None
    assert result.title.startswith("Annual Report on Rural Drinking Water Supply")
    assert [page.number for page in result.pages] == [1, 2]
    assert "water" in {word for tag in result.tags for word in tag.text.split()}


def test_a_scanned_notice_is_recognised(client: Client, samples: Path) -> None:
    result = client.process(samples / "vaccination-notice.pdf")
    assert result.language == "en"
    assert result.is_scanned
    assert result.confidence is not None
    assert result.confidence > 85
    found = {word for tag in result.tags for word in tag.text.split()}
    assert found & {"vaccination", "measles", "rubella", "vaccine"}


def test_a_scanned_hindi_order_is_recognised_and_tagged(client: Client, samples: Path) -> None:
    result = client.process(samples / "karyalaya-adesh.pdf", options=Options(tag_language="document"))
    assert result.language == "hi"
    assert result.is_scanned
    assert result.confidence is not None
    assert result.confidence > 80
    assert "मध्याह्न भोजन" in client.document(result.document_id).raw["extracted_text"]
    assert len(result.tags) >= 3


def test_each_page_is_read_in_its_own_way(client: Client, samples: Path) -> None:
    pages = client.process(samples / "road-tender.pdf").pages
    assert [page.confidence is None for page in pages] == [True, False]
    assert all(page.reason for page in pages)


def test_excluded_words_do_not_come_back(client: Client, samples: Path) -> None:
    first = client.process(samples / "water-supply-report.pdf")
    unwanted = first.tags[0].text
    again = client.process(samples / "water-supply-report.pdf", options=Options(exclude=[unwanted]))
    assert unwanted not in [tag.text for tag in again.tags]


def test_an_exclusion_file_that_is_a_pdf_works(client: Client, samples: Path) -> None:
    from e2e.hostile_pdfs import digital

    plain = client.process(samples / "library-rules.pdf")
    unwanted = plain.tags[0].text
    listed = client.process(samples / "library-rules.pdf", exclusion_file=("terms.pdf", digital(unwanted)))
    assert unwanted not in [tag.text for tag in listed.tags]


def test_a_processed_document_is_in_the_history_and_can_be_found(client: Client, samples: Path) -> None:
    result = client.process(samples / "karyalaya-adesh.pdf")
    job, documents = client.job(result.job_id)
    assert (job.kind, job.status, job.processed) == ("single", "completed", 1)
    assert [document.id for document in documents] == [result.document_id]
    assert [document.id for document in client.search("भोजन")] == [result.document_id]
    assert client.search("100% _") == []


def test_users_do_not_see_each_other(client: Client, base_url: str, samples: Path) -> None:
    result = client.process(samples / "library-rules.pdf")
    with Client(base_url) as other:
        other.register(f"other-{result.job_id}@example.com", "correct horse battery")
        other.login(f"other-{result.job_id}@example.com", "correct horse battery")
        assert other.jobs() == []
        answer = httpx.get(
            f"{base_url}/api/history/jobs/{result.job_id}",
            headers={"Authorization": f"Bearer {other.tokens.access_token if other.tokens else ''}"},
        )
    assert answer.status_code == 404


def test_a_batch_tells_every_document_live(client: Client, samples: Path) -> None:
    files = sorted(samples.glob("*.pdf"))
    rows = [upload.row(title=file.stem) for upload, file in zip(client.upload(files), files, strict=True)]
    events = list(client.batch(rows))
    finished = [event for event in events if event.kind == "finished"]
    assert sorted(event.row for event in finished) == list(range(1, len(files) + 1))
    assert all(event.ok and event.tags for event in finished), [event.error for event in finished]
    assert events[-1].kind == "completed"
    numbers = [event.seq for event in events if event.kind != "state"]
    assert numbers == sorted(numbers)


def test_a_file_outside_the_allowed_folders_is_refused_in_a_batch(client: Client) -> None:
    events = list(client.batch([Row("/etc/hostname", "local"), Row("", "url", title="no path")]))
    finished = {event.row: event for event in events if event.kind == "finished"}
    assert not finished[1].ok
    assert finished[2].error == "file_path is required"


def test_a_url_inside_the_network_is_refused(client: Client) -> None:
    with pytest.raises(Rejected) as refused:
        client.process(url="http://127.0.0.1:1/a.pdf")
    assert refused.value.detail.startswith("Failed to download PDF from URL: ")
