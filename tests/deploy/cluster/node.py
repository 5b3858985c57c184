"""A node: containerd, kubelet, kube-proxy and kube-router in namespaces of their own (network, mounts, processes).

The first process of the node is a shell; when it is killed, the kernel ends everything that ran in the node and lets
its mounts go. What a node writes outside its folder is a tree of control groups, which `clear` takes away.
"""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import yaml

from deploy.cluster import network
from deploy.cluster.pki import Authority
from deploy.cluster.processes import Processes
from deploy.cluster.programs import CNI, PATH, built, debian

CGROUPS = Path("/sys/fs/cgroup")
CGROUP = "metatag-test-cluster"
PAUSE = "metatag-test/pause:1"
# What kubelet sets for the whole machine; put back at the end.
SYSCTLS = (
    "vm/overcommit_memory",
    "vm/panic_on_oom",
    "kernel/panic",
    "kernel/panic_on_oops",
    "kernel/keys/root_maxkeys",
    "kernel/keys/root_maxbytes",
)
_UNSHARE = (
    *("unshare", "--mount", "--uts", "--ipc", "--pid", "--fork", "--mount-proc", "--kill-child"),
    "--propagation=private",
)


class Node:
    """Node NUMBER of a cluster; `name` is its name there."""

    def __init__(self, number: int, folder: Path, authority: Authority, server: str) -> None:
        debian()
        self.number, self.name = number, f"node-{number}"
        self._folder = folder / self.name
        self._authority, self._server = authority, server
        self._processes = Processes(folder / "logs", {"PATH": PATH, "HOME": str(self._folder), "GOMAXPROCS": "2"})
        self._first: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the node and wait for its container runtime."""
        make_cgroups(f"{CGROUP}/{self.name}")
        for name in ("kubelet", "containerd", "cni", "cni-state", "log", "volumes"):
            (self._folder / name).mkdir(parents=True, exist_ok=True)
        self._write_settings()
        script = self._folder / "node.sh"
        script.write_text(self._script())
        namespace = f"--net=/run/netns/{network.node_namespace(self.number)}"
        words = ["nsenter", namespace, *_UNSHARE, "bash", script]
        self._first = self._processes.start(self.name, words)
        self._processes.wait(f"containerd of {self.name}", lambda: self.runtime("version", check=False), 90)

    def stop(self) -> None:
        """Kill every process of the node at once, as when its power is cut; its folder stays."""
        if self._first is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._first.pid, signal.SIGKILL)
        self._processes.stop()

    def runtime(self, *words: str, check: bool = True, given: Path | None = None) -> bool:
        """Run ctr(8) inside the node; return whether it ended well."""
        with given.open("rb") if given else open(os.devnull, "rb") as source:
            done = subprocess.run(
                [*self._inside(), "ctr", "-n", "k8s.io", *words],
                stdin=source,
                capture_output=True,
                check=False,
                timeout=600,
            )
        if check and done.returncode:
            raise AssertionError(f"ctr {' '.join(words)}: {done.stderr.decode(errors='replace')[-2000:]}")
        return done.returncode == 0

    def load(self, archive: Path) -> None:
        """Load the images of an archive of `docker save`."""
        self.runtime("images", "import", "--digests=false", "-", given=archive)

    def logs(self, program: str) -> str:
        """Return the end of the log of one of the node's programs."""
        path = self._folder / "log" / f"{program}.log"
        return path.read_text(errors="replace")[-4000:] if path.exists() else ""

    def _inside(self) -> list[str]:
        """Return the words that run a command within the node."""
        assert self._first is not None
        children = Path(f"/proc/{self._first.pid}/task/{self._first.pid}/children").read_text().split()
        first = children[0] if children else str(self._first.pid)
        return ["nsenter", "-t", first, "--mount", "--net", "--pid", "--uts", "--"]

    def _script(self) -> str:
        folder, kubernetes, policies = self._folder, built("kubernetes"), built("policies")
        log = folder / "log"
        kubelet = [
            kubernetes / "kubelet",
            f"--config={folder / 'kubelet.yaml'}",
            f"--kubeconfig={folder / 'kubelet.kubeconfig'}",
            f"--hostname-override={self.name}",
            f"--node-ip={network.node_address(self.number)}",
        ]
        router = [
            policies / "kube-router",
            f"--kubeconfig={folder / 'router.kubeconfig'}",
            f"--hostname-override={self.name}",
            f"--service-cluster-ip-range={network.SERVICES}",
            "--run-firewall=true",
            "--run-router=false",
            "--run-service-proxy=false",
            "--run-loadbalancer=false",
            "--enable-cni=false",
            "--iptables-sync-period=1m",
            "--health-port=0",
            "--metrics-port=0",
        ]
        programs = {
            "containerd": ["containerd", "--config", folder / "containerd.toml"],
            "kubelet": kubelet,
            "kube-proxy": [kubernetes / "kube-proxy", f"--config={folder / 'proxy.yaml'}"],
            "kube-router": router,
        }
        binds = {
            "kubelet": "/var/lib/kubelet", "containerd": "/var/lib/containerd", "cni": "/etc/cni/net.d",
            "cni-state": "/var/lib/cni", "log": "/var/log",
        }  # fmt: skip
        lines = [
            "set -eu",
            f"hostname {self.name}",
            "mount -t tmpfs -o mode=755 run /run",
            "mkdir -p /run/netns /run/lock",
        ]
        for name, place in binds.items():
            lines += [f"mkdir -p {place}", f"mount --bind {shlex.quote(str(folder / name))} {place}"]
        # Volumes of pods are mounted by kubelet and seen by containers.
        lines += ["mount --make-rshared /"]
        for name, words in programs.items():
            line = " ".join(shlex.quote(str(word)) for word in words)
            lines += [f"(until {line} >>{log}/{name}.log 2>&1; do sleep 1; done) &"]
            if name == "containerd":
                lines += ["until [ -S /run/containerd/containerd.sock ]; do sleep 0.1; done"]
        return "\n".join([*lines, "set +e", "while true; do wait; sleep 1; done", ""])

    def _write_settings(self) -> None:
        folder, user = self._folder, f"system:node:{self.name}"
        address = network.node_address(self.number)
        certificate, key = self._authority.issue(f"{self.name}-serving", user, names=[self.name, address])
        for file, who, groups in (
            ("kubelet", user, ["system:nodes"]),
            ("proxy", "system:kube-proxy", []),
            # It reads pods, namespaces, nodes and policies; a test cluster spares it a role of its own.
            ("router", "kube-router", ["system:masters"]),
        ):
            made = self._authority.kubeconfig(f"{self.name}-{file}", who, self._server, groups=groups)
            (folder / f"{file}.kubeconfig").write_text(made.read_text())
        (folder / "resolv.conf").write_text("nameserver 127.0.0.1\n")
        (folder / "kubelet.yaml").write_text(yaml.safe_dump(self._kubelet(certificate, key)))
        (folder / "proxy.yaml").write_text(yaml.safe_dump(self._proxy()))
        (folder / "containerd.toml").write_text(_CONTAINERD)
        (folder / "cni/10-pods.conflist").write_text(json.dumps(self._cni()))

    def _kubelet(self, certificate: Path, key: Path) -> dict[str, object]:
        return {
            "apiVersion": "kubelet.config.k8s.io/v1beta1",
            "kind": "KubeletConfiguration",
            "address": network.node_address(self.number),
            "authentication": {"anonymous": {"enabled": False}, "webhook": {"enabled": True},
                               "x509": {"clientCAFile": str(self._authority.certificate)}},
            "authorization": {"mode": "Webhook"},
            "tlsCertFile": str(certificate),
            "tlsPrivateKeyFile": str(key),
            "clusterDNS": [network.DNS_SERVICE],
            "clusterDomain": "cluster.local",
            "resolvConf": str(self._folder / "resolv.conf"),
            "containerRuntimeEndpoint": "unix:///run/containerd/containerd.sock",
            "cgroupDriver": "cgroupfs",
            "cgroupRoot": f"/{CGROUP}/{self.name}",
            "failSwapOn": False,
            # Neither a lower score for the kernel nor a higher limit may be asked for without CAP_SYS_RESOURCE.
            "oomScoreAdj": 0,
            "maxOpenFiles": 4096,
            "imageGCHighThresholdPercent": 100,
            "evictionHard": {"memory.available": "100Mi", "nodefs.available": "1%", "imagefs.available": "1%"},
            "nodeStatusUpdateFrequency": "4s",
            "syncFrequency": "10s",
        }  # fmt: skip

    def _proxy(self) -> dict[str, object]:
        return {
            "apiVersion": "kubeproxy.config.k8s.io/v1alpha1",
            "kind": "KubeProxyConfiguration",
            "mode": "iptables",
            "clientConnection": {"kubeconfig": str(self._folder / "proxy.kubeconfig")},
            "clusterCIDR": network.PODS,
            "hostnameOverride": self.name,
            # Belongs to the whole machine; left as it is.
            "conntrack": {"maxPerCore": 0, "min": 0, "tcpEstablishedTimeout": "0s", "tcpCloseWaitTimeout": "0s"},
        }

    def _cni(self) -> dict[str, object]:
        pods = network.node_pods(self.number)
        address = {
            "type": "host-local",
            "ranges": [[{"subnet": pods}]],
            "routes": [{"dst": "0.0.0.0/0"}],
            "dataDir": "/var/lib/cni",
        }
        bridge = {"type": "bridge", "bridge": "pods", "isGateway": True, "hairpinMode": True, "ipam": address}
        return {
            "cniVersion": "0.4.0",
            "name": "pods",
            "plugins": [bridge, {"type": "portmap", "capabilities": {"portMappings": True}}],
        }


