"""etcd, API server, controller manager and scheduler, in the hub's network."""

from __future__ import annotations

import subprocess
from pathlib import Path

from deploy.cluster import network
from deploy.cluster.pki import Authority
from deploy.cluster.processes import Processes
from deploy.cluster.programs import PATH, built, debian

SERVER = f"https://{network.API_ADDRESS}:6443"
READY_SECONDS = 180.0


class ControlPlane:
    """A control plane of one; `kubeconfig` is an administrator's."""

    def __init__(self, folder: Path) -> None:
        debian()
        self._programs = built("kubernetes")
        self.authority = Authority(folder / "pki")
        self.processes = Processes(folder / "logs", {"PATH": PATH, "HOME": str(folder), "GOMAXPROCS": "2"})
        self._folder = folder
        self.kubeconfig = self.authority.kubeconfig("admin", "test-admin", SERVER, groups=["system:masters"])

    def start(self) -> None:
        """Start everything and wait until the API server is ready."""
        self._start("etcd", ["/usr/bin/etcd", *self._etcd()])
        self._start("kube-apiserver", [self._programs / "kube-apiserver", *self._api_server()])
        self.processes.wait("the API server", self._ready, READY_SECONDS)
        for name, extra in (("kube-controller-manager", self._controllers()), ("kube-scheduler", [])):
            kubeconfig = self.authority.kubeconfig(name, f"system:{name}", SERVER)
            words = [f"--kubeconfig={kubeconfig}", "--leader-elect=false", "--bind-address=127.0.0.1", *extra]
            self._start(name, [self._programs / name, *words])

    def stop(self) -> None:
        """Stop everything."""
        self.processes.stop()

    def _start(self, name: str, words: list[str | Path]) -> None:
        self.processes.start(name, ["nsenter", f"--net=/run/netns/{network.HUB}", *words])

    def _ready(self) -> bool:
        certificate, key = self._folder / "pki/admin.crt", self._folder / "pki/admin.key"
        words = ["curl", "-sf", "-m", "5", "--noproxy", "*", "--cacert", self.authority.certificate,
                 "--cert", certificate, "--key", key, f"{SERVER}/readyz"]  # fmt: skip
        return subprocess.run(words, capture_output=True, check=False, timeout=30).stdout == b"ok"

    def _etcd(self) -> list[str]:
        # What is lost with the machine is lost with the test.
        return [
            f"--data-dir={self._folder / 'etcd'}",
            "--listen-client-urls=http://127.0.0.1:2379",
            "--advertise-client-urls=http://127.0.0.1:2379",
            "--listen-peer-urls=http://127.0.0.1:2380",
            "--unsafe-no-fsync",
        ]

    def _api_server(self) -> list[str]:
        pki = self.authority
        names = [network.API_ADDRESS, network.API_SERVICE, "kubernetes.default.svc", "localhost"]
        serving, serving_key = pki.issue("api-server", "kube-apiserver", names=names)
        kubelet, kubelet_key = pki.issue("api-server-kubelet", "kube-apiserver", groups=["system:masters"])
        proxy, proxy_key = pki.issue("front-proxy", "front-proxy")
        return [
            "--etcd-servers=http://127.0.0.1:2379",
            f"--advertise-address={network.API_ADDRESS}",
            f"--service-cluster-ip-range={network.SERVICES}",
            f"--client-ca-file={pki.certificate}",
            f"--tls-cert-file={serving}",
            f"--tls-private-key-file={serving_key}",
            f"--kubelet-client-certificate={kubelet}",
            f"--kubelet-client-key={kubelet_key}",
            f"--kubelet-certificate-authority={pki.certificate}",
            "--kubelet-preferred-address-types=InternalIP",
            f"--service-account-key-file={pki.folder / 'service-accounts.key'}",
            f"--service-account-signing-key-file={pki.folder / 'service-accounts.key'}",
            "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
            "--authorization-mode=Node,RBAC",
            "--enable-admission-plugins=NodeRestriction",
            "--allow-privileged=true",
            # Aggregated APIs (metrics) are reached at the pods' addresses.
            "--enable-aggregator-routing=true",
            f"--requestheader-client-ca-file={pki.certificate}",
            "--requestheader-allowed-names=front-proxy",
            "--requestheader-extra-headers-prefix=X-Remote-Extra-",
            "--requestheader-group-headers=X-Remote-Group",
            "--requestheader-username-headers=X-Remote-User",
            f"--proxy-client-cert-file={proxy}",
            f"--proxy-client-key-file={proxy_key}",
        ]

    def _controllers(self) -> list[str]:
        pki = self.authority
        return [
            f"--service-account-private-key-file={pki.folder / 'service-accounts.key'}",
            f"--root-ca-file={pki.certificate}",
            "--use-service-account-credentials=true",
            # A lost node is noticed while a test looks.
            "--node-monitor-grace-period=20s",
            "--node-monitor-period=2s",
        ]
