"""Following a job over lines that break after long silence, under a slow caller, and with tokens that expire often."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from websockets.sync.server import ServerConnection, serve

from metatag_client import AsyncClient, Client, Event, NotSignedIn, Tokens, Unreachable

STATE = {"status": "processing", "total": "2"}
CATCHUP = {"type": "catchup", "job_id": "j", "seq": 1, "state": STATE, "results": []}
KEEPALIVE = {"type": "keepalive", "job_id": "j", "seq": 1, "status": "processing"}
DONE = {"type": "progress", "job_id": "j", "seq": 2, "row_id": 0, "row_number": 1, "status": "success", "tags": ["a"]}
END = {"type": "completed", "job_id": "j", "seq": 3, "message": "done"}
EXPIRED = {"type": "error", "error": "Invalid or expired token", "job_id": "j"}
BREAK = None

# What one connection is told: frames, seconds of silence, and at last a break or the end.
Line = list[dict[str, Any] | float | None]


class Lines:
    """A server of sockets that plays one script a connection, the last one again and again."""

    def __init__(self, *lines: Line) -> None:
        self.asked: list[str] = []
        self._lines = list(lines)
        self._server = serve(self._play, "127.0.0.1", 0)
        self.base_url = f"http://127.0.0.1:{self._server.socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()

    def _play(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.asked.append(connection.request.path.partition("?")[2])
        for step in self._lines.pop(0) if len(self._lines) > 1 else self._lines[0]:
            if step is BREAK:
                connection.socket.close()
            elif isinstance(step, float):
                time.sleep(step)
            else:
                connection.send(json.dumps(step))


@pytest.fixture
def lines() -> Iterator[Callable[..., Lines]]:
    made: list[Lines] = []

    def make(*script: Line) -> Lines:
        made.append(Lines(*script))
        return made[-1]

    yield make
    for one in made:
        one.close()


def renewing(client: Client | AsyncClient, renewed: list[str]) -> None:
    """Let a client renew its token without asking."""

    def keep(used: str) -> bool:
        renewed.append(used)
        client._session.keep(Tokens(f"{used}+", "r"))
        return True

    async def keep_async(used: str) -> bool:
        return keep(used)

    client.refresh = keep if isinstance(client, Client) else keep_async  # type: ignore[method-assign]


async def kinds(form: str, server: Lines, patience: float, *, busy: float = 0.0) -> tuple[list[str], list[str]]:
    """Follow with either client, busy for some seconds at each event; give what was told and the tokens renewed."""
    events: list[Event] = []
    renewed: list[str] = []
    if form == "sync":
        with Client(server.base_url, token="t") as client:
            renewing(client, renewed)
            for event in client.events("j", patience=patience):
                events.append(event)
                time.sleep(busy)
    else:
        async with AsyncClient(server.base_url, token="t") as other:
            renewing(other, renewed)
            async for event in other.events("j", patience=patience):
                events.append(event)
                time.sleep(busy)
    return [event.kind for event in events], renewed


both = pytest.mark.parametrize("form", ["sync", "async"])


@both
async def test_a_line_that_breaks_after_a_long_wait_of_the_job_is_taken_up_again(
    form: str, lines: Callable[..., Lines]
) -> None:
    server = lines([CATCHUP, 0.15, KEEPALIVE, 0.15, KEEPALIVE, BREAK], [CATCHUP, DONE, END])
    told, _ = await kinds(form, server, patience=0.1)
    assert told == ["state", "finished", "completed"]
    assert server.asked == ["", "after=1"]


@both
async def test_a_caller_who_takes_his_time_loses_no_line_by_it(form: str, lines: Callable[..., Lines]) -> None:
    server = lines([CATCHUP, DONE, BREAK], [CATCHUP, END])
    told, _ = await kinds(form, server, patience=0.1, busy=0.15)
    assert told == ["state", "finished", "completed"]
    assert server.asked == ["", "after=2"]


@both
async def test_a_token_that_expires_again_and_again_is_renewed_each_time(
    form: str, lines: Callable[..., Lines]
) -> None:
    server = lines([EXPIRED], [CATCHUP, BREAK], [EXPIRED], [CATCHUP, END])
    told, renewed = await kinds(form, server, patience=5)
    assert told == ["state", "completed"]
    assert renewed == ["t", "t+"]


@both
async def test_a_new_token_that_is_refused_is_the_end(form: str, lines: Callable[..., Lines]) -> None:
    with pytest.raises(NotSignedIn):
        await kinds(form, lines([EXPIRED]), patience=5)


@both
async def test_a_server_that_greets_and_breaks_off_for_ever_is_given_up(form: str, lines: Callable[..., Lines]) -> None:
    with pytest.raises(Unreachable, match="did not come back"):
        await kinds(form, lines([CATCHUP, BREAK]), patience=0.05)
