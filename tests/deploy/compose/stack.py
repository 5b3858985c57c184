"""The stack of docker-compose.yml, run by the tests as an operator runs it."""

from __future__ import annotations

import json
import os
import random
import re
import secrets
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from deploy.docker_host import PATH, ROOT, TAG, Docker, command

PROJECT = "metatag-test"
READY_SECONDS = 400.0
_FILES = ("-f", "docker-compose.yml", "-f", "tests/deploy/compose/overrides.yml")
# A container that is restarted may get another port of the range.
_GATEWAY_PORTS = range(18400, 18404)


class Stack:
    """One project of docker-compose; `urls` are the gateway's replicas on this machine."""

    def __init__(self, docker: Docker, variables: dict[str, str]) -> None:
        self.docker = docker
        names = ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "MINIO_PASSWORD", "JOBS_SECRET_KEY", "GATEWAY_SECRET_KEY")
        self._environment = {
            **docker.environment,
            **{name: secrets.token_hex(32) for name in (*names, "GRAFANA_PASSWORD")},
            # Only asked with a key, which the tests of the provider give.
            "LLM_BASE_URL": "http://fake-llm:8089/api/v1",
            # Closed by default; the tests make accounts of their own.
            "GATEWAY_REGISTRATION": "open",
            **variables,
            "METATAG_IMAGES": "metatag-test",
            "METATAG_TAG": TAG,
            "GATEWAY_PORTS": f"127.0.0.1:{_GATEWAY_PORTS[0]}-{_GATEWAY_PORTS[-1]}",
            "SAMPLES": str(ROOT / "samples"),
            "PATH": PATH,
        }

    def set(self, **variables: str) -> None:
        """Changes variables of docker-compose.yml for what is started from now on."""
        self._environment |= variables

    def variable(self, name: str) -> str:
        return self._environment[name]

    def compose(self, *arguments: str, check: bool = True, limit: float = 600.0) -> str:
        return command(
            ["docker-compose", "-p", PROJECT, *_FILES, *arguments], self._environment, check=check, limit=limit
        )

    def compose_piped(self, arguments: Sequence[str], given: bytes) -> None:
        """Runs docker-compose with bytes on its standard input."""
        words = ["docker-compose", "-p", PROJECT, *_FILES, *arguments]
        done = subprocess.run(
            words, env=self._environment, cwd=ROOT, input=given, capture_output=True, check=False, timeout=300
        )
        assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]

    def up(self, *services: str, scale: dict[str, int] | None = None) -> None:
        """Brings services to what the file says; `scale` gives numbers of replicas. Others keep theirs."""
        wanted = {**{name: len(found) for name, found in self.containers().items()}, **(scale or {})}
        numbers = [f"--scale={name}={number}" for name, number in wanted.items() if number > 1 or name in (scale or {})]
        self.compose("up", "-d", "--no-build", "--no-recreate", *numbers, *services)

    def down(self) -> None:
        self.compose("down", "-v", "--remove-orphans", "-t", "5", check=False)

    def containers(self) -> dict[str, list[str]]:
        """Gives the ids of the running containers of each service."""
        form = '{{.ID}} {{.Label "com.docker.compose.service"}}'
        listed = self.docker.run("ps", "--filter", f"label=com.docker.compose.project={PROJECT}", "--format", form)
        found: dict[str, list[str]] = {}
        for line in listed.splitlines():
            identity, service = line.split()
            found.setdefault(service, []).append(identity)
        return found

    @property
    def urls(self) -> list[str]:
        found = []
        for identity in self.containers().get("gateway", []):
            for line in self.docker.run("port", identity, "8000", check=False).splitlines():
                found.append(f"http://{line}")
        return sorted(found)

    @property
    def doors(self) -> list[str]:
        """Every address at which a gateway may be, as a balancer knows them."""
        return [f"http://127.0.0.1:{port}" for port in _GATEWAY_PORTS]

    def wait_ready(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            try:
                if self.urls and all(httpx.get(f"{url}/readyz", timeout=5).is_success for url in self.urls):
                    return
            except httpx.TransportError:
                pass
            time.sleep(1)
        raise AssertionError(f"the stack was not ready in {READY_SECONDS:.0f} s:\n{self.report()}")

    def wait_healthy(self, service: str, number: int) -> None:
        """Waits until so many containers of a service are healthy and no others are there."""
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            states = [self.state(identity) for identity in self.containers().get(service, [])]
            if states == ["healthy"] * number:
                return
            time.sleep(1)
        raise AssertionError(f"{service} is not {number} times healthy:\n{self.report()}")

    def state(self, identity: str) -> str:
        return self.docker.run("inspect", "-f", "{{.State.Health.Status}}", identity, check=False).strip()

    def execute(self, service: str, *words: str, check: bool = True) -> str:
        """Runs a command inside the first container of a service."""
        return self.docker.run("exec", self.containers()[service][0], *words, check=check)

    def metrics(self, identity: str) -> dict[str, float]:
        """Gives a container's metrics by series."""
        program = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:9090/metrics').read().decode())"
        text = self.docker.run("exec", identity, "python", "-c", program)
        return {name: float(value) for name, value in re.findall(r"^(\w+(?:\{[^}]*\})?) (\S+)$", text, re.MULTILINE)}

    def address(self, identity: str) -> str:
        """Gives the first address of a container."""
        networks = json.loads(self.docker.run("inspect", "-f", "{{json .NetworkSettings.Networks}}", identity))
        return str(next(iter(networks.values()))["IPAddress"])

    def kill(self, services: Sequence[str]) -> str:
        """Kills the process of a random container of these services from outside, as a crash; docker restarts it."""
        identity, service = random.choice(
            [(each, name) for name, found in self.containers().items() if name in services for each in found]
        )
        pid = int(self.docker.run("inspect", "-f", "{{.State.Pid}}", identity, check=False).strip() or 0)
        if pid:
            os.kill(pid, signal.SIGKILL)
        return service

    def report(self) -> str:
        """Gives what an operator would look at first."""
        logs = self.compose("logs", "--no-color", "--tail=15", check=False)
        return self.compose("ps", check=False) + logs[-12000:]


@contextmanager
def running(docker: Docker, variables: dict[str, str]) -> Iterator[Stack]:
    """Gives a started stack with two gateways, and takes it away."""
    stack = Stack(docker, variables)
    stack.down()
    try:
        stack.up(scale={"gateway": 2, "ocr": 1, "tagger": 1, "jobs-api": 1, "jobs-worker": 1})
        stack.wait_ready()
        yield stack
    finally:
        kept = os.environ.get("METATAG_TEST_COMPOSE_LOG")
        if kept:
            Path(kept).write_text(stack.compose("logs", "--no-color", check=False))
        stack.down()
