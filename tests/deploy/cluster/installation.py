"""The overlay dev on nodes that reach no registry: our images, stand-ins for the stores, volumes of the nodes."""

from __future__ import annotations

import copy
import subprocess
from pathlib import Path
from typing import Any

from deploy.cluster.kubernetes import NAMESPACE, Kubernetes
from deploy.docker_host import TAG
from deploy.manifests import K8S, Manifest, of_kind, overlaid, pod

SERVICES = ("gateway", "jobs", "ocr", "tagger", "doctor")
STORES = {"docker.io/library/postgres": "postgres", "docker.io/library/redis": "redis", "docker.io/minio/minio": "s3"}
DEPLOYMENTS = ("gateway", "jobs-api", "jobs-worker", "ocr", "tagger")
READY_SECONDS = 420.0


def images() -> list[dict[str, str]]:
    """Return the entries of `images:` that an overlay needs here."""
    own = [{"name": f"metatag-{name}", "newName": f"metatag-test/{name}", "newTag": TAG} for name in SERVICES]
    return own + [
        {"name": name, "newName": f"metatag-test/{standin}", "newTag": "12"} for name, standin in STORES.items()
    ]


def development(*components: str, postgres_user: int) -> list[Manifest]:
    """Return the overlay dev with components, as it runs with the stand-ins of the stores."""
    manifests = overlaid("dev", *components, images=images())
    sets = {each["metadata"]["name"]: pod(each) for each in of_kind(manifests, "StatefulSet")}
    for field in ("runAsUser", "runAsGroup", "fsGroup"):
        # Debian's server wants an account of its image.
        sets["postgres"]["securityContext"][field] = postgres_user
    sets["redis"]["containers"][0]["workingDir"] = "/data"
    [minio] = sets["minio"]["containers"]
    minio["args"] = ["-p", "9000"]
    minio["env"].append({"name": "TMPDIR", "value": "/data"})
    minio["readinessProbe"]["httpGet"]["path"] = "/moto-api/"
    for each in of_kind(manifests, "Deployment"):
        # Room for a second pod of each during a rollout on two cores.
        pod(each)["containers"][0]["resources"]["requests"]["cpu"] = "50m"
    # Registrations of one address without end.
    for each in of_kind(manifests, "ConfigMap"):
        if each["metadata"]["name"].startswith("gateway-"):
            each["data"]["METATAG_GATEWAY_REGISTER_ATTEMPTS"] = "0"
    return manifests


def volumes(place: Path, node: str, number: int) -> list[Manifest]:
    """Return volumes of a node, in folders made here; a cluster of one's own would make them itself."""
    made = []
    for each in range(number):
        folder = place / f"volume-{each}"
        folder.mkdir(parents=True, exist_ok=True)
        terms = [{"matchExpressions": [{"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}]}]
        spec: dict[str, Any] = {
            "capacity": {"storage": "30Gi"},
            "accessModes": ["ReadWriteOnce"],
            "persistentVolumeReclaimPolicy": "Retain",
            "storageClassName": "local",
            "local": {"path": str(folder)},
            "nodeAffinity": {"required": {"nodeSelectorTerms": terms}},
        }
        metadata = {"name": f"{node}-{each}"}
        made.append({"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec})
    return made


def install(kubernetes: Kubernetes, manifests: list[Manifest]) -> None:
    """Type README's lines: the namespace, the secrets, the overlay; wait until everything is there."""
    kubernetes.run("apply", "-f", K8S / "base/namespace.yaml")
    script = ["sh", str(K8S / "make-secrets.sh")]
    made = subprocess.run(script, env=kubernetes.environment, capture_output=True, text=True, check=True, timeout=60)
    kubernetes.run("apply", "-f", "-", given=made.stdout)
    kubernetes.apply(copy.deepcopy(manifests))
    wait_rolled_out(kubernetes)


def wait_rolled_out(kubernetes: Kubernetes, *names: str) -> None:
    """Wait until Deployments have rolled out; raise with what an operator would look at where one has not."""
    for name in names or DEPLOYMENTS:
        words = ("-n", NAMESPACE, "rollout", "status", "deployment", name, f"--timeout={READY_SECONDS:.0f}s")
        done = kubernetes.attempt(*words, limit=READY_SECONDS + 30)
        assert done.returncode == 0, f"{done.stdout[-500:]}{done.stderr[-500:]}\n{kubernetes.report()}"


def door(kubernetes: Kubernetes) -> str:
    """Return the URL of the Service gateway, which this machine reaches through a node as a balancer would."""
    [service] = kubernetes.get("service", "gateway")
    return f"http://{service['spec']['clusterIP']}:8000"
