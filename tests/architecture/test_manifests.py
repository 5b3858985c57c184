"""The Kubernetes manifests render, are valid for several versions, and hold together."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path

import kubernetes_validate
import pytest

from architecture.test_settings_are_documented import in_code
from deploy import arrows
from deploy.invariants import containers, violations
from deploy.manifests import (
    COMBINATIONS,
    COMPONENTS,
    CUSTOM,
    K8S,
    Manifest,
    combine,
    label,
    of_kind,
    overlaid,
    pod,
    pod_labels,
    rendered,
    selects,
    workloads,
)

# The oldest still supported by the large providers, one between, and the newest that the schemas know.
KUBERNETES_VERSIONS = ("1.31", "1.34", "1.37")

every_combination = pytest.mark.parametrize("name", COMBINATIONS)


@pytest.mark.parametrize("version", KUBERNETES_VERSIONS)
def test_every_object_is_valid_for_three_kubernetes_versions(version: str) -> None:
    # Combinations share most objects; each distinct one is looked at once.
    distinct = {json.dumps(each, sort_keys=True) for name in COMBINATIONS for each in rendered(name)}
    for manifest in map(json.loads, sorted(distinct)):
        if not manifest["apiVersion"].startswith(CUSTOM):
            kubernetes_validate.validate(manifest, version, strict=True)


@pytest.mark.parametrize("name", [name for name in COMBINATIONS if name != "base"])
def test_each_combination_holds_together(name: str) -> None:
    assert violations(rendered(name)) == []


def test_the_base_lacks_nothing_but_image_tags() -> None:
    assert {re.sub(r"metatag-\w+$", "", each) for each in violations(rendered("base"))} == {
        f"{label(each)}: floating image " for each in workloads(rendered("base"))
    }


def test_every_component_is_in_a_combination_and_has_its_page() -> None:
    used = {part.partition("/")[2] for parts in COMBINATIONS.values() for part in parts}
    used |= {"dev-datastores", "hpa", "monitoring"}  # within overlays
    assert set(COMPONENTS) <= used
    assert [name for name in COMPONENTS if not (K8S / "components" / name / "README.md").exists()] == []


@every_combination
def test_everything_lies_in_one_namespace(name: str) -> None:
    for manifest in rendered(name):
        expected = None if manifest["kind"] in ("Namespace", "PriorityClass") else "metatag"
        assert manifest["metadata"].get("namespace") == expected, label(manifest)


def test_images_of_components_are_named_by_the_overlay_like_the_others() -> None:
    names = ("gateway", "jobs", "ocr", "tagger", "doctor", "ocr-easyocr")
    images = [{"name": f"metatag-{name}", "newName": f"mine.example/{name}", "newTag": "9.9.9"} for name in names]
    manifests = overlaid("prod", "gpu-easyocr", "doctor", images=images)
    used = {container["image"] for each in workloads(manifests) for container in containers(each)}
    assert used == {f"mine.example/{name}:9.9.9" for name in names}


@pytest.mark.parametrize("overlay", ["dev", "prod"])
def test_a_namespace_of_ones_choice_is_said_once(overlay: str) -> None:
    manifests = overlaid(overlay, "doctor", namespace="tags")
    assert {each["metadata"].get("namespace") for each in manifests} == {"tags", None}
    assert [label(each) for each in manifests if "namespace" not in each["metadata"]] == ["Namespace/tags"]


def _wave(manifest: Manifest) -> int:
    return int(manifest["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-wave", "0"))


@pytest.mark.parametrize("name", ["dev", "prod+external-secrets"])
def test_argo_cd_finds_what_the_migration_needs_before_it_and_the_services_after_it(name: str) -> None:
    """A hook of an earlier phase than the objects that its pod names would wait for them for ever."""
    manifests = list(rendered(name))
    jobs = [each for each in of_kind(manifests, "Job") if each["metadata"]["name"].startswith("migrate")]
    assert len(jobs) == 2
    for job in jobs:
        assert job["metadata"]["annotations"]["argocd.argoproj.io/hook"] == "Sync"
        needed = {("ServiceAccount", pod(job)["serviceAccountName"])}
        needed |= {("ConfigMap", each["configMapRef"]["name"]) for each in pod(job)["containers"][0]["envFrom"]}
        ways = [
            each
            for each in of_kind(manifests, "NetworkPolicy")
            if selects(each["spec"]["podSelector"], pod_labels(job))
        ]
        needed |= {("NetworkPolicy", each["metadata"]["name"]) for each in ways}
        found = {(each["kind"], each["metadata"]["name"]): _wave(each) for each in manifests}
        assert {found[each] for each in needed} == {-2}
        assert len(ways) == 3
        assert _wave(job) == -1
    assert {_wave(each) for each in of_kind(manifests, "Deployment", "HorizontalPodAutoscaler")} == {0}
    assert {_wave(each) for each in of_kind(manifests, "StatefulSet", "ExternalSecret")} == {-2}


def test_the_deep_pool_uses_the_gpu_that_it_reserves() -> None:
    [container] = pod(_deployment(list(rendered("prod+gpu-easyocr")), "ocr-easyocr"))["containers"]
    assert container["resources"]["limits"]["nvidia.com/gpu"] == "1"
    assert {"name": "METATAG_OCR_DEEP_GPU", "value": "true"} in container["env"]


@pytest.mark.parametrize("name", ["prod", "prod+gpu-easyocr", "dev+gpu-easyocr+mtls"])
def test_every_service_that_is_called_has_a_certificate_of_its_name_where_there_is_mtls(name: str) -> None:
    manifests = rendered(name)
    made = {each["spec"]["secretName"]: each["spec"].get("dnsNames", []) for each in of_kind(manifests, "Certificate")}
    for each in of_kind(manifests, "Deployment"):
        service = each["metadata"]["name"]
        assert {volume["secret"]["secretName"] for volume in pod(each)["volumes"] if "secret" in volume} >= {
            f"{service}-tls"
        }
        assert service in made[f"{service}-tls"]
        places = [entry["value"] for entry in pod(each)["containers"][0]["env"] if entry["name"] == "METATAG_TLS_DIR"]
        assert places == ["/var/run/metatag/tls"]


def test_the_doctor_has_a_certificate_where_there_is_mtls() -> None:
    [job] = [each for each in of_kind(rendered("prod+doctor"), "Job") if each["metadata"]["name"] == "doctor"]
    assert "doctor-tls" in {volume["secret"]["secretName"] for volume in pod(job)["volumes"] if "secret" in volume}


@pytest.mark.parametrize(("name", "added"), [("dns-node-local", 53), ("dns-openshift", 5353)])
def test_another_place_of_names_is_added_and_ocr_still_asks_none(name: str, added: int) -> None:
    before, after = arrows.egress(rendered("prod")), arrows.egress(rendered(f"prod+{name}"))
    assert {port for _, _, port in after - before} == {added}
    assert {caller for caller, _, _ in after - before} == {caller for caller, to, _ in before if to == arrows.DNS}


def test_the_prod_overlay_is_closed_by_default() -> None:
    [gateway] = [
        each for each in of_kind(rendered("prod"), "ConfigMap") if each["metadata"]["name"].startswith("gateway-")
    ]
    assert gateway["data"]["METATAG_GATEWAY_REGISTRATION"] == "closed"
    assert int(gateway["data"]["METATAG_GATEWAY_HSTS_SECONDS"]) >= 31536000
    assert gateway["data"]["METATAG_GATEWAY_TRUSTED_PROXIES"]


@every_combination
def test_the_environment_names_only_settings_that_exist(name: str) -> None:
    known = in_code()
    used = {entry["name"] for each in workloads(rendered(name)) for c in containers(each) for entry in c.get("env", [])}
    used |= {key for each in of_kind(rendered(name), "ConfigMap") for key in each.get("data", {})}
    # Some settings are files themselves; of others the twin with _FILE is used.
    ours = {each if each in known else each.removesuffix("_FILE") for each in used if each.startswith("METATAG_")}
    assert ours - known == set()


@every_combination
def test_no_secret_value_is_in_the_manifests(name: str) -> None:
    assert of_kind(rendered(name), "Secret") == []


INSIDE = {
    ("gateway", "jobs-api", 50053),
    ("gateway", "ocr", 50051),
    ("gateway", "tagger", 50052),
    ("jobs-api", "ocr", 50051),
    ("jobs-api", "tagger", 50052),
    ("jobs-worker", "ocr", 50051),
    ("jobs-worker", "tagger", 50052),
}
TO_STORES = {
    *(
        (service, "postgres", 5432)
        for service in ("gateway", "jobs-api", "jobs-worker", "migrate-gateway", "migrate-jobs")
    ),
    *((service, "redis", 6379) for service in ("gateway", "jobs-api", "jobs-worker", "tagger")),
    *((service, "minio", 9000) for service in ("jobs-api", "jobs-worker")),
}
PUBLIC = ("0.0.0.0/0", "2000::/3")


def outside(found: set[arrows.Arrow]) -> set[arrows.Arrow]:
    return {arrow for arrow in found if "/" in arrow[1]}


def test_services_reach_exactly_whom_the_architecture_says() -> None:
    found = arrows.egress(rendered("dev"))
    asked = {arrow for arrow in found if arrow[1] == arrows.DNS}
    assert found - outside(found) - asked == INSIDE | TO_STORES
    assert {caller for caller, _, port in asked} == {
        "gateway", "jobs-api", "jobs-worker", "tagger", "migrate-gateway", "migrate-jobs",
    }  # fmt: skip


def test_every_way_out_has_its_way_in_and_no_other() -> None:
    assert arrows.ingress(rendered("dev")) == INSIDE | TO_STORES | {(arrows.ANYWHERE, "gateway", 8000)}


def test_the_deep_pool_is_known_to_jobs_and_called_by_jobs_alone() -> None:
    manifests = rendered("dev+gpu-easyocr+mtls")
    called = {(caller, port) for caller, target, port in arrows.egress(manifests) if target == "ocr-easyocr"}
    assert called == {("jobs-api", 50051), ("jobs-worker", 50051)}
    let_in = {(caller, port) for caller, target, port in arrows.ingress(manifests) if target == "ocr-easyocr"}
    assert let_in == called
    told = [
        each["data"]["METATAG_JOBS_DEEP_OCR_ADDRESS"]
        for each in of_kind(manifests, "ConfigMap")
        if "METATAG_JOBS_DEEP_OCR_ADDRESS" in each["data"]
    ]
    assert told == ["dns:///ocr-easyocr:50051"]
    assert "Service/ocr-easyocr" in {label(each) for each in manifests}
    alone = of_kind(rendered("dev"), "ConfigMap")
    assert not [each for each in alone if "METATAG_JOBS_DEEP_OCR_ADDRESS" in each["data"]]


def test_the_doctor_reaches_every_service_and_store_and_nothing_outside() -> None:
    manifests = combine("overlays/dev", "components/doctor")
    ways = {(target, port) for caller, target, port in arrows.egress(manifests) if caller == "doctor"}
    inside = {(target, port) for _, target, port in INSIDE | TO_STORES}
    assert ways == inside | {("gateway", 8000), ("jobs-api", 9090), (arrows.DNS, 53)}
    let_in = {(target, port) for caller, target, port in arrows.ingress(manifests) if caller == "doctor"}
    assert let_in == ways - {("gateway", 8000), (arrows.DNS, 53)}, "the gateway lets everybody in"
    held = [volume["secret"] for volume in pod(_find(manifests, "Job/doctor"))["volumes"] if "secret" in volume]
    assert not {item["key"] for each in held for item in each["items"]} & {"secret_key", "llm_key"}


def test_only_jobs_fetches_documents_and_only_the_tagger_asks_a_provider() -> None:
    assert outside(arrows.egress(rendered("dev"))) == {
        *((service, block, port) for service in ("jobs-api", "jobs-worker") for block in PUBLIC for port in (80, 443)),
        *(("tagger", block, 443) for block in PUBLIC),
    }


@pytest.mark.parametrize("name", ["dev", "prod", "dev+gpu-easyocr+mtls", "dev+everything"])
def test_ocr_has_no_way_out_at_all(name: str) -> None:
    assert not [arrow for arrow in arrows.egress(rendered(name)) if arrow[0].startswith("ocr")]
    assert arrows.closed(rendered(name), "Egress")
    assert arrows.closed(rendered(name), "Ingress")


def test_no_way_out_leads_into_private_networks_by_way_of_public_ones() -> None:
    blocks = [
        peer["ipBlock"]
        for policy in of_kind(rendered("dev"), "NetworkPolicy")
        for rule in policy["spec"].get("egress") or []
        for peer in rule.get("to", [])
        if peer.get("ipBlock", {}).get("cidr") == "0.0.0.0/0"
    ]
    assert blocks
    for block in blocks:
        assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"} <= set(
            block["except"]
        )


def test_ocr_holds_no_secret() -> None:
    for each in workloads(rendered("dev+everything")):
        if each["metadata"]["name"].startswith("ocr"):
            held = {volume["secret"]["secretName"] for volume in pod(each)["volumes"] if "secret" in volume}
            assert held <= {"ocr-tls", "ocr-easyocr-tls"}


def test_hpa_and_keda_cannot_be_combined_unseen() -> None:
    both = combine("overlays/dev", "components/hpa", "components/keda")
    assert [each for each in violations(both) if "two autoscalers" in each]


def _find(manifests: list[Manifest], wanted: str) -> Manifest:
    return next(each for each in manifests if label(each) == wanted)


def _deployment(manifests: list[Manifest], name: str) -> Manifest:
    return _find(manifests, f"Deployment/{name}")


def _container(manifests: list[Manifest]) -> Manifest:
    return pod(_deployment(manifests, "ocr"))["containers"][0]  # type: ignore[no-any-return]


BREAKS: dict[str, tuple[Callable[[list[Manifest]], object], str]] = {
    "selector": (
        lambda all_: _deployment(all_, "ocr")["spec"]["selector"]["matchLabels"].update(x="y"),
        "its selector does not take its own pods in",
    ),
    "service port": (
        lambda all_: next(each for each in all_ if label(each) == "Service/ocr")["spec"]["ports"][0].update(
            targetPort="x"
        ),
        "has no port x",
    ),
    "replicas": (lambda all_: _deployment(all_, "ocr")["spec"].update(replicas=3), "replicas fights"),
    "probe port": (lambda all_: _container(all_)["readinessProbe"]["grpc"].update(port=1), "asks port 1"),
    "same probe": (lambda all_: _container(all_)["readinessProbe"]["grpc"].update(service="liveness"), "ask the same"),
    "drain budget": (
        lambda all_: pod(_deployment(all_, "ocr")).update(terminationGracePeriodSeconds=60),
        "the kill comes after 60 s",
    ),
    "floating tag": (lambda all_: _container(all_).update(image="x/ocr:latest"), "floating image"),
    "root": (lambda all_: pod(_deployment(all_, "ocr"))["securityContext"].pop("runAsNonRoot"), "restricted"),
    "writable root": (lambda all_: _container(all_)["securityContext"].pop("readOnlyRootFilesystem"), "writable root"),
    "token": (lambda all_: pod(_deployment(all_, "ocr")).pop("automountServiceAccountToken"), "token"),
    "limits": (lambda all_: _container(all_)["resources"].pop("limits"), "limits are missing"),
    "volume": (lambda all_: pod(_deployment(all_, "ocr")).update(volumes=[]), "unknown volume"),
    "budget": (
        lambda all_: all_.remove(_find(all_, "PodDisruptionBudget/ocr")),
        "0 disruption budgets",
    ),
    "scaler": (
        lambda all_: all_.remove(_deployment(all_, "ocr")),
        "HorizontalPodAutoscaler/ocr: there is no ocr",
    ),
}


@pytest.mark.parametrize("fault", BREAKS)
def test_each_check_notices_its_fault(fault: str) -> None:
    manifests = copy.deepcopy(list(rendered("prod")))
    spoil, sentence = BREAKS[fault]
    spoil(manifests)
    assert [found for found in violations(manifests) if sentence in found]


def test_a_policy_too_many_is_noticed() -> None:
    manifests = copy.deepcopy(list(rendered("dev")))
    policy = _find(manifests, "NetworkPolicy/ocr")
    policy["spec"]["egress"] = [{"to": [{"podSelector": {}}], "ports": [{"protocol": "TCP", "port": 5432}]}]
    assert ("ocr", "postgres", 5432) in arrows.egress(manifests)


def test_the_files_are_one_a_service() -> None:
    names = {path.name for path in Path(K8S / "base").glob("*.yaml")}
    assert names >= {"gateway.yaml", "jobs-api.yaml", "jobs-worker.yaml", "ocr.yaml", "tagger.yaml", "migrate.yaml"}
