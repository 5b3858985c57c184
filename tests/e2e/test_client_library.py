"""The client library against the real thing."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import httpx
import pytest

from e2e import hostile_pdfs
from e2e.running import QUICK_TO_START, Server
from metatag_client import (
    AsyncClient,
    Client,
    Conflict,
    Event,
    NotFound,
    NotSignedIn,
    Options,
    Rejected,
    Row,
    Tokens,
    Unreachable,
)
from metatag_client.transport import RetryPolicy

PASSWORD = "correct horse battery"


def finished(events: list[Event]) -> list[int]:
    return sorted(event.row for event in events if event.kind == "finished")


def test_every_kind_of_source_is_taken(client: Client, samples: Path, tmp_path: Path) -> None:
    path = samples / "library-rules.pdf"
    with path.open("rb") as file:
        results = [client.process(path), client.process(("a.pdf", path.read_bytes())), client.process(file)]
    assert len({tuple(tag.text for tag in result.tags) for result in results}) == 1
    assert all(result.tags[0].score is not None for result in results)


def test_errors_are_exceptions_with_a_sentence_and_a_code(client: Client, base_url: str) -> None:
    with pytest.raises(Rejected, match="Empty PDF file") as empty:
        client.process(("a.pdf", b""))
    assert empty.value.code == "empty_document"
    with pytest.raises(Rejected, match="num_tags"):
        client.process(("a.pdf", hostile_pdfs.digital()), options=Options(tags=99))
    with pytest.raises(NotFound):
        client.job(str(uuid.uuid4()))
    with pytest.raises(NotFound):
        list(client.events(str(uuid.uuid4())))
    with Client(base_url, token="worthless") as stranger, pytest.raises(NotSignedIn):
        stranger.me()
    with Client("http://127.0.0.1:1", patience=RetryPolicy(tries=1)) as lost, pytest.raises(Unreachable):
        lost.health()


def test_a_batch_of_uploads_can_be_left_and_taken_up_again_by_number(client: Client, samples: Path) -> None:
    uploads = client.upload([samples / "library-rules.pdf", samples / "karyalaya-adesh.pdf"])
    job = client.start_batch([upload.row(title=upload.name) for upload in uploads] * 2)
    seen: list[Event] = []
    for event in client.events(job.id):
        seen.append(event)
        if event.kind == "finished":
            break
    rest = list(client.events(job.id, after=seen[-1].seq))
    assert finished(seen + rest) == [1, 2, 3, 4]
    assert rest[-1].kind == "completed"
    late = list(client.events(job.id))
    assert finished(late) == [1, 2, 3, 4]


def test_a_refused_upload_says_why_and_touches_no_other(client: Client, samples: Path) -> None:
    many: list[tuple[str, bytes]] = [(f"{number}.pdf", hostile_pdfs.digital()) for number in range(21)]
    uploads = client.upload(
        [("no.pdf", b"no PDF"), samples / "library-rules.pdf", ("photo.png", b"x" * 9_000_000), *many]
    )
    assert [upload.error is None for upload in uploads] == [False, True, False] + [True] * 21
    assert uploads[1].name == "library-rules.pdf"
    assert uploads[1].size == (samples / "library-rules.pdf").stat().st_size
    with pytest.raises(ValueError, match="no.pdf was not stored: "):
        uploads[0].row()


def test_an_upload_that_was_broken_off_goes_on_with_the_files_that_are_missing(
    client: Client, samples: Path, tmp_path: Path
) -> None:
    files: list[Path | tuple[str, bytes]] = [samples / "library-rules.pdf", ("new.pdf", hostile_pdfs.digital())]
    before = client.upload(files[:1])
    asked: list[str] = []
    client._http.event_hooks["request"].append(lambda request: asked.append(request.url.path))
    uploads = client.upload([*files, ("again.pdf", (samples / "library-rules.pdf").read_bytes())])
    assert asked == ["/api/batch/uploads/find", "/api/batch/uploads"]
    assert [upload.name for upload in uploads] == ["library-rules.pdf", "new.pdf", "again.pdf"]
    assert uploads[0].reference == before[0].reference
    assert client.upload(files)[1].reference == uploads[1].reference
    assert asked[2:] == ["/api/batch/uploads/find"]
    assert finished(list(client.batch([upload.row() for upload in uploads]))) == [1, 2, 3]
    (tmp_path / "no.pdf").write_text("no PDF")
    events = list(client.batch([tmp_path / "no.pdf", samples / "library-rules.pdf", uploads[1].row()]))
    assert next((event.row, event.ok) for event in events if event.kind == "finished") == (1, False)
    assert finished(events) == [1, 2, 3]


def test_a_file_over_the_servers_bound_is_refused_before_it_is_sent(client: Client, tmp_path: Path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as sparse:
        sparse.truncate(600 * 1000 * 1000)
    said = "The file has 572 MiB; the server takes at most 50 MiB."
    assert [upload.error for upload in client.upload([large, ("a.pdf", hostile_pdfs.digital())])] == [said, None]
    with pytest.raises(Rejected, match=said) as refused:
        client.process(large)
    assert refused.value.code == "too_large"


def test_a_repeated_start_starts_nothing_twice(client: Client, samples: Path) -> None:
    rows = [Row(str(samples / "library-rules.pdf"), "local")]
    chosen = str(uuid.uuid4())
    assert client.start_batch(rows, job_id=chosen).id == chosen
    assert client.start_batch(rows, job_id=chosen).id == chosen
    assert [job.id for job in client.jobs()] == [chosen]


def test_a_job_is_controlled_listed_and_deleted(client: Client, samples: Path) -> None:
    job = client.start_batch([Row(str(samples / "karyalaya-adesh.pdf"), "local")] * 6)
    client.pause(job.id)
    client.resume(job.id)
    client.cancel(job.id)
    with pytest.raises(Conflict):
        client.resume(job.id)
    assert list(client.events(job.id))[-1].kind == "cancelled"
    client.delete_job(job.id)
    assert client.jobs() == []


def test_sources_are_validated_in_order(client: Client, samples: Path) -> None:
    rows = [Row(str(samples / "library-rules.pdf"), "local"), Row("/etc/hostname", "local"), Row("nonsense", "url")]
    assert [answer["valid"] for answer in client.validate_paths(rows)] == [True, False, False]


async def test_the_async_client_does_the_same(base_url: str, samples: Path) -> None:
    async with AsyncClient(base_url) as client:
        email = f"{uuid.uuid4().hex}@example.com"
        await client.register(email, PASSWORD)
        await client.login(email, PASSWORD)
        many = [client.process(samples / name) for name in ("library-rules.pdf", "water-supply-report.pdf")]
        results = await asyncio.gather(*many)
        assert all(result.tags for result in results)
        uploads = await client.upload([samples / "library-rules.pdf"])
        events = [event async for event in client.batch([uploads[0].row()])]
        assert finished(events) == [1]
        assert len(await client.search("library")) == 2
        await client.logout()
        assert client.tokens is None


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory, samples: Path) -> Iterator[Server]:
    """A system whose access tokens last ten seconds."""
    folder = tmp_path_factory.mktemp("hasty")
    server = Server(folder / "data", local_root=samples, METATAG_GATEWAY_ACCESS_TOKEN_SECONDS="10", **QUICK_TO_START)
    server.start()
    yield server
    server.stop()
    server.kill()


async def _until_expired(server: Server, client: Client) -> None:
    """Wait until the server refuses the token; it allows some seconds for clocks that differ."""
    token = client.tokens.access_token if client.tokens else ""
    for _ in range(90):
        answer = httpx.get(f"{server.base_url}/api/auth/me", headers={"Authorization": f"Bearer {token}"}, timeout=30)
        if answer.status_code == 401:
            return
        await asyncio.sleep(0.5)
    raise AssertionError("the token does not expire")


@pytest.mark.timeout(400)
async def test_an_expired_token_is_refreshed_once_for_all_who_share_it(hasty: Server, samples: Path) -> None:
    pairs: list[Tokens] = []
    with Client(hasty.base_url, on_tokens=pairs.append) as client, Client(hasty.base_url) as other:
        client.register("asha@example.com", PASSWORD)
        job = _signed_in_and_started(other, [Row(str(samples / "library-rules.pdf"), "local")])
        client.login("asha@example.com", PASSWORD)
        await _until_expired(hasty, client)
        with ThreadPoolExecutor(8) as pool:
            emails = set(pool.map(lambda _: client.me().email, range(8)))
        assert emails == {"asha@example.com"}
        # The sign-in and one refresh; more only if this took as long as a token lives.
        assert 2 <= len(pairs) <= 4
        # The socket is the first to meet the other's token, which ended before.
        assert finished(list(other.events(job))) == [1]


def _signed_in_and_started(client: Client, rows: list[Row]) -> str:
    """Sign in as asha and start a batch; return its id."""
    client.login("asha@example.com", PASSWORD)
    return client.start_batch(rows).id


class PowerCut:
    """Kills a system in the middle of the batches of two clients, and starts it again; both wait for that."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._both = Barrier(2, action=self._cut, timeout=200)
        self.running = 0

    def at(self, events: list[Event]) -> bool:
        """Say whether a client's turn to wait has come: at its third finished document."""
        return events[-1].kind == "finished" and len(finished(events)) == 3

    def wait(self) -> None:
        """Wait for the other client, for the end of the system and for its return."""
        self._both.wait()

    def _cut(self) -> None:
        with Client(self._server.base_url) as client:
            client.login("ravi@example.com", PASSWORD)
            self.running = len(client.active())
        self._server.kill()
        self._server.start()


