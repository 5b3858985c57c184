"""What must hold across manifests and no schema sees. Each check gives its findings as sentences, or none."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from typing import Any

from deploy.manifests import Manifest, label, of_kind, pod, pod_labels, selects, workloads

# Between the end of a service's own grace and the kill. Seconds.
MARGIN = 5
SCALERS = ("HorizontalPodAutoscaler", "ScaledObject")
PROBES = ("startupProbe", "readinessProbe", "livenessProbe")


def violations(manifests: Sequence[Manifest]) -> list[str]:
    """Gives every finding of every check."""
    checks = (
        selectors,
        services,
        disruption,
        scaling,
        probes,
        draining,
        images,
        security,
        resources,
        references,
        spread,
    )
    return [finding for check in checks for finding in check(manifests)]


def containers(workload: Manifest) -> list[Manifest]:
    return [*pod(workload).get("initContainers", []), *pod(workload)["containers"]]


def selectors(manifests: Sequence[Manifest]) -> Iterator[str]:
    taken: dict[str, str] = {}
    for each in of_kind(manifests, "Deployment", "StatefulSet"):
        if not selects(each["spec"]["selector"], pod_labels(each)):
            yield f"{label(each)}: its selector does not take its own pods in"
        for other in workloads(manifests):
            if other is not each and selects(each["spec"]["selector"], pod_labels(other)):
                taken[label(each)] = label(other)
    yield from (f"{one}: its selector takes the pods of {other} in" for one, other in taken.items())


def services(manifests: Sequence[Manifest]) -> Iterator[str]:
    for service in of_kind(manifests, "Service"):
        behind = [
            each
            for each in workloads(manifests)
            if selects({"matchLabels": service["spec"]["selector"]}, pod_labels(each))
        ]
        if not behind:
            yield f"{label(service)}: selects no pod"
        for each, port in itertools.product(behind, service["spec"]["ports"]):
            target = port.get("targetPort", port["port"])
            if target not in _port_names(each):
                yield f"{label(service)}: {label(each)} has no port {target}"


def disruption(manifests: Sequence[Manifest]) -> Iterator[str]:
    budgets = of_kind(manifests, "PodDisruptionBudget")
    for budget in budgets:
        if not any(selects(budget["spec"]["selector"], pod_labels(each)) for each in workloads(manifests)):
            yield f"{label(budget)}: selects no pod"
    for each in of_kind(manifests, "Deployment"):
        matching = [budget for budget in budgets if selects(budget["spec"]["selector"], pod_labels(each))]
        if len(matching) != 1:
            yield f"{label(each)}: {len(matching)} disruption budgets instead of one"


def scaling(manifests: Sequence[Manifest]) -> Iterator[str]:
    names = {(each["kind"], each["metadata"]["name"]): each for each in workloads(manifests)}
    seen: set[str] = set()
    for scaler in of_kind(manifests, *SCALERS):
        target = scaler["spec"]["scaleTargetRef"]
        found = names.get((target.get("kind", "Deployment"), target["name"]))
        if found is None:
            yield f"{label(scaler)}: there is no {target['name']}"
        elif "replicas" in found["spec"]:
            yield f"{label(found)}: replicas fights {label(scaler)}"
        if target["name"] in seen:
            yield f"{target['name']}: two autoscalers"
        seen.add(target["name"])


def probes(manifests: Sequence[Manifest]) -> Iterator[str]:
    for each in of_kind(manifests, "Deployment", "StatefulSet"):
        for container in pod(each)["containers"]:
            for kind in ("readinessProbe", "livenessProbe"):
                if kind not in container:
                    yield f"{label(each)}: no {kind}"
            for kind in PROBES:
                yield from _probe(each, kind, container.get(kind, {}))
            live, ready = container.get("livenessProbe", {}), container.get("readinessProbe", {})
            if each["kind"] == "Deployment" and _asked(live) == _asked(ready):
                yield f"{label(each)}: liveness and readiness ask the same"


def draining(manifests: Sequence[Manifest]) -> Iterator[str]:
    for each in of_kind(manifests, "Deployment"):
        [container] = pod(each)["containers"]
        before = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", [])
        if before[:1] != ["sleep"]:
            yield f"{label(each)}: no wait before SIGTERM for endpoints to be taken away"
            continue
        own = _environment(container).get("METATAG_PROCESS_STOP_GRACE")
        if own is None:
            yield f"{label(each)}: no METATAG_PROCESS_STOP_GRACE"
            continue
        need, given = int(before[1]) + float(own) + MARGIN, pod(each)["terminationGracePeriodSeconds"]
        if need > given:
            yield f"{label(each)}: draining may take {need:g} s, the kill comes after {given} s"


def images(manifests: Sequence[Manifest]) -> Iterator[str]:
    for each in workloads(manifests):
        for container in containers(each):
            tag = container["image"].rpartition("/")[2].partition(":")[2]
            if "@sha256:" not in container["image"] and tag in ("", "latest", "main"):
                yield f"{label(each)}: floating image {container['image']}"


def security(manifests: Sequence[Manifest]) -> Iterator[str]:
    for each in workloads(manifests):
        context = pod(each).get("securityContext", {})
        if not context.get("runAsNonRoot") or context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{label(each)}: pod below `restricted`"
        if pod(each).get("automountServiceAccountToken") is not False:
            yield f"{label(each)}: gets a token of the cluster"
        for container in containers(each):
            own = container.get("securityContext", {})
            if own.get("allowPrivilegeEscalation") is not False or own.get("capabilities", {}).get("drop") != ["ALL"]:
                yield f"{label(each)}/{container['name']}: privileges"
            if own.get("readOnlyRootFilesystem") is not True:
                yield f"{label(each)}/{container['name']}: writable root"
            if each["kind"] != "StatefulSet" and any(
                "secretKeyRef" in str(entry) for entry in container.get("env", [])
            ):
                yield f"{label(each)}/{container['name']}: a secret in the environment, use a file"


def resources(manifests: Sequence[Manifest]) -> Iterator[str]:
    for each in workloads(manifests):
        for container in containers(each):
            given = container.get("resources", {})
            if not {"cpu", "memory"} <= set(given.get("requests", {})) or "memory" not in given.get("limits", {}):
                yield f"{label(each)}/{container['name']}: requests or limits are missing"


def references(manifests: Sequence[Manifest]) -> Iterator[str]:
    config_maps = {each["metadata"]["name"] for each in of_kind(manifests, "ConfigMap")}
    accounts = {each["metadata"]["name"] for each in of_kind(manifests, "ServiceAccount")}
    for each in workloads(manifests):
        if pod(each).get("serviceAccountName") not in accounts:
            yield f"{label(each)}: unknown ServiceAccount"
        volumes = {volume["name"] for volume in pod(each).get("volumes", [])}
        volumes |= {claim["metadata"]["name"] for claim in each["spec"].get("volumeClaimTemplates", [])}
        for container in containers(each):
            for mount in container.get("volumeMounts", []):
                if mount["name"] not in volumes:
                    yield f"{label(each)}: unknown volume {mount['name']}"
            for source in container.get("envFrom", []):
                name = source.get("configMapRef", {}).get("name")
                if name and name not in config_maps:
                    yield f"{label(each)}: unknown ConfigMap {name}"


def spread(manifests: Sequence[Manifest]) -> Iterator[str]:
    for each in of_kind(manifests, "Deployment"):
        rules = pod(each).get("topologySpreadConstraints", [])
        if {rule["topologyKey"] for rule in rules} != {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}:
            yield f"{label(each)}: not spread over hosts and zones"
        if not all(selects(rule["labelSelector"], pod_labels(each)) for rule in rules):
            yield f"{label(each)}: spreads other pods than its own"


def _environment(container: Manifest) -> dict[str, str]:
    return {entry["name"]: entry["value"] for entry in container.get("env", []) if "value" in entry}


def _port_names(workload: Manifest) -> list[Any]:
    ports = [port for container in pod(workload)["containers"] for port in container.get("ports", [])]
    return [port.get("name") for port in ports] + [port["containerPort"] for port in ports]


def _probe(workload: Manifest, kind: str, probe: Manifest) -> Iterator[str]:
    for how in ("grpc", "httpGet", "tcpSocket"):
        port = probe.get(how, {}).get("port")
        if port is not None and port not in _port_names(workload):
            yield f"{label(workload)}: {kind} asks port {port}, which is not there"


def _asked(probe: Manifest) -> Any:
    return next((probe[how] for how in ("grpc", "httpGet", "tcpSocket", "exec") if how in probe), None)


CHECKS = (selectors, services, disruption, scaling, probes, draining, images, security, resources, references, spread)
