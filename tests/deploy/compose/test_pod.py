"""A pod of the manifests really runs, as far as podman goes: its rights, its bounds, its variables, and its work.

Not seen here: gRPC probes, which podman leaves out, and everything of a cluster beyond one pod.
"""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import grpc
import pytest
import yaml

from deploy.compose.load import SCAN
from deploy.compose.podman import Podman, playing, why_no_podman
from deploy.docker_host import Docker
from deploy.manifests import Manifest, of_kind, rendered
from fakes.ocr_client import recognize
from fakes.servers import free_port
from metatag.v1 import document_pb2


@dataclass
class Pod:
    """The running pod of the Deployment `ocr`; `port` is where its gRPC server is on this machine."""

    podman: Podman
    identity: str
    port: int
    container: Manifest

    def execute(self, *words: str) -> str:
        return self.podman.run("exec", self.identity, *words)


def spec(image: str, port: int) -> tuple[list[Manifest], Manifest]:
    """Gives the Deployment as the overlay `dev` has it, with its ConfigMaps; but image and host ports."""
    manifests = rendered("dev")
    deployments = {each["metadata"]["name"]: each for each in of_kind(manifests, "Deployment")}
    deployment = copy.deepcopy(deployments["ocr"])
    deployment["spec"]["replicas"] = 1
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    container["image"] = image
    # podman opens every port on the machine; these must not be taken, nor be reached from elsewhere.
    for each in container["ports"]:
        each |= {"hostIP": "127.0.0.1", "hostPort": port if each["name"] == "grpc" else free_port()}
    named = {entry["configMapRef"]["name"] for entry in container["envFrom"]}
    maps = [each for each in of_kind(manifests, "ConfigMap") if each["metadata"]["name"] in named]
    return [*maps, deployment], container


@pytest.fixture(scope="module")
def pod(docker: Docker, images: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pod]:
    reason = why_no_podman()
    if reason:
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("podman")
    podman = Podman(folder)
    port = free_port()
    manifests, container = spec(podman.take(docker, images["ocr"]), port)
    file = folder / "pod.yaml"
    file.write_text(yaml.safe_dump_all(manifests))
    with playing(podman, file):
        identity = podman.run("ps", "-q", "--filter", "name=ocr-pod-0-ocr").strip()
        assert identity
        ready = ("exec", identity, "python", "-m", "metatag_runtime.probe", "127.0.0.1:50051", "readiness")
        for _ in range(60):
            try:
                podman.run(*ready)
                break
            except AssertionError:
                time.sleep(1)
        yield Pod(podman, identity, port, container)


def test_the_pod_runs_without_rights_on_a_root_it_cannot_write(pod: Pod) -> None:
    status = dict(line.split(":", 1) for line in pod.execute("cat", "/proc/1/status").splitlines())
    assert status["Uid"].split() == ["10001"] * 4
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"].strip() == "1"
    wrote = "touch /opt/venv/x /etc/x 2>/dev/null && echo wrote; touch /tmp/x && echo tmp"
    assert pod.execute("sh", "-c", wrote).split() == ["tmp"]


def test_the_pod_has_the_bounds_and_the_variables_of_its_spec(pod: Pod) -> None:
    found: dict[str, Any] = json.loads(pod.podman.run("inspect", pod.identity))[0]
    limits = pod.container["resources"]["limits"]
    assert found["HostConfig"]["Memory"] == 1536 * 2**20
    assert limits["memory"] == "1536Mi"
    assert found["HostConfig"]["NanoCpus"] == int(float(limits["cpu"]) * 1e9)
    variables = dict(line.split("=", 1) for line in pod.execute("env").splitlines() if "=" in line)
    assert variables["METATAG_PROCESS_LOG_FORMAT"] == "json", "from the ConfigMap `process`"
    assert variables["OMP_THREAD_LIMIT"] == "1", "from the ConfigMap `ocr`"
    assert variables["METATAG_PROCESS_STOP_GRACE"] == "100", "from the Deployment"


async def test_the_pod_reads_a_scan(pod: Pod) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{pod.port}") as channel:
        answer = await recognize(channel, SCAN, max_pages=1)
    assert answer.pages[1].method == document_pb2.PAGE_METHOD_TESSERACT
    assert "vaccination" in answer.text.lower()


def test_the_pod_ends_in_time_when_it_is_told_to(pod: Pod) -> None:
    began = time.monotonic()
    pod.podman.run("stop", "-t", "60", pod.identity)
    took = time.monotonic() - began
    assert json.loads(pod.podman.run("inspect", pod.identity))[0]["State"]["ExitCode"] == 0
    assert took < 20
