"""Reads NetworkPolicies as a cluster would: who may call whom, and who may leave."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from deploy.manifests import Manifest, of_kind, pod_labels, selects, workloads

Arrow = tuple[str, str, int]

ANYWHERE = "anywhere"
DNS = "dns"


def egress(manifests: Sequence[Manifest]) -> set[Arrow]:
    """Gives every way out as (workload, target, port); targets outside are `dns` or an address block."""
    found: set[Arrow] = set()
    for caller in workloads(manifests):
        for rule in _rules(manifests, pod_labels(caller), "Egress"):
            for peer in rule.get("to", [{}]):
                for target in _names(manifests, peer):
                    found |= {(caller["metadata"]["name"], target, port) for port in _ports(rule)}
    return found


def ingress(manifests: Sequence[Manifest]) -> set[Arrow]:
    """Gives every way in as (caller, workload, port); a rule without peers lets `anywhere` in."""
    found: set[Arrow] = set()
    for called in workloads(manifests):
        for rule in _rules(manifests, pod_labels(called), "Ingress"):
            for peer in rule.get("from", [{}]):
                for caller in _names(manifests, peer):
                    found |= {(caller, called["metadata"]["name"], port) for port in _ports(rule)}
    return found


def closed(manifests: Sequence[Manifest], direction: str) -> bool:
    """Tells whether everything is refused unless a policy allows it."""
    return any(
        not policy["spec"].get("podSelector")
        and direction in policy["spec"]["policyTypes"]
        and not policy["spec"].get(direction.lower())
        for policy in of_kind(manifests, "NetworkPolicy")
    )


def _rules(manifests: Iterable[Manifest], labels: dict[str, str], direction: str) -> list[Manifest]:
    found = []
    for policy in of_kind(manifests, "NetworkPolicy"):
        spec = policy["spec"]
        if direction in spec["policyTypes"] and selects(spec.get("podSelector"), labels):
            found += spec.get(direction.lower()) or []
    return found


def _names(manifests: Sequence[Manifest], peer: Manifest) -> list[str]:
    """Gives what a peer stands for: workloads, `dns`, a namespace, an address block, or anywhere."""
    if "ipBlock" in peer:
        return [peer["ipBlock"]["cidr"]]
    if "namespaceSelector" in peer:
        name = peer["namespaceSelector"].get("matchLabels", {}).get("kubernetes.io/metadata.name", ANYWHERE)
        return [DNS if name == "kube-system" else f"namespace:{name}"]
    if "podSelector" in peer:
        return [
            each["metadata"]["name"] for each in workloads(manifests) if selects(peer["podSelector"], pod_labels(each))
        ]
    return [ANYWHERE]


def _ports(rule: Manifest) -> list[int]:
    # 0 stands for every port: a rule that names none is never one of ours.
    return [int(port.get("port", 0)) for port in rule.get("ports", [{}])]
