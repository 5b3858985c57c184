"""Makes the Helm chart from the kustomize manifests, so that there is one source.

What an option of the chart adds is what a component adds to the overlay prod. `make render` writes it; a test compares
what both render.
"""

from __future__ import annotations

import copy
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from chart_values import SERVICES, chart_text, values_text
from template import Block, Expression, Fields, If, Lines, Text, document, merged

K8S = Path(__file__).parents[1] / "k8s"
CHART = Path(__file__).parents[1] / "helm/metatag"
Manifest = dict[str, Any]
# The same in C where it is built: the dashboards are long.
_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_HASH = re.compile(r"^(process|gateway|jobs|ocr|tagger)-[a-z0-9]{10}$")
# Options that add objects and change no others: their condition, and the component that they stand for.
_OPTIONS = {
    "doctor": ".Values.doctor.enabled",
    "gpu-easyocr": ".Values.gpu.enabled",
    "mtls": ".Values.mtls.enabled",
    "keda": ".Values.autoscaling.keda",
    "backup": ".Values.backup.enabled",
    "gateway-egress": "and .Values.networkPolicies.enabled .Values.gatewayEgress.enabled",
}
# Certificates that somebody else issues are secrets of the same names.
_CERTIFICATES = {"mtls": "and .Values.mtls.enabled .Values.mtls.certManager"}
_HPA = "and .Values.autoscaling.enabled (not .Values.autoscaling.keda)"
_OWN_REPLICAS = "not (or .Values.autoscaling.enabled .Values.autoscaling.keda)"
_TAG = "{{ .Values.images.tag | default .Chart.AppVersion }}"


def render(*components: str) -> list[Manifest]:
    """Return the objects of the overlay prod with components on top, without kustomize's hashes in names.

    `mtls`, which has to come last, is left out unless it is named: the chart has it as an option.
    """
    kubectl = Path(sys.executable).with_name("kubectl")
    place = K8S / "overlays/prod"
    with tempfile.TemporaryDirectory(dir=K8S.parent) as folder:
        shutil.copytree(place, folder, dirs_exist_ok=True)
        own = yaml.safe_load((place / "kustomization.yaml").read_text())
        plain_ones = [each for each in own["components"] if not each.endswith("/mtls")]
        own["components"] = [*plain_ones, *(f"../../components/{name}" for name in components)]
        for field in ("resources", "components"):
            own[field] = [os.path.relpath((place / path).resolve(), Path(folder).resolve()) for path in own[field]]
        (Path(folder) / "kustomization.yaml").write_text(yaml.safe_dump(own))
        program = str(kubectl) if kubectl.exists() else shutil.which("kubectl") or "kubectl"
        done = subprocess.run(  # noqa: S603
            [program, "kustomize", folder], capture_output=True, text=True, check=True, timeout=60
        )
    return [plain(each) for each in yaml.load_all(done.stdout, Loader=_Loader) if each["kind"] != "Namespace"]


def plain(node: Any) -> Any:
    """Return a manifest without the hashes in the names of generated ConfigMaps."""
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    found = _HASH.match(node) if isinstance(node, str) else None
    return found[1] if found else node


def outputs() -> dict[Path, str]:
    """Return every file of the chart that is derived, with its content."""
    prod = render()
    files: dict[str, list[str]] = {}
    secure = {_key(each): each for each in render("mtls")}
    for each in prod:
        tree = merged(copy.deepcopy(each), secure[_key(each)], _OPTIONS["mtls"])
        files.setdefault(_file(each), []).append(document(_templated(tree, each), _condition(each)))
    known = {_key(each) for each in prod}
    for component, condition in _OPTIONS.items():
        secure = {_key(each): each for each in render(*dict.fromkeys([component, "mtls"]))}
        for each in render(component):
            if _key(each) not in known:
                tree = merged(copy.deepcopy(each), secure[_key(each)], _OPTIONS["mtls"])
                text = document(_templated(tree, each), _condition(each) or _CERTIFICATES.get(component, condition))
                files.setdefault(component, []).append(text)
    head = "{{- /* Written by make render from deploy/k8s; do not edit. */ -}}\n"
    texts = {CHART / f"templates/{name}.yaml": head + "---\n".join(parts) for name, parts in files.items()}
    for path in sorted((K8S / "components/monitoring/dashboards").glob("*.json")):
        texts[CHART / f"files/dashboards/{path.name}"] = path.read_text(encoding="utf-8")
    texts[CHART / "values.yaml"] = values_text([*render("backup", "gateway-egress", "gpu-easyocr"), *prod])
    texts[CHART / "Chart.yaml"] = chart_text()
    return texts


def _key(manifest: Manifest) -> tuple[str, str]:
    return manifest["kind"], manifest["metadata"]["name"]


