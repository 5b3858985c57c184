"""Every listed combination typed against an API server: validation, admission and the controllers' own pods."""

from __future__ import annotations

import copy
import subprocess
from typing import Any

import pytest
import yaml

from deploy.cluster.kubernetes import NAMESPACE, Kubernetes
from deploy.manifests import COMBINATIONS, K8S, Manifest, label, of_kind, pod, rendered, workloads

every_combination = pytest.mark.parametrize("name", [name for name in COMBINATIONS if name != "base"])


@every_combination
def test_every_object_of_a_combination_is_accepted_without_a_warning(kubernetes: Kubernetes, name: str) -> None:
    manifests = list(rendered(name))
    text = yaml.safe_dump_all(manifests, sort_keys=False)
    words = ("apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "-f", "-")
    done = kubernetes.attempt(*words, given=text)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(manifests)
    # Among them the warnings of PodSecurity about templates.
    assert "Warning" not in done.stderr, done.stderr


@every_combination
def test_every_pod_of_a_combination_is_admitted_where_restricted_is_enforced(kubernetes: Kubernetes, name: str) -> None:
    assert _enforced(kubernetes) == "restricted"
    manifests = list(rendered(name))
    kubernetes.apply(of_kind(manifests, "ServiceAccount", "PriorityClass"))
    pods = [_pod_of(each) for each in workloads(manifests)]
    done = kubernetes.attempt(
        "create", "--dry-run=server", "--validate=strict", "-f", "-", given=yaml.safe_dump_all(pods)
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(pods)


@pytest.mark.parametrize("field", ["runAsNonRoot", "seccompProfile"])
def test_a_pod_with_less_is_refused(kubernetes: Kubernetes, field: str) -> None:
    kubernetes.apply(of_kind(rendered("dev"), "ServiceAccount"))
    spoilt = copy.deepcopy(_pod_of(workloads(rendered("dev"))[0]))
    spoilt["spec"]["securityContext"].pop(field)
    done = kubernetes.attempt("create", "--dry-run=server", "-f", "-", given=yaml.safe_dump(spoilt))
    assert done.returncode != 0
    assert 'violates PodSecurity "restricted' in done.stderr


def test_a_misspelt_field_is_refused(kubernetes: Kubernetes) -> None:
    spoilt = copy.deepcopy(of_kind(rendered("prod"), "HorizontalPodAutoscaler")[0])
    spoilt["spec"]["maxReplica"] = 3
    words = ("apply", "--server-side", "--dry-run=server", "--validate=strict", "-f", "-")
    done = kubernetes.attempt(*words, given=yaml.safe_dump(spoilt))
    assert done.returncode != 0
    assert "maxReplica" in done.stderr


def test_controllers_make_the_pods_of_prod(kubernetes: Kubernetes) -> None:
    """ReplicaSets and Jobs ask for their pods themselves, with the defaults that the API server filled in."""
    manifests = list(rendered("prod"))
    kubernetes.run("delete", "namespace", NAMESPACE, "--wait=true", "--timeout=180s", "--ignore-not-found", limit=240)
    kubernetes.apply(manifests)
    wanted = {each["metadata"]["name"] for each in of_kind(manifests, "Deployment", "Job")}

    def made() -> bool:
        names = [each["metadata"]["name"] for each in kubernetes.get("pods")]
        return all(any(name.startswith(f"{each}-") for name in names) for each in wanted)

    kubernetes.wait("pods of every workload", made, 120)
    refused = [each["message"] for each in kubernetes.get("events") if each["reason"] == "FailedCreate"]
    assert refused == []


def test_applying_again_changes_nothing(kubernetes: Kubernetes) -> None:
    manifests = list(rendered("prod"))
    kubernetes.apply(manifests)
    before = _generations(kubernetes)
    assert len(before) >= 5
    kubernetes.apply(manifests)
    assert _generations(kubernetes) == before


def test_a_job_is_changed_by_deleting_it_first_as_the_docs_say(kubernetes: Kubernetes) -> None:
    manifests = list(rendered("prod"))
    kubernetes.apply(manifests)
    jobs = copy.deepcopy(of_kind(manifests, "Job"))
    for job in jobs:
        pod(job)["containers"][0]["image"] = "registry.example.org/metatag/next:2.1.0"
    done = kubernetes.attempt("apply", "--server-side", "-f", "-", given=yaml.safe_dump_all(jobs))
    assert done.returncode != 0
    assert "field is immutable" in done.stderr
    kubernetes.run("delete", "job", "-n", NAMESPACE, "migrate-gateway", "migrate-jobs")
    kubernetes.apply(jobs)


def test_the_secrets_of_make_secrets_are_taken(kubernetes: Kubernetes) -> None:
    script = K8S / "make-secrets.sh"
    environment = {
        **kubernetes.environment,
        "METATAG_ADMIN_PASSWORD": """a'b"c: #{}""",
        "METATAG_ADMIN_EMAIL": "a@example.org",
    }
    made = subprocess.run(["sh", script], env=environment, capture_output=True, text=True, check=True, timeout=60)
    kubernetes.run("apply", "-f", "-", given=made.stdout)
    held = {each["metadata"]["name"]: set(each["data"]) for each in kubernetes.get("secrets")}
    assert held["metatag-gateway"] >= {"database_url", "redis_url", "secret_key", "admin_email", "admin_password"}
    assert set(held) >= {"metatag-jobs", "metatag-tagger", "metatag-datastores"}


def _enforced(kubernetes: Kubernetes) -> str:
    [namespace] = kubernetes.get("namespace", NAMESPACE)
    return str(namespace["metadata"]["labels"]["pod-security.kubernetes.io/enforce"])


def _pod_of(workload: Manifest) -> Manifest:
    """Return the pod that a controller would make of a workload's template."""
    template: dict[str, Any] = copy.deepcopy(workload["spec"]["template"])
    for claim in workload["spec"].get("volumeClaimTemplates", []):
        name = claim["metadata"]["name"]
        volume = {"name": name, "persistentVolumeClaim": {"claimName": f"{name}-{workload['metadata']['name']}-0"}}
        template["spec"].setdefault("volumes", []).append(volume)
    name = label(workload).replace("/", "-").lower()
    metadata = {**template["metadata"], "name": name, "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def _generations(kubernetes: Kubernetes) -> dict[str, int]:
    return {each["metadata"]["name"]: each["metadata"]["generation"] for each in kubernetes.get("deployments")}
