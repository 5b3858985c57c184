"""PostgreSQL, Redis and S3 servers as processes of the tests, each on a private port, in a folder that is deleted.

PostgreSQL refuses to run as root: then it runs as the system's user "postgres" or "nobody".
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping
from pathlib import Path

import psutil

from fakes.ports import free_port


class Postgres:
    """One PostgreSQL cluster in a temporary directory.

    fsync is off: a crash of the server is safe, one of the machine is not. Commits stay synchronous: it keeps them.
    """

    def __init__(self, programs: Path, environment: Mapping[str, str]) -> None:
        self._programs = programs
        self._environment = {**os.environ, **environment}
        self._folder = Path(tempfile.mkdtemp(prefix="metatag-pg-"))
        self._data = self._folder / "data"
        self.port = free_port()
        self._user = _server_user() if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self._as_user(
            str(programs / "initdb"),
            "-D",
            str(self._data),
            "-U",
            "metatag",
            "--auth=trust",
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
        )
        self._options = (
            f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self._folder} "
            "-c fsync=off -c full_page_writes=off -c max_connections=300 "
            "-c shared_buffers=64MB"
        )
        self.start()
        atexit.register(self.remove)

    def start(self) -> None:
        """Start, and return when it answers."""
        log = str(self._folder / "log")
        self._as_user(
            str(self._programs / "pg_ctl"),
            "-D",
            str(self._data),
            "-l",
            log,
            "-w",
            "-t",
            "60",
            "-o",
            self._options,
            "start",
        )

    def stop(self, mode: str = "fast") -> None:
        """Stop; "immediate" is a crash."""
        self._as_user(str(self._programs / "pg_ctl"), "-D", str(self._data), "-w", "-m", mode, "stop")

    def freeze(self) -> None:
        """Stop all its processes where they stand: connections stay open, nothing is answered."""
        for process in self._family():
            process.suspend()

    def thaw(self) -> None:
        """Let it go on."""
        for process in self._family():
            process.resume()

    def _family(self) -> list[psutil.Process]:
        head = psutil.Process(int((self._data / "postmaster.pid").read_text().split()[0]))
        return [head, *head.children(recursive=True)]

    def remove(self) -> None:
        """Stop and delete."""
        with contextlib.suppress(subprocess.CalledProcessError):
            self.stop("immediate")
        shutil.rmtree(self._folder, ignore_errors=True)

    def new_database(self, template: str = "") -> str:
        """Make a database, empty or a copy of one that nobody uses, and give its URL."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        self._run(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
        return self.url(name)

    def drop_database(self, url: str) -> None:
        """Drop a database, whoever is still connected."""
        self._run(f'DROP DATABASE IF EXISTS "{url.rpartition("/")[2]}" WITH (FORCE)')

    def url(self, database: str) -> str:
        """Give the URL of a database."""
        return f"postgresql://metatag@127.0.0.1:{self.port}/{database}"

    def _run(self, statement: str) -> None:
        from sqlalchemy import text

        from metatag_runtime.sql import run_blocking

        # CREATE and DROP DATABASE refuse a transaction.
        run_blocking(
            self.url("postgres"),
            lambda connection: connection.execution_options(isolation_level="AUTOCOMMIT").execute(text(statement)),
        )

    def _as_user(self, *command: str) -> None:
        switch = (
            ["setpriv", f"--reuid={self._user}", f"--regid={_group_of(self._user)}", "--clear-groups"]
            if self._user
            else []
        )
        subprocess.run(
            [*switch, *command],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env=self._environment,
        )


class Redis:
    """One redis-server with an append-only file."""

    def __init__(self, program: Path, environment: Mapping[str, str]) -> None:
        self._program = str(program)
        self._environment = {**os.environ, **environment}
        self._folder = tempfile.mkdtemp(prefix="metatag-redis-")
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self.start()
        atexit.register(self.remove)

    @property
    def url(self) -> str:
        """The URL of database 0."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start unless it runs, and return when it answers."""
        if self._process is not None and self._process.poll() is None:
            return
        self._process = subprocess.Popen(
            [
                self._program,
                *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", self._folder),
                *("--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--loglevel", "warning"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=self._environment,
        )
        wait_until(lambda: answers(self.port, b"PING\r\n", b"+PONG"), "redis-server")

    def stop(self) -> None:
        """Stop as a shutdown does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)

    def freeze(self) -> None:
        """Stop it where it stands: connections stay open, nothing is answered."""
        if self._process is not None:
            self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)

    def flush(self) -> None:
        """Forget everything."""
        answers(self.port, b"FLUSHALL\r\n", b"+OK")

    def remove(self) -> None:
        """Kill and delete."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)


class Moto:
    """An S3 service that checks no signatures: for plain behaviour only."""

    access_key = "metatag-test"
    secret_key = "metatag-test-secret"

    def __init__(self) -> None:
        self.port = free_port()
        self._process = subprocess.Popen(
            [sys.executable, "-W", "ignore", "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        wait_until(lambda: answers(self.port, b"GET / HTTP/1.0\r\n\r\n", b"HTTP/1"), "moto server", 60)
        atexit.register(self.remove)

    @property
    def endpoint(self) -> str:
        """The address, host:port."""
        return f"127.0.0.1:{self.port}"

    def remove(self) -> None:
        """Kill."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)


def _server_user() -> str:
    import pwd

    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    raise RuntimeError("no user to run PostgreSQL as")


def _group_of(user: str) -> int:
    import pwd

    return pwd.getpwnam(user).pw_gid


def answers(port: int, ask: bytes, answer: bytes) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 2) as connection:
        connection.settimeout(2)
        connection.sendall(ask)
        return connection.recv(64).startswith(answer)
    return False


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise RuntimeError(f"{what} did not start")
        time.sleep(0.05)
