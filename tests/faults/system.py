"""The cluster of jobs_system.py with a proxy between every process and everything that it calls, objects in S3."""

from __future__ import annotations

import contextlib
import fnmatch
import os
import signal
import uuid
from collections.abc import Iterator
from typing import Any

from minio import Minio

from fakes import servers
from fakes.fault_proxy import Link, Proxies
from fakes.jobs_system import System

# As an operator has them who sets nothing.
DEFAULTS = {"lease": 15, "admitted_lease": 60}


class FaultySystem(System):
    """Links are named "process>server": worker1>postgres, gateway1>api2, api1>s3."""

    def __init__(self) -> None:
        store = servers.moto()
        super().__init__(
            files_url=f"s3://faults-{uuid.uuid4().hex[:8]}",
            s3_access_key=store.access_key,
            s3_secret_key=store.secret_key,
            s3_secure="false",
            **DEFAULTS,
        )
        self.bucket = str(self.settings["files_url"]).removeprefix("s3://")
        self.store = Minio(store.endpoint, store.access_key, store.secret_key, secure=False)
        self._ports = {
            "postgres": self.postgres.port,
            "redis": self.redis.port,
            "s3": store.port,
            **self.ports,
        }
        self._proxies = Proxies()
        self._links: dict[str, Link] = {}
        # More environment, by process.
        self.environment: dict[str, dict[str, str]] = {}
        # The tagger of the product, with these settings, in place of the fast fake.
        self.real_tagger: dict[str, str] | None = None

    def links(self, pattern: str) -> list[Link]:
        """Return the links whose names match, at least one: "*>redis", "worker1>*"."""
        found = [link for name, link in self._links.items() if fnmatch.fnmatch(name, pattern)]
        assert found, f"no link is named {pattern}"
        return found

    @contextlib.contextmanager
    def broken(self, pattern: str, mode: str | int = "pass", *, delay: float = 0.0, rate: int = 0) -> Iterator[None]:
        """Break links for a while; what hung or was refused ends with a reset where the fault resets."""
        links = self.links(pattern)
        for link in links:
            link.mode, link.delay, link.rate = mode, delay, rate
        if mode == "refuse" or isinstance(mode, int):
            self._proxies.reset(*links)
        try:
            yield
        finally:
            for link in links:
                link.mode, link.delay, link.rate = "pass", 0.0, 0
            if isinstance(mode, int):
                self._proxies.reset(*links)

    def reset(self, pattern: str) -> None:
        """Reset the connections of links now."""
        self._proxies.reset(*self.links(pattern))

    @contextlib.contextmanager
    def frozen(self, *names: str) -> Iterator[None]:
        """Stop processes where they stand for a while: their connections stay open."""
        for name in names:
            os.kill(self.processes[name].pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for name in names:
                os.kill(self.processes[name].pid, signal.SIGCONT)

    def objects(self) -> set[str]:
        """Return the names of all objects in the store."""
        found = self.store.list_objects(self.bucket, prefix="objects/", recursive=True)
        return {str(each.object_name).rpartition("/")[2] for each in found}

    def complaints(self, name: str) -> str:
        """Return the last warnings and errors of a process's log."""
        lines = (self.folder / f"{name}.log").read_text(errors="replace").splitlines()
        loud = [
            line if len(line) < 800 else f"{line[:300]} ... {line[-500:]}"
            for line in lines
            if '"level": "info"' not in line and "[info " not in line
        ]
        return "\n".join([line for line in loud if "[debug " not in line][-20:])

    def close(self) -> None:
        """End everything."""
        super().close()
        self._proxies.close()

    def _through(self, process: str, server: str) -> str:
        name = f"{process}>{server}"
        if name not in self._links:
            self._links[name] = self._proxies.add(self._ports[server])
        return f"127.0.0.1:{self._links[name].port}"

    def _tagger(self, name: str) -> tuple[list[str], dict[str, Any]]:
        if self.real_tagger is None:
            return super()._tagger(name)
        return ["metatag_tagger"], {"METATAG_TAGGER_LISTEN": self._at(name), **self.real_tagger}

    def _jobs(self, name: str) -> tuple[list[str], dict[str, Any]]:
        command, environment = super()._jobs(name)
        postgres, redis = (self._through(name, server) for server in ("postgres", "redis"))
        return command, {
            **environment,
            "METATAG_JOBS_DATABASE_URL": _moved(self.database_url, postgres),
            "METATAG_JOBS_REDIS_URL": _moved(self.redis.url, redis),
            "METATAG_JOBS_S3_ENDPOINT": self._through(name, "s3"),
            "METATAG_JOBS_OCR_ADDRESS": f"{self._through(name, 'ocr1')},{self._through(name, 'ocr2')}",
            "METATAG_JOBS_TAGGER_ADDRESS": self._through(name, "tagger"),
            **self.environment.get(name, {}),
        }

    def _gateway(self, name: str) -> tuple[list[str], dict[str, Any]]:
        command, environment = super()._gateway(name)
        apis = ",".join(self._through(name, api) for api in ("api1", "api2"))
        return command, {
            **environment,
            "METATAG_GATEWAY_JOBS_ADDRESS": f"ipv4:{apis}",
            "METATAG_GATEWAY_REDIS_URL": _moved(self.redis.url, self._through(name, "redis")),
            "METATAG_GATEWAY_DATABASE_URL": _moved(self.gateway_database_url, self._through(name, "postgres")),
            **self.environment.get(name, {}),
        }


def _moved(url: str, address: str) -> str:
    """Return a URL with another host and port; a user before the host stays."""
    scheme, _, rest = url.partition("://")
    authority, _, path = rest.partition("/")
    user, at, _ = authority.rpartition("@")
    return f"{scheme}://{user}{at}{address}/{path}"
