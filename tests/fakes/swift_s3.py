"""OpenStack Swift with its S3 door: an S3 service that checks every signature, on private ports, in a few seconds.

Debian's package python3-swift runs under the system's Python. One disk, one copy of everything; the objects are real
files. `python3 swift_s3.py FOLDER PACKAGES PORTS` writes the settings and runs the four servers until it is killed.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import shutil
import signal
import site
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SYSTEM_PYTHON = "/usr/bin/python3"
ACCESS_KEY = "metatag:tester"
SECRET_KEY = "metatag-swift-secret"
PACKAGE = "python3-swift"
# What the package brings, as servers.Server names it.
PATTERN = "usr/lib/python3/dist-packages/swift"

_PROXY = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
user = {user}
workers = 0
[pipeline:main]
pipeline = catch_errors gatekeeper cache listing_formats s3api tempauth copy slo dlo versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:catch_errors]
use = egg:swift#catch_errors
[filter:gatekeeper]
use = egg:swift#gatekeeper
[filter:cache]
paste.filter_factory = __main__:cache_filter
[filter:listing_formats]
use = egg:swift#listing_formats
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
[filter:tempauth]
use = egg:swift#tempauth
user_metatag_tester = {secret} .admin
[filter:copy]
use = egg:swift#copy
[filter:slo]
use = egg:swift#slo
[filter:dlo]
use = egg:swift#dlo
[filter:versioned_writes]
use = egg:swift#versioned_writes
"""

_STORE = """
[DEFAULT]
bind_ip = 127.0.0.1
bind_port = {port}
swift_dir = {folder}
devices = {folder}
mount_check = false
user = {user}
workers = 0
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
"""


class Swift:
    """The running service, as servers.Moto."""

    access_key = ACCESS_KEY
    secret_key = SECRET_KEY

    def __init__(self, ports: list[int], packages: Path, environment: Mapping[str, str]) -> None:
        """`ports`: of the door, and of the three stores behind it; `packages`: where its Python modules lie."""
        self.port = ports[0]
        self._folder = Path(tempfile.mkdtemp(prefix="metatag-swift-"))
        # Isolated: the system's Python must not see our packages.
        command = [SYSTEM_PYTHON, "-I", "-W", "ignore", __file__, str(self._folder), str(packages), *map(str, ports)]
        with (self._folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                command,
                env={"PATH": os.defpath, **environment},
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        atexit.register(self.remove)

    @property
    def endpoint(self) -> str:
        """The address, host:port."""
        return f"127.0.0.1:{self.port}"

    def remove(self) -> None:
        """Kill all servers and delete what they kept."""
        # Imported here: the system's Python, which runs this file too, need not have it.
        import psutil

        # The stores behind the door leave its process group.
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self._process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    child.kill()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)


class _Cache:
    """Stands where a cluster has its memcached: one process needs none."""

    def __init__(self) -> None:
        self._kept: dict[str, Any] = {}

    def get(self, key: str, **_: Any) -> Any:
        return self._kept.get(key)

    def set(self, key: str, value: Any, *_: Any, **__: Any) -> None:
        self._kept[key] = value

    def delete(self, key: str, **_: Any) -> None:
        self._kept.pop(key, None)


def cache_filter(_: Any, **__: Any) -> Any:
    """Give the filter that hands the cache to the others."""
    cache = _Cache()

    def wrap(app: Any) -> Any:
        def call(environ: dict[str, Any], start_response: Any) -> Any:
            environ["swift.cache"] = cache
            return app(environ, start_response)

        return call

    return wrap


def _main() -> None:
    folder, packages, *numbers = sys.argv[1:]
    # Unpacked packages lie elsewhere than the system's.
    site.addsitedir(packages)
    _serve(Path(folder), [int(number) for number in numbers])


def _serve(folder: Path, ports: list[int]) -> None:
    kinds = ("account", "container", "object")
    _write_settings(folder, dict(zip(kinds, ports[1:], strict=True)), ports[0])
    from swift.common import utils

    # Where all four look for the salt of their hashes; it is read at the import of others.
    utils.SWIFT_CONF_FILE = str(folder / "swift.conf")
    from swift.common import wsgi

    for kind in kinds:
        if os.fork() == 0:
            os._exit(wsgi.run_wsgi(str(folder / f"{kind}.conf"), f"{kind}-server"))
    sys.exit(wsgi.run_wsgi(str(folder / "proxy.conf"), "proxy-server"))


def _write_settings(folder: Path, stores: dict[str, int], port: int) -> None:
    import getpass

    from swift.common.ring import RingBuilder

    user = getpass.getuser()
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = tests\n")
    (folder / "proxy.conf").write_text(_PROXY.format(port=port, folder=folder, user=user, secret=SECRET_KEY))
    (folder / "disk").mkdir()
    for kind, place in stores.items():
        (folder / f"{kind}.conf").write_text(_STORE.format(port=place, folder=folder, user=user, kind=kind))
        builder = RingBuilder(1, 1, 0)
        builder.add_dev({"region": 1, "zone": 1, "ip": "127.0.0.1", "port": place, "device": "disk", "weight": 1})
        builder.rebalance()
        builder.get_ring().save(str(folder / f"{kind}.ring.gz"))


if __name__ == "__main__":
    _main()
