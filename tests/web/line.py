"""A line between browser and server that can be cut and restored, in the middle of anything."""

from __future__ import annotations

import contextlib
import socket
import threading


class Line:
    """Passes TCP bytes from a port of its own to a server. While cut, connections break and none is taken."""

    def __init__(self, target_port: int) -> None:
        self._target = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._whole = threading.Event()
        self._whole.set()
        threading.Thread(target=self._accept, name="line", daemon=True).start()

    def cut(self) -> None:
        """Break every connection; new ones break at once."""
        self._whole.clear()
        for end in list(self._open):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def restore(self) -> None:
        """Let connections through again."""
        self._whole.set()

    def close(self) -> None:
        """Stop for good."""
        self.cut()
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if not self._whole.is_set():
                    near.close()
                    continue
                try:
                    far = socket.create_connection(("127.0.0.1", self._target))
                except OSError:
                    near.close()
                    continue
                self._open |= {near, far}
                for source, sink in ((near, far), (far, near)):
                    threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
        self._open -= {source, sink}


class Witness:
    """A proxy that serves nothing and remembers who was asked for: the browser sends everything foreign to it."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.asked: list[str] = []
        threading.Thread(target=self._accept, name="witness", daemon=True).start()

    def foreign(self, own: tuple[str, ...]) -> list[str]:
        """Give what was asked of anybody but the browser's own domains."""
        return [line for line in self.asked if not _host(line).endswith(own)]

    def close(self) -> None:
        """Stop for good."""
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                with near, contextlib.suppress(OSError):
                    near.settimeout(2)
                    self.asked.append(near.recv(4096).split(b"\r\n", 1)[0].decode("latin-1"))


def _host(line: str) -> str:
    """Give the host of a proxy's request line: `CONNECT host:443 ...` or `GET http://host/... ...`."""
    target = line.split(" ")[1] if " " in line else line
    return (
        target.removeprefix("http://").split("/")[0].rpartition(":")[0] or target.removeprefix("http://").split("/")[0]
    )