def _file(manifest: Manifest) -> str:
    kind, name = _key(manifest)
    fixed = {
        "NetworkPolicy": "network-policies",
        "ConfigMap": "config",
        "HTTPRoute": "route",
        "PrometheusRule": "monitoring",
        "ServiceMonitor": "monitoring",
    }
    return "migrate" if name.startswith("migrate") else fixed.get(kind, name)


def _condition(manifest: Manifest) -> str:
    """Return the condition under which an object of prod is there, or nothing."""
    kind, name = _key(manifest)
    if name in ("dashboards", "metrics") or kind in ("PrometheusRule", "ServiceMonitor"):
        return ".Values.monitoring.enabled"
    if name == "gateway-egress":
        return _OPTIONS[name]
    if kind == "NetworkPolicy" and "doctor" in name:
        return "and .Values.networkPolicies.enabled .Values.doctor.enabled"
    conditions = {
        "NetworkPolicy": ".Values.networkPolicies.enabled",
        "HTTPRoute": ".Values.route.enabled",
        "HorizontalPodAutoscaler": _HPA,
    }
    return conditions.get(kind, "")


def _templated(tree: Manifest, manifest: Manifest) -> Manifest:
    """Return an object with values in the places that are an installation's own."""
    kind, name = _key(manifest)
    # The namespace is the release's, and is said on the command line.
    tree["metadata"].pop("namespace")
    changes: dict[str, Callable[[Manifest, str], None]] = {
        "Deployment": _deployment, "Job": _job, "CronJob": _cron_job, "ConfigMap": _config_map, "HTTPRoute": _route,
        "HorizontalPodAutoscaler": _autoscaler, "NetworkPolicy": _policy, "ServiceAccount": _account,
        "Certificate": _certificate, "PersistentVolumeClaim": _claim,
    }  # fmt: skip
    if kind in changes:
        changes[kind](tree, name)
    return tree


def _deployment(tree: Manifest, name: str) -> None:
    """Put values into a Deployment: replicas, where its pods run, what they hold."""
    values = {"ocr-easyocr": "gpu"}.get(name, name)
    spec = tree["spec"]
    if name == "ocr-easyocr":
        tree["spec"] = {"replicas": Expression(".Values.gpu.replicas"), **spec}
    else:
        tree["spec"] = Fields([If(_OWN_REPLICAS, {"replicas": Expression(f'index .Values.replicas "{name}"')}), spec])
    metadata = spec["template"]["metadata"]
    # A changed value makes new pods, as a new name of the ConfigMap does for kustomize.
    metadata["annotations"] = {"checksum/config": Expression("toYaml .Values.config | sha256sum")}
    pod = spec["template"]["spec"]
    parts = _pod(pod)
    serving = "serving" if name in ("gateway", "jobs-api") else "working"
    priority = f".Values.priorityClasses.{serving}"
    place = f'(index .Values.pods "{values}")'
    if name == "gateway":
        _optional_administrator(pod)
    resources = pod["containers"][0]
    resources["resources"] = Block(f'index .Values.resources "{values}"')
    additions: list[Any] = [If(priority, {"priorityClassName": Expression(priority)})]
    fields = ("affinity",) if name == "ocr-easyocr" else ("nodeSelector", "tolerations", "affinity")
    additions += [If(f"{place}.{field}", {field: Block(f"{place}.{field}")}) for field in fields]
    if name != "ocr":
        _private_ca(pod, documents=name.startswith("jobs-"))
    pod["containers"][0]["env"].append(If(f"{place}.env", Block(f"{place}.env")))
    spec["template"]["spec"] = Fields([*additions, *parts])


def _optional_administrator(pod: Manifest) -> None:
    """Ask for the first account only where the secret holds one."""
    env = pod["containers"][0]["env"]
    wanted = [each for each in env if isinstance(each, dict) and "_ADMIN_" in each["name"]]
    for each in wanted:
        env[env.index(each)] = If(".Values.administrator.fromSecret", [each])


def _pod(pod: Manifest) -> list[Any]:
    """Put values into what every pod has, images and secrets; return its fields with those of pulling."""
    for container in pod["containers"]:
        if isinstance(container["image"], str):
            image = container["image"].rpartition("/")[2].partition(":")[0].removeprefix("metatag-")
            container["image"] = Text(f'"{{{{ .Values.images.registry }}}}/{image}:{_TAG}"')
        container["imagePullPolicy"] = Expression(".Values.images.pullPolicy")
    for volume in pod["volumes"]:
        secret = volume.get("secret", {}) if isinstance(volume, dict) else {}
        found = re.fullmatch(r"metatag-(gateway|jobs|tagger)", secret.get("secretName", ""))
        if found:
            secret["secretName"] = Expression(f".Values.secrets.{found[1]}")
    pull = ".Values.images.pullSecrets"
    return [If(pull, {"imagePullSecrets": Block(pull)}), pod]


