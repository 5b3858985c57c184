"""What the client does when a server is busy, breaks off or forgets a token: real sockets, a scripted server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from metatag_client import AsyncClient, Client, NotSignedIn, Tokens, TooBusy, Unreachable
from metatag_client.transport import RetryPolicy

USER = {"success": True, "data": {"id": "1", "email": "a@example.com", "full_name": None}}
RESULT = {"success": True, "data": {"document_title": "A", "tags": ["a"], "extraction_method": "text_layer"}}
BUSY = (503, {"detail": "No room."}, {"Retry-After": "0"})
QUICK = RetryPolicy(tries=4, first=0.01, most=0.5)
BROKEN_OFF = (0, {}, {})

Answer = tuple[int, dict[str, object], dict[str, str]]


@dataclass
class Script:
    """Answers in order, and what was asked."""

    base_url: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[Script]:
    script = Script()

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            script.asked.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status, payload, headers = script.answers.pop(0)
            if not status:
                self.close_connection = True
                return
            content = json.dumps(payload).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer

        def log_message(self, format: str, *args: object) -> None:
            return

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    script.base_url = f"http://127.0.0.1:{http.server_address[1]}"
    thread = threading.Thread(target=http.serve_forever)
    thread.start()
    yield script
    http.shutdown()
    thread.join()
    http.server_close()


def test_a_busy_server_is_asked_again_with_the_same_key(server: Script) -> None:
    server.answers = [BUSY, BROKEN_OFF, (200, RESULT, {})]
    with Client(server.base_url, token="t", patience=QUICK) as client:
        assert client.process(("a.pdf", b"%PDF-")).title == "A"
    keys = {headers["idempotency-key"] for _, headers, _ in server.asked}
    assert (len(server.asked), len(keys)) == (3, 1)
    assert all(b"%PDF-" in body for _, _, body in server.asked)


async def test_the_async_client_asks_again_too(server: Script) -> None:
    server.answers = [BUSY, BROKEN_OFF, (200, RESULT, {})]
    async with AsyncClient(server.base_url, token="t", patience=QUICK) as client:
        assert (await client.process(("a.pdf", b"%PDF-"))).title == "A"
    assert len(server.asked) == 3


def test_there_is_an_end_to_asking(server: Script) -> None:
    server.answers = [BUSY] * 9
    with Client(server.base_url, token="t", patience=QUICK) as client, pytest.raises(TooBusy, match="No room"):
        client.me()
    assert len(server.asked) == 4


def test_a_long_wait_is_the_callers_decision(server: Script) -> None:
    server.answers = [(429, {"detail": "Later."}, {"Retry-After": "60"})]
    with Client(server.base_url, token="t", patience=QUICK) as client, pytest.raises(TooBusy) as busy:
        client.me()
    assert busy.value.retry_after == 60


def test_what_must_not_be_repeated_is_not(server: Script) -> None:
    server.answers = [BROKEN_OFF]
    with Client(server.base_url, patience=QUICK) as client, pytest.raises(Unreachable):
        client.register("a@example.com", "password")
    assert len(server.asked) == 1


def test_a_refused_refresh_leaves_the_first_error(server: Script) -> None:
    server.answers = [(401, {"detail": "Invalid or expired token"}, {}), (401, {"detail": "Invalid refresh"}, {})]
    with Client(server.base_url, tokens=Tokens("a", "r"), patience=QUICK) as client:
        with pytest.raises(NotSignedIn, match="Invalid or expired token"):
            client.me()
    assert [path for path, _, _ in server.asked] == ["/api/auth/me", "/api/auth/refresh"]


def test_new_tokens_are_used_and_told(server: Script) -> None:
    fresh = {"access_token": "b", "refresh_token": "s", "token_type": "bearer", "expires_in": 1800}
    server.answers = [(401, {"detail": "expired"}, {}), (200, fresh, {}), (200, USER, {})]
    told: list[Tokens] = []
    with Client(server.base_url, tokens=Tokens("a", "r"), on_tokens=told.append, patience=QUICK) as client:
        assert client.me().email == "a@example.com"
    assert told == [Tokens("b", "s", 1800)]
    assert server.asked[-1][1]["authorization"] == "Bearer b"
