"""`make bench-attack`: how long people wait who sign in while others attack the door.

The attack: connections that drip the body of a sign-in, and guesses of passwords, each from another address, half of
them at a few accounts that exist. Beside it people sign in, from networks that they were signed in from before
(`known`) and from new ones (`new`), and open the page and health. The same is measured without the attack first, so
that the ratio says something on a machine that does other work.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bench.gateway.system import ROOT, System, running

PASSWORD = "a long password"
PEOPLE = 40
VICTIMS = 5
DRIP_SECONDS = 5.0
SETTLE_SECONDS = 8.0
GIVE_UP_SECONDS = 60.0


@dataclass
class Answers:
    """Seconds and statuses of one kind of request."""

    seconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    def table(self) -> dict[str, object]:
        """Return median, 99th percentile and maximum in seconds, and how often each status came."""
        ordered = sorted(self.seconds)
        return {
            "count": len(ordered),
            "p50_s": round(statistics.median(ordered), 3),
            "p99_s": round(ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))], 3),
            "max_s": round(ordered[-1], 3),
            "statuses": dict(self.statuses),
        }


async def ask(url: str, method: str, path: str, *, address: str = "", body: object = None) -> int:
    """Send one request on a connection of its own, as if from `address`; return the status, 0 for none."""
    parts = urlsplit(url)
    content = b"" if body is None else json.dumps(body).encode()
    head = [f"{method} {path} HTTP/1.1", f"Host: {parts.netloc}", "Connection: close"]
    if address:
        head.append(f"X-Forwarded-For: {address}")
    if content:
        head += ["Content-Type: application/json", f"Content-Length: {len(content)}"]
    try:
        async with asyncio.timeout(GIVE_UP_SECONDS):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            try:
                writer.write("\r\n".join([*head, "", ""]).encode() + content)
                answer = await reader.read()
            finally:
                writer.close()
        return int(answer[9:12] or b"0")
    except (OSError, TimeoutError):
        return 0


async def timed(answers: Answers, url: str, method: str, path: str, *, address: str = "", body: object = None) -> None:
    """Send one request, and keep how long it took and what was answered."""
    begin = time.monotonic()
    status = await ask(url, method, path, address=address, body=body)
    answers.seconds.append(time.monotonic() - begin)
    answers.statuses[status] += 1


async def measure(url: str, seconds: float, new_networks: itertools.count[int]) -> dict[str, dict[str, object]]:
    """Sign in and look for `seconds`, one request after the other."""
    kinds = {name: Answers() for name in ("known", "new", "page", "health")}
    end, turn = time.monotonic() + seconds, 0
    while time.monotonic() < end:
        who = turn % PEOPLE
        person = {"email": _email(who), "password": PASSWORD}
        await timed(kinds["known"], url, "POST", "/api/auth/login", address=f"10.1.0.{who}", body=person)
        stranger = f"10.2.{next(new_networks)}.1"
        await timed(kinds["new"], url, "POST", "/api/auth/login", address=stranger, body=person)
        await timed(kinds["page"], url, "GET", "/app/")
        await timed(kinds["health"], url, "GET", "/api/health")
        turn += 1
    return {name: found.table() for name, found in kinds.items()}


async def prepare(url: str) -> None:
    """Register everybody, and sign each in once from their own network."""
    for who in range(PEOPLE + VICTIMS):
        person = {"email": _email(who), "password": PASSWORD}
        for path in ("/api/auth/register", "/api/auth/login"):
            status = await ask(url, "POST", path, address=f"10.1.0.{who}", body=person)
            if status not in (200, 201):
                raise SystemExit(f"{path} was answered with {status}")


async def attack(url: str, connections: int, guesses: int) -> None:
    """Drip and guess until the process is ended; what was answered goes to the output each second."""
    answers: Counter[int] = Counter()
    parts = urlsplit(url)
    dripping = asyncio.gather(*(_drip(parts.hostname or "", parts.port or 0, answers) for _ in range(connections)))
    tasks: set[asyncio.Task[None]] = set()
    dice = random.Random(1)
    for number in itertools.count():
        if guesses:
            task = asyncio.create_task(_guess(url, dice, answers))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        if number % max(1, guesses) == 0:
            print(json.dumps(answers), flush=True)
        await asyncio.sleep(1 / max(1, guesses))
    await dripping


async def _guess(url: str, dice: random.Random, answers: Counter[int]) -> None:
    at_victim = dice.random() < 0.5
    email = _email(PEOPLE + dice.randrange(VICTIMS)) if at_victim else f"nobody-{dice.getrandbits(32)}@example.com"
    address = f"{dice.randrange(11, 120)}.{dice.randrange(256)}.{dice.randrange(256)}.{dice.randrange(256)}"
    body = {"email": email, "password": f"guess {dice.getrandbits(32)}"}
    answers[await ask(url, "POST", "/api/auth/login", address=address, body=body)] += 1


async def _drip(host: str, port: int, answers: Counter[int]) -> None:
    """Hold a connection with an unfinished body, and come back whenever it is closed."""
    while True:
        try:
            reader, writer = await asyncio.open_connection(host, port)
            length = 16_000
            head = "POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            writer.write(f"{head}Content-Length: {length}\r\n\r\n{{".encode())
            while not reader.at_eof():
                await asyncio.sleep(DRIP_SECONDS)
                writer.write(b" ")
                await writer.drain()
            writer.close()
        except OSError:
            await asyncio.sleep(1.0)
        answers[-1] += 1


def _email(who: int) -> str:
    return f"person-{who}@example.com"


async def compare(system: System, seconds: float, connections: int, guesses: int) -> dict[str, object]:
    """Measure without and with the attack."""
    new_networks = itertools.count()
    await prepare(system.url)
    quiet = await measure(system.url, seconds, new_networks)
    _show("quiet", quiet)
    cpu = system.cpu()[0]
    with subprocess.Popen(  # noqa: ASYNC220  its start takes a moment, and nothing else goes on
        [sys.executable, "-m", "bench.gateway.attack", "--attack", system.url, str(connections), str(guesses)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as attacker:
        try:
            await asyncio.sleep(SETTLE_SECONDS)
            under = await measure(system.url, seconds, new_networks)
        finally:
            attacker.terminate()
            said = attacker.communicate()[0].strip().splitlines()
    _show("under attack", under)
    print(f"answers to the attack (-1: a dripping connection closed): {said[-1] if said else ''}")
    print(f"gateway's CPU while it went on: {system.cpu()[0] - cpu:.1f} s in {seconds + SETTLE_SECONDS:.0f} s")
    return {"quiet": quiet, "under": under}


def _show(title: str, kinds: dict[str, dict[str, object]]) -> None:
    for name, found in kinds.items():
        print(f"{title}, {name}: {json.dumps(found)}", flush=True)


def main() -> None:
    """Run the comparison, or be the attacker."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--connections", type=int, default=1000)
    parser.add_argument("--guesses", type=int, default=50, help="guesses a second")
    parser.add_argument("--attack", nargs=3, metavar=("URL", "CONNECTIONS", "GUESSES"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    if given.attack:
        asyncio.run(attack(given.attack[0], int(given.attack[1]), int(given.attack[2])))
        return
    with tempfile.TemporaryDirectory(prefix="gwa-") as folder:
        # Addresses are played by the header that a proxy would set.
        quiet_log = {"METATAG_PROCESS_LOG_LEVEL": "error"}
        with running(Path(folder), METATAG_GATEWAY_TRUSTED_PROXIES="127.0.0.1", **quiet_log) as system:
            asyncio.run(compare(system, given.seconds, given.connections, given.guesses))


if __name__ == "__main__":
    main()