def _private_ca(pod: Manifest, *, documents: bool) -> None:
    """Mount the authority of one's own where the stores are asked."""
    condition, place = ".Values.privateCa.configMap", "/etc/metatag/ca"
    names = ["SSL_CERT_FILE", *(["METATAG_JOBS_URL_CA_FILE"] if documents else [])]
    container = pod["containers"][0]
    container["env"].append(If(condition, [{"name": each, "value": f"{place}/ca.crt"} for each in names]))
    container["volumeMounts"].append(If(condition, [{"name": "ca", "mountPath": place, "readOnly": True}]))
    pod["volumes"].append(If(condition, [{"name": "ca", "configMap": {"name": Expression(condition)}}]))


def _job(tree: Manifest, name: str) -> None:
    if name.startswith("migrate"):
        # A Job cannot be changed, so that one with another image or settings needs another name.
        settings = ".Chart.AppVersion .Values.images .Values.config.process .Values.secrets .Values.privateCa"
        tree["metadata"]["name"] = Text(f"{name}-{{{{ toYaml (list {settings}) | sha256sum | trunc 8 }}}}")
    else:
        tree["metadata"]["annotations"]["helm.sh/hook"] = "test"
        tree["metadata"]["annotations"]["helm.sh/hook-delete-policy"] = "before-hook-creation"
    template = tree["spec"]["template"]
    if name.startswith("migrate"):
        _private_ca(template["spec"], documents=False)
    template["spec"] = Fields(_pod(template["spec"]))


def _cron_job(tree: Manifest, name: str) -> None:
    tree["spec"]["schedule"] = Expression(f".Values.{name}.schedule | quote")
    template = tree["spec"]["jobTemplate"]["spec"]["template"]
    template["spec"]["containers"][0]["image"] = Expression(f".Values.{name}.image")
    template["spec"] = Fields(_pod(template["spec"]))


def _claim(tree: Manifest, name: str) -> None:
    tree["spec"]["resources"]["requests"]["storage"] = Expression(f".Values.{name}.size")


def _config_map(tree: Manifest, name: str) -> None:
    if name == "dashboards":
        tree["data"] = Fields([Lines(['{{- (.Files.Glob "files/dashboards/*.json").AsConfig | nindent 2 }}'])])
        return
    lines = [
        f"{{{{- range $name, $value := .Values.config.{name} }}}}",
        "{{ $name }}: {{ $value | quote }}",
        "{{- end }}",
    ]
    deep = {"METATAG_JOBS_DEEP_OCR_ADDRESS": "dns:///ocr-easyocr:50051"}
    tree["data"] = Fields([Lines(lines), *([If(_OPTIONS["gpu-easyocr"], deep)] if name == "jobs" else [])])


def _route(tree: Manifest, name: str) -> None:
    tree["spec"]["parentRefs"] = Block(".Values.route.parentRefs")
    tree["spec"]["hostnames"] = Block(".Values.route.hostnames")
    annotations = ".Values.route.annotations"
    tree["metadata"] = Fields([tree["metadata"], If(annotations, {"annotations": Block(annotations)})])


def _autoscaler(tree: Manifest, name: str) -> None:
    place = f'(index .Values.autoscaling "{name}")'
    tree["spec"]["minReplicas"] = Expression(f"{place}.min")
    tree["spec"]["maxReplicas"] = Expression(f"{place}.max")
    tree["spec"]["metrics"][0]["resource"]["target"]["averageUtilization"] = Expression(f"{place}.cpu")


def _policy(tree: Manifest, name: str) -> None:
    store = {"to-database": "database", "to-redis": "redis", "to-object-store": "objects"}.get(name)
    if name == "dns":
        tree["spec"]["egress"] = Block(".Values.networkPolicies.dns")
    elif name == "gateway-egress":
        tree["spec"]["egress"] = Block(".Values.gatewayEgress.egress")
    elif store:
        ports = f"ports: [{{protocol: TCP, port: {{{{ .Values.stores.{store}.port }}}}}}]"
        block = [f"{{{{- range .Values.stores.{store}.cidrs }}}}", "    - ipBlock: {cidr: {{ . }}}", "{{- end }}"]
        tree["spec"]["egress"] = [Lines(["- to:", *block, f"  {ports}"])]


def _account(tree: Manifest, name: str) -> None:
    if name not in SERVICES:
        return
    place = f'index .Values.serviceAccounts "{name}"'
    tree["metadata"] = Fields([tree["metadata"], If(place, {"annotations": Block(place)})])


def _certificate(tree: Manifest, name: str) -> None:
    if "dnsNames" in tree["spec"]:
        # The certificate's names hold the namespace.
        names = [each.replace(".metatag.", ".{{ .Release.Namespace }}.") for each in tree["spec"]["dnsNames"]]
        tree["spec"]["dnsNames"] = [Text(each) if "{{" in each else each for each in names]
