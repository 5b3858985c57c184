"""A cluster for tests: raised on this machine from its programs, and taken away without a trace."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from deploy.cluster import network, node
from deploy.cluster.control_plane import SERVER, ControlPlane
from deploy.cluster.kubernetes import Kubernetes
from deploy.cluster.node import Node

STATE = Path(os.environ.get("METATAG_TEST_CLUSTER_DIR", "/var/tmp/metatag-cluster"))
# More are possible; each holds its own copy of the images.
NODES = (1,)


class Cluster:
    """A control plane, and nodes once they are asked for."""

    def __init__(self) -> None:
        self.control_plane = ControlPlane(STATE)
        self.kubernetes = Kubernetes(self.control_plane.kubeconfig)
        self.nodes: list[Node] = []

    def start_nodes(self) -> None:
        """Start the nodes, with their runtime; they have no image yet."""
        for number in NODES:
            self.nodes.append(Node(number, STATE, self.control_plane.authority, SERVER))
            self.nodes[-1].start()
        for each in self.nodes:
            self.kubernetes.wait(f"{each.name} registers", lambda e=each: self._known(e.name), 120, "default")
            patch = f'{{"spec":{{"podCIDR":"{network.node_pods(each.number)}"}}}}'
            self.kubernetes.run("patch", "node", each.name, "-p", patch)

    def ready(self, name: str) -> bool:
        """Return whether a node says that it is ready."""
        [found] = self.kubernetes.get("node", name)
        return any(each["type"] == "Ready" and each["status"] == "True" for each in found["status"]["conditions"])

    def _known(self, name: str) -> bool:
        return self.kubernetes.attempt("get", "node", name).returncode == 0

    def stop(self) -> None:
        """End every process, the nodes first."""
        for each in self.nodes:
            each.stop()
        self.control_plane.stop()


@contextlib.contextmanager
def raised() -> Iterator[Cluster]:
    """Raise a control plane on this machine; nothing of it is left afterwards."""
    clear()
    before = node.sysctls()
    network.raise_network(NODES)
    cluster = Cluster()
    try:
        cluster.control_plane.start()
        yield cluster
    finally:
        cluster.stop()
        kept = os.environ.get("METATAG_TEST_CLUSTER_LOGS")
        if kept:
            _keep_logs(Path(kept))
        node.put_back(before)
        clear()
    left = remains()
    assert not left, f"the cluster left behind: {left}"


def clear() -> None:
    """Take away what this run made, or an earlier one that was ended."""
    node.clear_cgroups()
    network.clear_network()
    shutil.rmtree(STATE, ignore_errors=True)


def remains() -> list[str]:
    """Return what a cluster has left on this machine: namespaces, mounts, control groups, files, processes."""
    mounts = [line for line in Path("/proc/mounts").read_text().splitlines() if str(STATE) in line]
    groups = [str(path) for path in node.CGROUPS.glob(f"*/{node.CGROUP}")]
    files = [str(STATE)] if STATE.exists() else []
    processes = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):
            words = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
            processes += [words] if str(STATE) in words else []
    return [*network.remains(), *mounts, *groups, *files, *processes]


def _keep_logs(place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for path in [*STATE.glob("logs/*.log"), *STATE.glob("node-*/log/*.log")]:
        shutil.copy(path, place / f"{path.parent.parent.name}-{path.name}")
