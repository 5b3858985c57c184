"""The programs of a cluster: built from Go modules once and kept outside the checkout, or installed from Debian."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Collection
from pathlib import Path

from deploy.docker_host import command
from deploy.docker_host import why_not as why_no_docker

CACHE = Path(os.environ.get("METATAG_TEST_CLUSTER_CACHE", Path.home() / ".cache/metatag-cluster"))
MODULES = Path(__file__).parent / "modules"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
# Debian's, by a program of each.
PACKAGES = {
    "etcd": "etcd-server",
    "containerd": "containerd",
    "runc": "runc",
    "iptables": "iptables",
    "ipset": "ipset",
    "conntrack": "conntrack",
    "ip": "iproute2",
    "nsenter": "util-linux",
}
CNI = Path("/usr/lib/cni")
# What `go build` is asked for, by what it is needed for: an API server and kubelets, pods that find each other and are
# measured, policies that are enforced, the chart.
PARTS = {
    "kubernetes": [f"k8s.io/kubernetes/cmd/{name}" for name in (
        "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubelet", "kube-proxy",
    )],
    "addons": [
        "./coredns",
        "./pause",
        "sigs.k8s.io/metrics-server/cmd/metrics-server",
    ],
    "policies": ["github.com/cloudnativelabs/kube-router/v2/cmd/kube-router"],
    "helm": ["helm.sh/helm/v3/cmd/helm"],
}  # fmt: skip
# Modules whose custom resource definitions our manifests use, with the folders that hold them.
DEFINITIONS = {
    "sigs.k8s.io/gateway-api@v1.6.3": "config/crd/standard",
    "github.com/kedacore/keda/v2@v2.20.2": "config/crd/bases",
    "github.com/cert-manager/cert-manager@v1.21.2": "deploy/crds",
    "github.com/prometheus-operator/prometheus-operator@v0.85.0": "example/prometheus-operator-crd",
    "github.com/external-secrets/external-secrets@v1.3.2": "config/crds/bases",
}


class NotHere(RuntimeError):
    """A program cannot be had on this machine; the text says which and why."""


def why_not() -> str:
    """Return the sentence why no cluster can be raised here, or nothing."""
    reason = why_no_docker()
    if reason:
        return f"No cluster can be raised. {reason}"
    if not shutil.which("go"):
        return "No cluster can be raised: its programs are built with Go, which is not here. KUBECONFIG names another."
    return ""


@functools.cache
def debian() -> None:
    """Install what is missing of Debian's packages."""
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program, path=PATH)]
    missing += [] if (CNI / "bridge").exists() else ["containernetworking-plugins"]
    if missing:
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        command(["apt-get", "update", "-qq"], environment)
        command(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], environment)


@functools.cache
def built(part: str) -> Path:
    """Return the folder with the programs of a module, built there when its go.mod, go.sum or sources are new."""
    module = MODULES / {"policies": "addons"}.get(part, part)
    sources = sorted(path for path in module.rglob("*") if path.is_file())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources) + part.encode()).hexdigest()[:12]
    folder = CACHE / f"{part}-{digest}"
    if not folder.exists():
        making = CACHE / f"{part}-{digest}.part"
        making.mkdir(parents=True, exist_ok=True)
        environment = {
            **os.environ,
            "CGO_ENABLED": "0",
            "GOCACHE": str(CACHE / "go-build"),
            "GOFLAGS": "-mod=readonly -buildvcs=false",
        }
        words = ["nice", "-n", "15", "go", "build", "-ldflags", _flags(module), "-o", f"{making}/", *PARTS[part]]
        done = subprocess.run(
            words, env=environment, cwd=module, capture_output=True, text=True, check=False, timeout=7200
        )
        if done.returncode:
            raise NotHere(f"{part} could not be built: {done.stderr.strip()[-600:]}")
        making.rename(folder)
    return folder


def _flags(module: Path) -> str:
    """Strip symbols, and say the version that an ordinary release is built with."""
    found = re.search(r"k8s\.io/kubernetes v(\d+)\.(\d+)\.(\d+)", (module / "go.mod").read_text(encoding="utf-8"))
    if found is None:
        return "-s -w"
    version = f"v{'.'.join(found.groups())}"
    values = {"gitVersion": version, "gitMajor": found[1], "gitMinor": found[2], "gitTreeState": "clean"}
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return " ".join(["-s -w", *(f"-X {each}.{name}={value}" for each in packages for name, value in values.items())])


def definitions(kinds: Collection[str]) -> list[Path]:
    """Return the files that define custom resources of these kinds, from the modules of their projects."""
    found: list[Path] = []
    for module, folder in DEFINITIONS.items():
        words = ["go", "mod", "download", "-json", module]
        done = subprocess.run(words, cwd="/", capture_output=True, text=True, check=False, timeout=600)
        if done.returncode:
            raise NotHere(f"{module} could not be fetched: {(done.stdout + done.stderr).strip()[-300:]}")
        found += sorted(Path(json.loads(done.stdout)["Dir"], folder).glob("*.yaml"))
    names = tuple(f"_{kind.lower()}s.yaml" for kind in kinds)
    return [path for path in found if path.name.endswith(names)]