def own_files(samples: Path, folder: Path, scans: int) -> list[Path]:
    """Make files that differ from all others, so that each is read anew: three quick ones first, then scans."""
    folder.mkdir()
    paths = [folder / f"{number}.pdf" for number in range(3 + scans)]
    for number, path in enumerate(paths):
        sample = "library-rules.pdf" if number < 3 else "karyalaya-adesh.pdf"
        path.write_bytes((samples / sample).read_bytes() + f"\n%{folder.name} {number}".encode())
    return paths


def batch_through(cut: PowerCut, base_url: str, paths: list[Path]) -> list[Event]:
    """Send files and follow them to the end with the blocking client."""
    events: list[Event] = []
    with Client(base_url) as client:
        client.login("ravi@example.com", PASSWORD)
        for event in client.batch(paths):
            events.append(event)
            if cut.at(events):
                cut.wait()
    return events


async def async_batch_through(cut: PowerCut, base_url: str, paths: list[Path]) -> list[Event]:
    """Do the same with the async client."""
    events: list[Event] = []
    async with AsyncClient(base_url) as client:
        await client.login("ravi@example.com", PASSWORD)
        async for event in client.batch(paths):
            events.append(event)
            if cut.at(events):
                await asyncio.to_thread(cut.wait)
    return events


@pytest.mark.long
@pytest.mark.timeout(400)
async def test_a_killed_gateway_costs_no_event_and_doubles_none_in_a_batch_of_either_client(
    hasty: Server, samples: Path, tmp_path: Path
) -> None:
    with Client(hasty.base_url) as client:
        client.register("ravi@example.com", PASSWORD)
    cut, mine, others = PowerCut(hasty), own_files(samples, tmp_path / "mine", 3), own_files(samples, tmp_path / "o", 2)
    told = await asyncio.gather(
        asyncio.to_thread(batch_through, cut, hasty.base_url, mine), async_batch_through(cut, hasty.base_url, others)
    )
    # One client may have waited for the other until its own documents were done.
    assert cut.running
    for events, paths in zip(told, (mine, others), strict=True):
        assert finished(events) == list(range(1, len(paths) + 1))
        assert all(event.ok for event in events if event.kind == "finished")
        assert [event.kind for event in events if event.last] == ["completed"]
        numbers = [event.seq for event in events if event.kind in {"started", "finished"}]
        assert numbers == sorted(set(numbers))
