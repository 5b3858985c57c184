"""The WebSocket of a job: who may watch, what comes in which order, what happens to those who are late or slow."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
import websockets
from websockets.asyncio.client import ClientConnection, connect

from fakes.gateway_system import System, running
from metatag_gateway.routes import socket as socket_route

pytestmark = pytest.mark.asyncio(loop_scope="module")
Frame = dict[str, Any]


async def frames_of(socket: ClientConnection) -> tuple[list[Frame], int]:
    """Read to the end; gives the frames and the close code."""
    found = []
    try:
        async with asyncio.timeout(90):
            async for text in socket:
                found.append(json.loads(text))
    except websockets.ConnectionClosedError:
        pass
    return found, socket.close_code or 0


async def watch(system: System, job_id: str, **query: Any) -> tuple[list[Frame], int]:
    parts = "&".join(f"{name}={value}" for name, value in query.items())
    async with connect(f"{system.ws_url}/api/batch/ws/{job_id}?{parts}") as socket:
        return await frames_of(socket)


async def test_an_observer_reads_every_event_in_order_and_the_end(system: System) -> None:
    user = await system.register()
    job = await system.batch(user["headers"], ["http://x/hold.pdf", "http://x/fail-broken_document.pdf"])
    async with connect(f"{system.ws_url}/api/batch/ws/{job}?token={user['token']}") as socket:
        first = json.loads(await socket.recv())
        system.jobs.engine.jobs[job].release.set()
        found, code = await frames_of(socket)
    assert first["type"] == "catchup"
    assert first["state"]["status"] == "processing"
    assert all(isinstance(value, str) for value in first["state"].values())
    assert set(first["state"]) == {
        "status", "total", "processed_count", "failed_count", "progress", "user_id", "db_job_id", "start_time",
        "command",
    }  # fmt: skip
    kinds = [(frame["type"], frame.get("row_number"), frame.get("status")) for frame in found]
    assert kinds == [
        ("progress", 1, "success"),
        ("progress", 2, "processing"),
        ("progress", 2, "failed"),
        ("completed", None, None),
    ]
    assert found[0]["tags"][0] == "annual report"
    assert found[0]["progress"] == 0.5
    assert found[2]["error"] == "The broken document happened."
    numbers = [frame["seq"] for frame in found]
    assert numbers == sorted(numbers)
    assert found[-1]["total_documents"] == 2
    assert found[-1]["failed_count"] == 1
    assert code == 1000


async def test_a_late_observer_gets_the_results_and_the_end_as_strings(system: System) -> None:
    user = await system.register()
    job = await system.batch(user["headers"], ["http://x/a.pdf", "http://x/fail-no_pages.pdf"])
    await system.ended(job)
    found, code = await watch(system, job, token=user["token"])
    assert [row["row_number"] for row in found[0]["results"]] == [1, 2]
    assert [row["success"] for row in found[0]["results"]] == [True, False]
    assert found[0]["results"][0]["metadata"]["extraction_method"] == "text_layer"
    assert found[1]["type"] == "completed"
    assert (found[1]["processed_count"], found[1]["failed_count"]) == ("1", "1")
    assert found[1]["message"] == "Job already completed"
    assert code == 1000


@pytest.mark.parametrize("way", ["query", "header", "message"])
async def test_a_token_may_come_in_three_ways(system: System, way: str) -> None:
    user = await system.register()
    job = await system.batch(user["headers"], ["http://x/a.pdf"])
    url = f"{system.ws_url}/api/batch/ws/{job}" + (f"?token={user['token']}" if way == "query" else "")
    headers = {"Authorization": f"Bearer {user['token']}"} if way == "header" else {}
    async with connect(url, additional_headers=headers) as socket:
        if way == "message":
            await socket.send(json.dumps({"type": "auth", "token": user["token"]}))
        found, code = await frames_of(socket)
    assert found[0]["type"] == "catchup"
    assert code == 1000


@pytest.mark.parametrize("message", [None, "nonsense", '{"type":"auth"}', '{"type":"auth","token":7}', "[1]", b"\x00"])
async def test_a_socket_without_a_token_is_told_and_closed(message: str | bytes | None) -> None:
    async with running(socket_auth_seconds=0.2) as system:
        user = await system.register()
        job = await system.batch(user["headers"], ["http://x/a.pdf"])
        async with connect(f"{system.ws_url}/api/batch/ws/{job}") as socket:
            if message is not None:
                await socket.send(message)
            found, code = await frames_of(socket)
        assert found == [{"type": "error", "error": "Authentication required", "job_id": job}]
        assert code == 1008


async def test_another_users_job_is_as_unknown_as_one_that_never_was(system: System) -> None:
    owner, stranger = await system.register(), await system.register()
    job = await system.batch(owner["headers"], ["http://x/a.pdf"])
    never = "3f0e8f9a-0000-4000-8000-000000000000"
    for asked in (job, never, "not-a-uuid"):
        found, code = await watch(system, asked, token=stranger["token"])
        assert found == [{"type": "error", "error": "Job not found", "job_id": asked}]
        assert code == 1008


async def test_after_resumes_behind_a_number_without_results(system: System) -> None:
    user = await system.register()
    job = await system.batch(user["headers"], [f"http://x/{number}.pdf" for number in range(4)])
    await system.ended(job)
    every, _ = await watch(system, job, token=user["token"], after=0)
    later, code = await watch(system, job, token=user["token"], after=every[3]["seq"])
    assert later[0]["type"] == "catchup"
    assert later[0]["results"] == []
    assert later[1:] == every[4:]
    assert later[-1]["type"] == "completed"
    assert code == 1000


async def test_pages_are_told_to_those_who_ask(system: System) -> None:
    user = await system.register()
    job = await system.batch(user["headers"], ["http://x/a.pdf"])
    await system.ended(job)
    found, _ = await watch(system, job, token=user["token"], after=0, pages="true")
    page = next(frame for frame in found if frame["type"] == "page")
    assert page["page"]["method"] == "text_layer"
    assert {"row_id", "row_number", "progress", "status"} <= set(page)
    without, _ = await watch(system, job, token=user["token"], after=0)
    assert not [frame for frame in without if frame["type"] == "page"]


async def test_silence_is_filled_with_keepalives() -> None:
    async with running(socket_keepalive_seconds=0.1) as system:
        user = await system.register()
        job = await system.batch(user["headers"], ["http://x/hold.pdf"])
        async with connect(f"{system.ws_url}/api/batch/ws/{job}?token={user['token']}") as socket:
            await socket.recv()
            frame = json.loads(await socket.recv())
            assert frame["type"] == "keepalive"
            assert frame["status"] == "processing"
            await system.client.post(f"/api/batch/jobs/{job}/pause", headers=user["headers"])
            frames = [json.loads(await socket.recv()) for _ in range(3)]
            assert frames[-1]["status"] == "paused"


async def test_a_disabled_user_is_sent_away_from_an_open_socket() -> None:
    async with running(socket_keepalive_seconds=0.1) as system:
        user = await system.register()
        job = await system.batch(user["headers"], ["http://x/hold.pdf"])
        async with connect(f"{system.ws_url}/api/batch/ws/{job}?token={user['token']}") as socket:
            await socket.recv()
            await system.client.post("/api/auth/logout-all", headers=user["headers"])
            found, code = await frames_of(socket)
        assert found[-1]["type"] == "error"
        assert code == 1008


async def test_a_failed_job_ends_with_an_error_frame_early_and_late(system: System) -> None:
    user = await system.register()
    system.jobs.engine.fail_jobs_with = "The store is full."
    try:
        job = await system.batch(user["headers"], ["http://x/a.pdf"])
        await system.ended(job)
    finally:
        system.jobs.engine.fail_jobs_with = ""
    for query in ({}, {"after": 0}):
        found, code = await watch(system, job, token=user["token"], **query)
        assert (found[-1]["type"], found[-1]["error"]) == ("error", "The store is full.")
        assert code == 1000


async def test_a_cancelled_job_says_so(system: System) -> None:
    user = await system.register()
    job = await system.batch(user["headers"], ["http://x/a.pdf", "http://x/hold.pdf"])
    async with connect(f"{system.ws_url}/api/batch/ws/{job}?token={user['token']}") as socket:
        await socket.recv()
        await system.client.post(f"/api/batch/jobs/{job}/cancel", headers=user["headers"])
        found, code = await frames_of(socket)
    assert found[-1]["type"] == "cancelled"
    assert found[-1]["message"].startswith("Cancelled after")
    assert code == 1000


async def test_a_thousand_observers_share_one_stream(system: System) -> None:
    user = await system.register()
    job = await system.batch(user["headers"], ["http://x/hold.pdf"] + [f"http://x/{n}.pdf" for n in range(3)])
    url = f"{system.ws_url}/api/batch/ws/{job}?token={user['token']}"
    sockets: list[ClientConnection] = []
    for _ in range(20):
        sockets += await asyncio.gather(*(connect(url, compression=None) for _ in range(50)))
    firsts = await asyncio.gather(*(socket.recv() for socket in sockets))
    assert {json.loads(first)["type"] for first in firsts} == {"catchup"}
    assert system.jobs.engine.watches == 1
    system.jobs.engine.jobs[job].release.set()
    ends = await asyncio.gather(*(frames_of(socket) for socket in sockets))
    assert all(frames[-1]["type"] == "completed" for frames, _ in ends)
    # Whoever was behind may have had rows merged, but nobody misses the end of a row.
    done = {frame["row_number"] for frame in ends[0][0] if frame.get("status") == "success"}
    assert done == set(range(1, 5))
    await asyncio.gather(*(socket.close() for socket in sockets))


async def test_no_more_sockets_than_allowed_are_held() -> None:
    async with running(max_sockets=1) as system:
        user = await system.register()
        job = await system.batch(user["headers"], ["http://x/hold.pdf"])
        url = f"{system.ws_url}/api/batch/ws/{job}?token={user['token']}"
        async with connect(url) as first, connect(url) as second:
            await first.recv()
            found, code = await frames_of(second)
        assert found == []
        assert code == 1013
        await asyncio.sleep(0.1)
        async with connect(url) as third:
            assert json.loads(await third.recv())["type"] == "catchup"


async def test_sockets_without_a_token_take_no_place_of_those_who_have_one() -> None:
    async with running(max_sockets=8) as system:
        user = await system.register()
        job = await system.batch(user["headers"], ["http://x/hold.pdf"])
        url = f"{system.ws_url}/api/batch/ws/{job}"
        silent = [await connect(url) for _ in range(40)]
        async with connect(f"{url}?token={user['token']}") as first, connect(url) as second:
            assert json.loads(await first.recv())["type"] == "catchup"
            # One that says its token at once is not behind those that say nothing.
            await second.send(json.dumps({"type": "auth", "token": user["token"]}))
            assert json.loads(await second.recv())["type"] == "catchup"
        for socket in silent:
            await socket.close()


@pytest.mark.parametrize("end", ["logout", "logout-all", "key", "token"])
async def test_an_open_socket_ends_soon_after_its_right(monkeypatch: pytest.MonkeyPatch, end: str) -> None:
    monkeypatch.setattr(socket_route, "RECHECK_SECONDS", 0.2)
    async with running(access_token_seconds=10) as system:
        user = await system.register()
        job = await system.batch(user["headers"], ["http://x/hold.pdf"])
        body = {"name": "k", "scopes": ["read"]}
        made = (await system.client.post("/api/auth/keys", headers=user["headers"], json=body)).json()["data"]
        token = made["key"] if end == "key" else user["token"]
        async with connect(f"{system.ws_url}/api/batch/ws/{job}?token={token}") as socket:
            assert json.loads(await socket.recv())["type"] == "catchup"
            if end == "key":
                await system.client.delete(f"/api/auth/keys/{made['id']}", headers=user["headers"])
            elif end == "logout":
                refresh = {"refresh_token": user["tokens"]["refresh_token"]}
                await system.client.post("/api/auth/logout", json=refresh)
            elif end == "logout-all":
                await system.client.post("/api/auth/logout-all", headers=user["headers"])
            async with asyncio.timeout(30):
                found, code = await frames_of(socket)
    if end == "token":
        # No error frame: the page comes again with the session's next token.
        assert (found, code) == ([], 1013)
    else:
        assert [frame["type"] for frame in found] == ["error"]
        assert code == 1008


async def test_the_jobs_service_may_restart_under_an_observer(system: System) -> None:
    async with running() as own:
        user = await own.register()
        job = await own.batch(user["headers"], ["http://x/hold.pdf", "http://x/b.pdf"])
        async with connect(f"{own.ws_url}/api/batch/ws/{job}?token={user['token']}") as socket:
            await socket.recv()
            await own.restart_jobs()
            own.jobs.engine.jobs[job].release.set()
            found, code = await frames_of(socket)
        assert [frame["type"] for frame in found] == ["progress", "progress", "progress", "completed"]
        assert code == 1000
