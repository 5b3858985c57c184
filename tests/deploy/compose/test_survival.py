"""What an operator fears: processes that die at random, and rolling every service while people work."""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import Counter

from deploy.compose.load import DIGITAL, Batch, patiently, sign_in, unseen
from deploy.compose.stack import Stack
from deploy.docker_host import SERVICES as SERVICES_OF_IMAGES
from deploy.docker_host import TAG
from metatag_client import ApiError, Client, Options, Unreachable
from metatag_client.transport import RetryPolicy

SERVICES = ("jobs-worker", "jobs-api", "ocr", "tagger", "redis")


def test_killing_containers_at_random_loses_and_doubles_nothing(stack: Stack) -> None:
    number = 400
    with sign_in(stack.urls[0]) as client:
        batches = [Batch(client, number, DIGITAL).start()]
        killed: Counter[str] = Counter()
        # Each service once for certain, then at random.
        for service in [*random.sample(SERVICES, len(SERVICES)), *(random.choice(SERVICES) for _ in range(5))]:
            time.sleep(random.uniform(2, 5))
            # However fast they work, something is to do when a container dies.
            if batches[-1].done() > number * 3 / 4:
                batches.append(patiently(Batch(client, number, DIGITAL).start))
            killed[stack.kill([service])] += 1
        states = [batch.wait(900) for batch in batches]
        print(
            f"killed {dict(killed)}; the documents of {len(batches)} batches ended as {[dict(each) for each in states]}"
        )
        found = [document.id for batch in batches for document in patiently(lambda b=batch: client.job(b.job_id))[1]]
    assert states == [{"success": number}] * len(batches)
    assert len(found) == len(set(found)) == number * len(batches)


class Visitors(threading.Thread):
    """People who send one document after the other through a balancer over all gateways, until told to stop.

    As a balancer does, a request that found no open door goes to the next; one that was answered is not sent again.
    """

    def __init__(self, stack: Stack, clients: dict[str, Client]) -> None:
        super().__init__(daemon=True)
        self._stack = stack
        self._clients = clients
        self.enough = threading.Event()
        self.outcomes: Counter[str] = Counter()

    def run(self) -> None:
        for turn in itertools.count():
            if self.enough.is_set():
                return
            self.outcomes[self._one(turn)] += 1
            time.sleep(0.2)

    def _one(self, turn: int) -> str:
        document = unseen(DIGITAL)
        doors = list(self._clients.values())
        for attempt in range(2 * len(doors)):
            client = doors[(turn + attempt) % len(doors)]
            try:
                result = client.process(document, options=Options(pages=1, tags=5, tagger="local"))
            except Unreachable:
                time.sleep(0.5)
                continue
            except ApiError as error:
                return f"{error.status} {error}"
            return "fine" if result.tags else "no tags"
        return "no door was open"


def test_an_upgrade_of_every_service_fails_no_request(stack: Stack) -> None:
    """One replica after the other, called before calling: start one of the new image, take the old one away."""
    urls = stack.urls
    for service in SERVICES_OF_IMAGES:
        stack.docker.run("tag", f"metatag-test/{service}:{TAG}", f"metatag-test/{service}:next")
    stack.set(METATAG_TAG="next")
    with sign_in(urls[0]) as first:
        token = first.tokens.access_token if first.tokens else ""
        clients = {url: Client(url, token=token, patience=RetryPolicy(tries=1)) for url in stack.doors}
        visitors = Visitors(stack, clients)
        visitors.start()
        try:
            time.sleep(5)
            for service in ("ocr", "tagger", "jobs-worker", "jobs-api"):
                roll(stack, service)
                print(f"rolled {service}: {dict(visitors.outcomes)}")
            for identity in stack.containers()["gateway"]:
                stack.docker.run("stop", "-t", "40", identity)
                stack.docker.run("rm", "-f", identity)
                stack.up("gateway", scale={"gateway": 2})
                stack.wait_healthy("gateway", 2)
            print(f"rolled gateway: {dict(visitors.outcomes)}")
        finally:
            visitors.enough.set()
            visitors.join(120)
    running = {
        stack.docker.run("inspect", "-f", "{{.Config.Image}}", each).strip()
        for service, found in stack.containers().items()
        if service in (*SERVICES, "gateway") and service != "redis"
        for each in found
    }
    assert running == {f"metatag-test/{service}:next" for service in SERVICES_OF_IMAGES}
    assert visitors.outcomes["fine"] >= 10
    assert set(visitors.outcomes) == {"fine"}, visitors.outcomes


def roll(stack: Stack, service: str) -> None:
    old = stack.containers()[service]
    stack.up(service, scale={service: len(old) + 1})
    stack.wait_healthy(service, len(old) + 1)
    # As long as clients take to learn of the new one: preStop waits as long in Kubernetes.
    time.sleep(10)
    for identity in old:
        stack.docker.run("stop", "-t", "110", identity)
        stack.docker.run("rm", "-f", identity)
    if len(old) > 1:
        stack.up(service, scale={service: len(old)})
        stack.wait_healthy(service, len(old))
