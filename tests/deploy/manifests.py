"""Renders the Kubernetes manifests as `kubectl apply -k` would, and gives them as plain dictionaries."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
K8S = ROOT / "deploy/k8s"
COMPONENTS = tuple(sorted(path.name for path in (K8S / "components").iterdir()))

Manifest = dict[str, Any]
# Custom resources, by the beginning of their apiVersion.
CUSTOM = (
    "keda.sh/",
    "monitoring.coreos.com/",
    "cert-manager.io/",
    "external-secrets.io/",
    "gateway.networking.k8s.io/",
)

# What is promised to render and hold: the overlays, alone and with components. `hpa` and `keda` exclude each other.
COMBINATIONS: dict[str, tuple[str, ...]] = {
    "base": ("base",),
    "dev": ("overlays/dev",),
    "prod": ("overlays/prod",),
    "prod+external-secrets": ("overlays/prod", "components/external-secrets"),
    "prod+gpu-easyocr": ("overlays/prod", "components/gpu-easyocr"),
    "prod+private-ca+priority+backup": (
        "overlays/prod",
        "components/private-ca",
        "components/priority",
        "components/backup",
    ),
    "prod+dns-node-local": ("overlays/prod", "components/dns-node-local"),
    "prod+dns-openshift": ("overlays/prod", "components/dns-openshift"),
    "dev+gateway-api+hpa": ("overlays/dev", "components/gateway-api", "components/hpa"),
    "dev+gpu-easyocr+mtls": ("overlays/dev", "components/gpu-easyocr", "components/mtls"),
    "dev+keda+monitoring": ("overlays/dev", "components/keda", "components/monitoring"),
    "prod+gateway-egress": ("overlays/prod", "components/gateway-egress"),
    "prod+doctor": ("overlays/prod", "components/doctor"),
    "dev+everything": (
        "overlays/dev",
        *(f"components/{name}" for name in COMPONENTS if name not in ("hpa", "dev-datastores")),
    ),
}


def kubectl() -> str:
    """Gives the kubectl that the development environment brings (a wheel), else one on the path."""
    beside = Path(sys.executable).with_name("kubectl")
    found = str(beside) if beside.exists() else shutil.which("kubectl")
    if not found:
        raise FileNotFoundError("kubectl is missing: run make setup, which installs it from its wheel.")
    return found


def combine(*parts: str) -> list[Manifest]:
    """Renders one base or overlay with components on top, named by their paths under deploy/k8s."""
    if len(parts) == 1:
        return _kustomize(K8S / parts[0])
    if parts[0] == "overlays/prod":
        return overlaid("prod", *(part.removeprefix("components/") for part in parts[1:]))
    with tempfile.TemporaryDirectory() as folder:
        relative = [os.path.relpath(K8S / part, folder) for part in parts]
        kustomization = {
            "apiVersion": "kustomize.config.k8s.io/v1beta1",
            "kind": "Kustomization",
            # What components add must land where the overlay's objects are.
            "namespace": "metatag",
            "resources": relative[:1],
            "components": relative[1:],
        }
        (Path(folder) / "kustomization.yaml").write_text(yaml.safe_dump(kustomization))
        return _kustomize(Path(folder))


def overlaid(overlay: str, *components: str, mtls: bool = True, **kustomization: Any) -> list[Manifest]:
    """Render a copy of an overlay that takes more components and fields, as the docs tell an operator to make one.

    `mtls` stays the last of its components, or is left out.
    """
    place = K8S / "overlays" / overlay
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(place, folder, dirs_exist_ok=True)
        own = yaml.safe_load((place / "kustomization.yaml").read_text())
        last = [each for each in own["components"] if each.endswith("/mtls")]
        first = [each for each in own["components"] if each not in last]
        own["components"] = [*first, *(f"../../components/{name}" for name in components)]
        own["components"] += last if mtls else []
        for field in ("resources", "components"):
            own[field] = [os.path.relpath((place / path).resolve(), folder) for path in own[field]]
        (Path(folder) / "kustomization.yaml").write_text(yaml.safe_dump(own | kustomization))
        return _kustomize(Path(folder))


def _kustomize(folder: Path) -> list[Manifest]:
    done = subprocess.run([kubectl(), "kustomize", folder], capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise AssertionError(f"{folder} does not render:\n{done.stderr}")
    return [each for each in yaml.safe_load_all(done.stdout) if each]


@functools.cache
def rendered(name: str) -> tuple[Manifest, ...]:
    """Gives a listed combination; do not change what it gives."""
    return tuple(combine(*COMBINATIONS[name]))


def of_kind(manifests: Iterable[Manifest], *kinds: str) -> list[Manifest]:
    return [each for each in manifests if each["kind"] in kinds]


def label(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def workloads(manifests: Iterable[Manifest]) -> list[Manifest]:
    """Return what makes pods; a CronJob stands with the spec of the Jobs that it makes."""
    manifests = list(manifests)
    scheduled = [each | {"spec": each["spec"]["jobTemplate"]["spec"]} for each in of_kind(manifests, "CronJob")]
    return [*of_kind(manifests, "Deployment", "StatefulSet", "Job"), *scheduled]


def pod(workload: Manifest) -> Manifest:
    return workload["spec"]["template"]["spec"]  # type: ignore[no-any-return]


def pod_labels(workload: Manifest) -> dict[str, str]:
    return workload["spec"]["template"]["metadata"].get("labels", {})  # type: ignore[no-any-return]


def selects(selector: Manifest | None, labels: dict[str, str]) -> bool:
    """Tells whether a label selector, in either of its forms, takes a pod in; an empty one takes all."""
    selector = selector or {}
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    return all(_holds(rule, labels) for rule in selector.get("matchExpressions", []))


def _holds(rule: Manifest, labels: dict[str, str]) -> bool:
    value, known = labels.get(rule["key"]), rule["key"] in labels
    return {
        "In": known and value in rule.get("values", []),
        "NotIn": not known or value not in rule.get("values", []),
        "Exists": known,
        "DoesNotExist": not known,
    }[rule["operator"]]
