"""Pods come and go while people work: a rolling restart of every service, and its undoing."""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter

from deploy.cluster.installation import door, wait_rolled_out
from deploy.cluster.kubernetes import NAMESPACE, Kubernetes
from deploy.compose.load import DIGITAL, sign_in, unseen
from metatag_client import ApiError, Client, Options, Unreachable


class Visitor(threading.Thread):
    """Somebody who sends one document after the other with the client as it is, until told to stop."""

    def __init__(self, client: Client) -> None:
        super().__init__(daemon=True)
        self._client = client
        self.enough = threading.Event()
        self.outcomes: Counter[str] = Counter()

    def run(self) -> None:
        for _ in itertools.takewhile(lambda _: not self.enough.is_set(), itertools.count()):
            self.outcomes[self._one()] += 1
            self.enough.wait(0.5)

    def _one(self) -> str:
        try:
            result = self._client.process(unseen(DIGITAL), options=Options(pages=1, tags=5, tagger="local"))
        except (ApiError, Unreachable) as error:
            return repr(error)
        return "fine" if result.tags else "no tags"


def test_a_rolling_restart_and_its_undoing_fail_no_request(installed: Kubernetes) -> None:
    with sign_in(door(installed)) as client:
        visitor = Visitor(client)
        visitor.start()
        try:
            _until(visitor, 2)
            before = _pods(installed)
            for name in ("ocr", "tagger", "jobs-worker", "jobs-api", "gateway"):
                installed.run("-n", NAMESPACE, "rollout", "restart", "deployment", name)
                wait_rolled_out(installed, name)
                print(f"rolled {name}: {dict(visitor.outcomes)}")
            assert not before & _pods(installed), "every pod is another"
            installed.run("-n", NAMESPACE, "rollout", "undo", "deployment", "gateway")
            wait_rolled_out(installed, "gateway")
            _until(visitor, visitor.outcomes["fine"] + 2)
        finally:
            visitor.enough.set()
            visitor.join(300)
    print(f"requests: {dict(visitor.outcomes)}")
    assert set(visitor.outcomes) == {"fine"}, visitor.outcomes


def _until(visitor: Visitor, number: int) -> None:
    end = time.monotonic() + 240
    while visitor.outcomes["fine"] < number and time.monotonic() < end:
        time.sleep(0.5)
    assert visitor.outcomes["fine"] >= number, visitor.outcomes


def _pods(kubernetes: Kubernetes) -> set[str]:
    """Return the unique names of the pods of the services."""
    return {
        each["metadata"]["uid"]
        for each in kubernetes.get("pods")
        if any(owner["kind"] == "ReplicaSet" for owner in each["metadata"].get("ownerReferences", []))
        and "deletionTimestamp" not in each["metadata"]
    }
