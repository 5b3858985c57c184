"""The values of the Helm chart: their defaults are read from the overlay prod, their comments are here."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import yaml

Manifest = dict[str, Any]
SERVICES = ("gateway", "jobs-api", "jobs-worker", "ocr", "tagger")
_PROJECT = Path(__file__).parents[2] / "pyproject.toml"


def chart_text() -> str:
    """Return Chart.yaml; chart and program bear one version."""
    version = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"]
    chart = {
        "apiVersion": "v2",
        "name": "metatag",
        "description": "Turns PDFs, English and Hindi first, into tags.",
        "type": "application",
        "version": version,
        "appVersion": version,
        "kubeVersion": ">=1.31.0-0",
    }
    return "# Written by make render.\n" + yaml.safe_dump(chart, sort_keys=False)


def values_text(manifests: list[Manifest]) -> str:
    """Return values.yaml: each top value with its comment."""
    found = _defaults({(each["kind"], each["metadata"]["name"]): each for each in manifests})
    parts = ["# Written by make render; the defaults are those of deploy/k8s/overlays/prod.\n"]
    for name, comment in _COMMENTS.items():
        lines = "\n".join(f"# {line}" for line in comment.splitlines())
        parts.append(f"{lines}\n{yaml.safe_dump({name: found.pop(name)}, sort_keys=False, width=100)}")
    assert not found, found
    return "\n".join(parts)


def _defaults(objects: dict[tuple[str, str], Manifest]) -> dict[str, Any]:
    deployments = {name: objects["Deployment", name]["spec"]["template"]["spec"] for name in SERVICES}
    route = objects["HTTPRoute", "gateway"]["spec"]
    backup = objects["CronJob", "backup"]["spec"]
    [container] = backup["jobTemplate"]["spec"]["template"]["spec"]["containers"]
    [deep] = objects["Deployment", "ocr-easyocr"]["spec"]["template"]["spec"]["containers"]
    image = deployments["gateway"]["containers"][0]["image"]
    return {
        "images": {
            "registry": image.rpartition("/")[0],
            "tag": "",
            "pullPolicy": "IfNotPresent",
            "pullSecrets": [],
        },
        "secrets": {name: f"metatag-{name}" for name in ("gateway", "jobs", "tagger")},
        "administrator": {"fromSecret": True},
        "config": {
            name: objects["ConfigMap", name]["data"] for name in ("process", "gateway", "jobs", "ocr", "tagger")
        },
        "stores": {name: _store(objects["NetworkPolicy", policy]) for name, policy in _STORES.items()},
        "privateCa": {"configMap": ""},
        "route": {
            "enabled": True,
            "annotations": {},
            "parentRefs": route["parentRefs"],
            "hostnames": route["hostnames"],
        },
        "autoscaling": {
            "enabled": True,
            "keda": False,
            **{name: _scale(objects["HorizontalPodAutoscaler", name]["spec"]) for name in SERVICES},
        },
        "replicas": dict.fromkeys(SERVICES, 2),
        "resources": {
            **{name: pod["containers"][0]["resources"] for name, pod in deployments.items()},
            "gpu": deep["resources"],
        },
        "pods": {
            name: {"env": [], "nodeSelector": {}, "tolerations": [], "affinity": {}} for name in SERVICES
        } | {"gpu": {"env": [], "affinity": {}}},
        "serviceAccounts": {name: {} for name in SERVICES},
        "priorityClasses": {"serving": "", "working": ""},
        "networkPolicies": {"enabled": True, "dns": objects["NetworkPolicy", "dns"]["spec"]["egress"]},
        "gatewayEgress": {"enabled": False, "egress": objects["NetworkPolicy", "gateway-egress"]["spec"]["egress"]},
        "monitoring": {"enabled": True},
        "mtls": {"enabled": True, "certManager": True},
        "gpu": {"enabled": False, "replicas": 1},
        "backup": {
            "enabled": False,
            "image": container["image"],
            "schedule": backup["schedule"],
            "size": objects["PersistentVolumeClaim", "backup"]["spec"]["resources"]["requests"]["storage"],
        },
        "doctor": {"enabled": False},
    }  # fmt: skip


def _store(policy: Manifest) -> Manifest:
    [rule] = policy["spec"]["egress"]
    return {"cidrs": [peer["ipBlock"]["cidr"] for peer in rule["to"]], "port": rule["ports"][0]["port"]}


def _scale(spec: Manifest) -> Manifest:
    cpu = spec["metrics"][0]["resource"]["target"]["averageUtilization"]
    return {"min": spec["minReplicas"], "max": spec["maxReplicas"], "cpu": cpu}


_STORES = {"database": "to-database", "redis": "to-redis", "objects": "to-object-store"}
_COMMENTS = {
    "images": "REGISTRY/gateway:TAG and so on. Empty tag: the version of the chart. pullSecrets: [{name: ...}].",
    "secrets": "Names of the secrets, which you make (deploy/k8s/make-secrets.sh); one key a setting.",
    "administrator": "Whether the gateway's secret names the first account (admin_email, admin_password).",
    "config": "Settings that are no secrets, quotas among them, by service: docs/configuration.md.",
    "stores": "Where the stores are: subnets that the policies let the services reach.",
    "privateCa": "A ConfigMap whose key ca.crt is trusted beside the public authorities, for stores and sources.",
    "route": "The public door: your Gateway, and the name under which people come.",
    "autoscaling": "On CPU by HPA, or by KEDA (which then takes the place of HPA; its own bounds are in its objects).",
    "replicas": "How many pods, where nothing scales them.",
    "resources": "What a pod asks for and may take.",
    "pods": "More environment and where pods may run, by Deployment.",
    "serviceAccounts": "Annotations of ServiceAccounts, as a cloud's workload identity asks for them.",
    "priorityClasses": "Names of PriorityClasses: of what people wait for, and of what works on documents.",
    "networkPolicies": "Who may call whom. dns: where names are asked; NodeLocal DNSCache and OpenShift differ.",
    "gatewayEgress": "Where the gateway may go outside: a provider of single sign-on, a mail server.",
    "monitoring": "ServiceMonitor, alerts and dashboards for the Prometheus operator.",
    "mtls": "TLS between services. certManager: false where you make the certificates (make-certificates.sh).",
    "gpu": "A pool of EasyOCR nodes with a GPU each.",
    "backup": "A nightly dump of the database to a volume.",
    "doctor": "`helm test` runs metatag doctor in the cluster.",
}