_CONTAINERD = f"""version = 2
oom_score = 0
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "docker.io/{PAUSE}"
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "{CNI}"
    conf_dir = "/etc/cni/net.d"
  [plugins."io.containerd.grpc.v1.cri".containerd]
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
"""


def make_cgroups(path: str) -> None:
    """Make a control group in every hierarchy; those of cpuset need their processors and memory named."""
    for hierarchy in sorted(CGROUPS.iterdir()):
        group = hierarchy
        for part in path.split("/"):
            group = group / part
            group.mkdir(exist_ok=True)
            for name in ("cpuset.cpus", "cpuset.mems"):
                if (group / name).exists() and hierarchy.name == "cpuset":
                    (group / name).write_text((group.parent / name).read_text())


def clear_cgroups() -> None:
    """Take the control groups of every node away; what still runs in them is killed."""
    for hierarchy in sorted(CGROUPS.iterdir()):
        for _ in range(50):
            for folder, _, _ in os.walk(hierarchy / CGROUP, topdown=False):
                with contextlib.suppress(OSError):
                    for line in Path(folder, "cgroup.procs").read_text().split():
                        os.kill(int(line), signal.SIGKILL)
                with contextlib.suppress(OSError):
                    os.rmdir(folder)
            if not (hierarchy / CGROUP).exists():
                break
            time.sleep(0.2)


def sysctls() -> dict[str, str]:
    """Return what kubelet may change for the whole machine."""
    return {name: Path("/proc/sys", name).read_text().strip() for name in SYSCTLS}


def put_back(values: dict[str, str]) -> None:
    """Give sysctls their values back."""
    for name, value in values.items():
        if Path("/proc/sys", name).read_text().strip() != value:
            Path("/proc/sys", name).write_text(value)
