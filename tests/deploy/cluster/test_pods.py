"""Pods on nodes: README's lines end in a system that tags a document, within its walls."""

from __future__ import annotations

import time

import httpx
import pytest

from deploy.cluster import network
from deploy.cluster.installation import DEPLOYMENTS, development, door
from deploy.cluster.kubernetes import NAMESPACE, Kubernetes
from deploy.compose.load import SCAN, sign_in, unseen
from metatag_client import Options

ADDRESSES = {"postgres": 5432, "redis": 6379, "minio": 9000}
PORTS = {"gateway": 8000, "jobs-api": 50053, "ocr": 50051, "tagger": 50052, **ADDRESSES}
# Who may call whom: docs/architecture.md.
ALLOWED = {
    ("gateway", "jobs-api"), ("gateway", "ocr"), ("gateway", "tagger"), ("gateway", "postgres"), ("gateway", "redis"),
    ("jobs-api", "ocr"), ("jobs-api", "tagger"), ("jobs-api", "postgres"), ("jobs-api", "redis"), ("jobs-api", "minio"),
    ("jobs-worker", "ocr"), ("jobs-worker", "tagger"), ("jobs-worker", "postgres"), ("jobs-worker", "redis"),
    ("jobs-worker", "minio"), ("tagger", "redis"),
}  # fmt: skip


def test_every_deployment_is_available_and_the_migrations_have_ended(installed: Kubernetes) -> None:
    found = {each["metadata"]["name"]: each["status"] for each in installed.get("deployments")}
    assert {name: found[name].get("availableReplicas") for name in DEPLOYMENTS} == dict.fromkeys(DEPLOYMENTS, 1)
    jobs = {each["metadata"]["name"]: each["status"].get("succeeded") for each in installed.get("jobs")}
    assert jobs == {"migrate-gateway": 1, "migrate-jobs": 1}


def test_a_scan_is_tagged_through_the_service_of_the_gateway(installed: Kubernetes) -> None:
    url = door(installed)
    assert httpx.get(f"{url}/readyz", timeout=10).is_success
    with sign_in(url) as client:
        [stored] = client.upload([unseen(SCAN)])
        options = Options(pages=1, tags=5, tagger="local", languages=("eng",))
        job = client.start_batch([stored.row(title="Vaccination notice")], options)
        end = time.monotonic() + 300
        while client.status(job.id).status not in ("completed", "failed") and time.monotonic() < end:
            time.sleep(1)
        _, [document] = client.job(job.id)
    assert document.status == "success", document
    assert document.tags


def _reaches(kubernetes: Kubernetes, caller: str, address: str, port: int) -> bool:
    """Return whether a process in a pod of `caller` gets a connection."""
    program = (
        "import socket,sys\n"
        f"try: socket.create_connection(({address!r}, {port}), 4).close()\n"
        "except OSError as error: print(repr(error)); sys.exit(7)\n"
        "print('reached')"
    )
    words = ("-n", NAMESPACE, "exec", f"deployment/{caller}", "--", "python", "-c", program)
    done = kubernetes.attempt(*words, limit=60)
    assert done.returncode in (0, 7), done.stderr
    return done.returncode == 0


def _pod_addresses(kubernetes: Kubernetes) -> dict[str, str]:
    """Return the address of a pod of every Deployment and StatefulSet, and of a name server."""
    found = {}
    for each in kubernetes.get("pods"):
        for name in PORTS:
            if each["metadata"]["name"].startswith(f"{name}-") and each["status"]["phase"] == "Running":
                found[name] = each["status"]["podIP"]
    return found


@pytest.mark.parametrize("caller", DEPLOYMENTS)
def test_a_service_reaches_whom_it_may_and_nobody_else(installed: Kubernetes, caller: str) -> None:
    addresses = _pod_addresses(installed)
    assert set(addresses) == set(PORTS)
    # The gateway's door is open to all who may leave; a service calls itself over its own loopback, which is no test.
    others = [name for name in PORTS if name not in (caller, "gateway")]
    reached = {name for name in others if _reaches(installed, caller, addresses[name], PORTS[name])}
    assert reached == {name for name in others if (caller, name) in ALLOWED}


def test_ocr_reaches_no_name_server_and_the_others_do(installed: Kubernetes) -> None:
    [dns, *_] = [each["status"]["podIP"] for each in installed.get("pods", namespace="kube-system")
                 if each["metadata"]["name"].startswith("coredns")]  # fmt: skip
    assert not _reaches(installed, "ocr", dns, 53)
    assert not _reaches(installed, "ocr", network.DNS_SERVICE, 53)
    assert not _reaches(installed, "ocr", network.API_SERVICE, 443)
    assert _reaches(installed, "gateway", dns, 53)
    assert _reaches(installed, "gateway", network.DNS_SERVICE, 53)
    assert not _reaches(installed, "gateway", network.API_SERVICE, 443)


def test_metrics_are_open_to_nobody_in_the_namespace(installed: Kubernetes) -> None:
    addresses = _pod_addresses(installed)
    assert not _reaches(installed, "gateway", addresses["jobs-api"], 9090)
    assert not _reaches(installed, "jobs-worker", addresses["gateway"], 9090)


def test_the_doctor_finds_the_cluster_well(installed: Kubernetes, postgres_user: int) -> None:
    manifests = development("doctor", postgres_user=postgres_user)
    doctors = [each for each in manifests if each["metadata"]["name"] == "doctor" or each["kind"] == "NetworkPolicy"]
    installed.apply(doctors)

    def ended() -> bool:
        [job] = installed.get("job", "doctor")
        return bool(job["status"].get("succeeded") or job["status"].get("failed"))

    installed.wait("the doctor ends", ended, 400)
    said = installed.run("-n", NAMESPACE, "logs", "job/doctor")
    print(said)
    [job] = installed.get("job", "doctor")
    assert job["status"].get("succeeded") == 1, said
