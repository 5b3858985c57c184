"""kubectl against one cluster, as an operator types it."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from deploy.manifests import Manifest, kubectl

NAMESPACE = "metatag"


class Kubernetes:
    """A cluster that a kubeconfig names."""

    def __init__(self, kubeconfig: Path) -> None:
        self.kubeconfig = kubeconfig
        # No cache of another cluster's API at the same address.
        home = str(kubeconfig.parent)
        self.environment = {**os.environ, "KUBECONFIG": str(kubeconfig), "HOME": home, "NO_PROXY": "*"}

    def run(self, *words: str | Path, given: str = "", check: bool = True, limit: float = 300.0) -> str:
        """Return the standard output; on a failure the raised text holds both."""
        done = self.attempt(*words, given=given, limit=limit)
        if check and done.returncode:
            raise AssertionError(f"kubectl {' '.join(map(str, words))}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
        return done.stdout

    def attempt(self, *words: str | Path, given: str = "", limit: float = 300.0) -> subprocess.CompletedProcess[str]:
        """Run kubectl and return how it ended, with both outputs."""
        return subprocess.run(
            [kubectl(), *map(str, words)], env=self.environment, input=given, capture_output=True, text=True,
            check=False, timeout=limit,
        )  # fmt: skip

    def apply(self, manifests: Iterable[Manifest]) -> str:
        """Apply by server-side apply; return what kubectl said, warnings of the API server included."""
        text = yaml.safe_dump_all(list(manifests), sort_keys=False)
        done = self.attempt("apply", "--server-side", "--force-conflicts", "-f", "-", given=text)
        assert done.returncode == 0, done.stderr[-4000:]
        return done.stdout + done.stderr

    def get(self, kind: str, *words: str, namespace: str = NAMESPACE) -> list[dict[str, Any]]:
        """Return the objects of a kind, or one that is named."""
        found: dict[str, Any] = json.loads(self.run("-n", namespace, "get", kind, *words, "-o", "json"))
        return found.get("items", [found])  # type: ignore[no-any-return]

    def wait(self, what: str, answers: Callable[[], Any], seconds: float, namespace: str = NAMESPACE) -> Any:
        """Wait until a question has a true answer, and return it; raise AssertionError with a report otherwise."""
        end = time.monotonic() + seconds
        while True:
            answer = answers()
            if answer:
                return answer
            if time.monotonic() > end:
                raise AssertionError(f"{what}: not within {seconds:.0f} s\n{self.report(namespace)}")
            time.sleep(1)

    def report(self, namespace: str = NAMESPACE) -> str:
        """Return what an operator would look at first."""
        pods = self.run("-n", namespace, "get", "pods", "-o", "wide", check=False)
        events = self.run("-n", namespace, "get", "events", "--sort-by=.lastTimestamp", check=False)
        return f"{pods}\n{events[-5000:]}"
