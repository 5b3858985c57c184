"""A receiver of webhooks in a process of its own: writes down what comes, and answers as its path says.

`/ok` answers 204, `/fail` 500, `/gone` 410, `/redirect` 302 to `/ok`, `/hang` not at all, `/flaky` 500 the first time.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

STATUS = {"/ok": 204, "/fail": 500, "/gone": 410, "/redirect": 302, "/flaky": 500}


@dataclass(frozen=True)
class Receiver:
    """Where it listens, and the file it writes to."""

    port: int
    log: Path

    def url(self, path: str) -> str:
        """Return an address."""
        return f"http://127.0.0.1:{self.port}{path}"

    def heard(self, path: str = "/ok") -> list[dict[str, Any]]:
        """Return what came to a path: its headers, and its body as it was."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [entry for entry in map(json.loads, lines) if entry["path"] == path]


@contextmanager
def receiving(folder: Path) -> Iterator[Receiver]:
    """Run a receiver."""
    log = folder / "webhooks.jsonl"
    process = subprocess.Popen([sys.executable, __file__, str(log)], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield Receiver(int(process.stdout.readline()), log)
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


class _Handler(BaseHTTPRequestHandler):
    log: Path
    flaky = 0

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0"))).decode()
        entry = {"path": self.path, "headers": {k.lower(): v for k, v in self.headers.items()}, "body": body}
        with self.log.open("a") as file:
            file.write(json.dumps(entry) + "\n")
        if self.path == "/hang":
            time.sleep(600)
        status = STATUS.get(self.path, 404)
        if self.path == "/flaky":
            type(self).flaky += 1
            status = 500 if self.flaky == 1 else 200
        self.send_response(status)
        if status == 302:
            self.send_header("location", "/ok")
        self.end_headers()

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing."""


if __name__ == "__main__":
    _Handler.log = Path(sys.argv[1])
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
