"""The network of a cluster: a hub with the control plane and a namespace a node, on one bridge of their own.

Everything lies in network namespaces, but for one end of a cable that this machine holds, so that it can ask the API
server and the pods. Taking the namespaces away takes all of it away.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

PREFIX = "metatag-test"
HUB = f"{PREFIX}-hub"
CABLE = "metatag-t0"
# Private blocks: the ways of the manifests to public addresses leave them out.
HOST_ADDRESS = "10.199.0.1"
API_ADDRESS = "10.199.0.2"
PODS = "10.201.0.0/16"
SERVICES = "10.202.0.0/16"
API_SERVICE = "10.202.0.1"
DNS_SERVICE = "10.202.0.10"


def node_namespace(number: int) -> str:
    return f"{PREFIX}-node-{number}"


def node_address(number: int) -> str:
    return f"10.199.0.{10 + number}"


def node_pods(number: int) -> str:
    return f"10.201.{number}.0/24"


def ip(*words: str, namespace: str = "", check: bool = True) -> str:
    """Run ip(8), in a network namespace if one is named."""
    inside = ["-n", namespace] if namespace else []
    done = subprocess.run(["ip", *inside, *words], capture_output=True, text=True, check=False, timeout=30)
    if check and done.returncode:
        raise AssertionError(f"ip {' '.join([*inside, *words])}: {done.stderr.strip()}")
    return done.stdout


def raise_network(nodes: Sequence[int]) -> None:
    """Make the hub and the namespaces of the nodes, and connect them."""
    ip("netns", "add", HUB)
    ip("link", "set", "lo", "up", namespace=HUB)
    ip("link", "add", "bridge", "type", "bridge", namespace=HUB)
    ip("address", "add", f"{API_ADDRESS}/24", "dev", "bridge", namespace=HUB)
    ip("link", "set", "bridge", "up", namespace=HUB)
    _cable(CABLE, "", "host", HOST_ADDRESS)
    for number in nodes:
        namespace = node_namespace(number)
        ip("netns", "add", namespace)
        ip("link", "set", "lo", "up", namespace=namespace)
        _cable("uplink", namespace, f"node{number}", node_address(number))
        _sysctl(namespace, "net.ipv4.ip_forward=1")
        ip("route", "add", "default", "via", API_ADDRESS, namespace=namespace)
    # This machine asks Services through the first node, as a balancer outside would through any.
    ip("route", "add", SERVICES, "via", node_address(nodes[0]), "dev", CABLE)
    for number in nodes:
        ip("route", "add", node_pods(number), "via", node_address(number), "dev", CABLE)
        ip("route", "add", node_pods(number), "via", node_address(number), namespace=HUB)
        for other in nodes:
            if other != number:
                ip("route", "add", node_pods(other), "via", node_address(other), namespace=node_namespace(number))


def clear_network() -> None:
    """Take everything away, of this run or of one that was ended."""
    for line in ip("netns", "list").splitlines():
        if line.startswith(f"{PREFIX}-"):
            ip("netns", "delete", line.split()[0], check=False)
    ip("link", "delete", CABLE, check=False)


def remains() -> list[str]:
    """Return what is left of a cluster's network."""
    left = [line.split()[0] for line in ip("netns", "list").splitlines() if line.startswith(f"{PREFIX}-")]
    return [*left, *([CABLE] if CABLE in ip("link", "show") else [])]


def _cable(near: str, namespace: str, far: str, address: str) -> None:
    """Lay a cable from a namespace (empty: this machine's own) to the bridge of the hub."""
    ip("link", "add", f"m-{far}", "type", "veth", "peer", "name", far, "netns", HUB)
    if namespace:
        ip("link", "set", f"m-{far}", "netns", namespace)
    ip("link", "set", f"m-{far}", "name", near, namespace=namespace)
    ip("address", "add", f"{address}/24", "dev", near, namespace=namespace)
    ip("link", "set", near, "up", namespace=namespace)
    ip("link", "set", far, "master", "bridge", namespace=HUB)
    ip("link", "set", far, "up", namespace=HUB)


def _sysctl(namespace: str, setting: str) -> None:
    subprocess.run(["ip", "netns", "exec", namespace, "sysctl", "-qw", setting], check=True, timeout=30)
