"""The Helm chart renders what the overlay prod and its components render, and refuses values that it does not know."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.cluster import programs
from deploy.helm.charts import CHART, comparable, helm
from deploy.manifests import of_kind, overlaid

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]

OPTIONS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "defaults": ((), {}),
    "without mtls": ((), {"mtls": {"enabled": False}}),
    "backup": (("backup",), {"backup": {"enabled": True}}),
    "doctor": (("doctor",), {"doctor": {"enabled": True}}),
    "gateway-egress": (("gateway-egress",), {"gatewayEgress": {"enabled": True}}),
    "gpu-easyocr": (("gpu-easyocr",), {"gpu": {"enabled": True}}),
    "private-ca": (("private-ca",), {"privateCa": {"configMap": "metatag-ca"}}),
    "priority": (("priority",), {"priorityClasses": {"serving": "metatag-serving", "working": "metatag-working"}}),
}


@pytest.fixture(scope="module")
def program() -> Path:
    """helm, built from its module."""
    if not programs.shutil.which("go"):
        pytest.skip("The chart is not compared: helm is built with Go, which is not here.")
    return programs.built("helm") / "helm"


def rendered(program: Path, values: dict[str, Any]) -> list[dict[str, Any]]:
    done = helm(program, "template", "metatag", str(CHART), "--namespace", "metatag", values=values)
    assert done.returncode == 0, done.stderr
    return [each for each in yaml.safe_load_all(done.stdout) if each]


@pytest.mark.parametrize("option", OPTIONS)
def test_the_chart_renders_what_kustomize_renders(program: Path, option: str) -> None:
    components, values = OPTIONS[option]
    ours = comparable(rendered(program, values))
    theirs = comparable(overlaid("prod", *components, mtls=values.get("mtls", {}).get("enabled", True)))
    # The classes belong to the cluster; the chart names them only.
    theirs = {key: each for key, each in theirs.items() if key[0] != "PriorityClass"}
    for (kind, name), each in ours.items():
        if (kind, name) == ("Deployment", "ocr-easyocr"):
            assert each["spec"].pop("replicas") == 1, "what the API server fills in otherwise"
    for images in (ours, theirs):
        _name_images_alike(images)
    assert set(ours) == set(theirs)
    for key, each in theirs.items():
        assert ours[key] == each, key


def _name_images_alike(manifests: dict[tuple[str, str], Any]) -> None:
    """The chart puts its registry before images of components, too, which `combine` leaves to an overlay."""
    for each in manifests.values():
        if each["kind"] in ("Deployment", "Job"):
            for container in each["spec"]["template"]["spec"]["containers"]:
                container["image"] = container["image"].replace("registry.example.org/metatag/", "metatag-")


def test_certificates_of_ones_own_are_mounted_and_not_asked_of_cert_manager(program: Path) -> None:
    found = rendered(program, {"mtls": {"certManager": False}})
    assert not of_kind(found, "Certificate", "Issuer")
    [gateway] = [each for each in of_kind(found, "Deployment") if each["metadata"]["name"] == "gateway"]
    volumes = gateway["spec"]["template"]["spec"]["volumes"]
    assert "gateway-tls" in {volume["secret"]["secretName"] for volume in volumes if "secret" in volume}


def test_keda_takes_the_place_of_hpa(program: Path) -> None:
    kinds = [each["kind"] for each in rendered(program, {"autoscaling": {"keda": True}})]
    assert kinds.count("ScaledObject") == 5
    assert "HorizontalPodAutoscaler" not in kinds


def test_without_autoscaling_the_replicas_are_said(program: Path) -> None:
    values = {"autoscaling": {"enabled": False}, "replicas": {"ocr": 5}}
    found = {each["metadata"]["name"]: each for each in rendered(program, values) if each["kind"] == "Deployment"}
    assert {name: each["spec"]["replicas"] for name, each in found.items()} == {
        "gateway": 2, "jobs-api": 2, "jobs-worker": 2, "ocr": 5, "tagger": 2,
    }  # fmt: skip


def test_another_tag_makes_another_migration(program: Path) -> None:
    def jobs(tag: str) -> set[str]:
        return {
            each["metadata"]["name"] for each in rendered(program, {"images": {"tag": tag}}) if each["kind"] == "Job"
        }

    assert jobs("2.0.0") & jobs("2.1.0") == set()
    assert jobs("2.0.0") == jobs("2.0.0")


def test_what_an_installation_sets_reaches_every_pod(program: Path) -> None:
    values = {
        "images": {"registry": "mine.example/tags", "tag": "9.9.9", "pullSecrets": [{"name": "pull"}]},
        "secrets": {"jobs": "mine-jobs"},
        "config": {"gateway": {"METATAG_GATEWAY_DOCUMENTS_PER_DAY": 50}},
        "stores": {"database": {"cidrs": ["10.1.0.0/24", "10.2.0.0/24"], "port": 6432}},
        "serviceAccounts": {"jobs-worker": {"eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/x"}},
        "pods": {"ocr": {"nodeSelector": {"pool": "cpu"}, "env": [{"name": "METATAG_OCR_SLOTS", "value": "2"}]}},
    }
    found = {(each["kind"], each["metadata"]["name"]): each for each in rendered(program, values)}
    pods = [each["spec"]["template"]["spec"] for each in found.values() if each["kind"] in ("Deployment", "Job")]
    assert {container["image"].rpartition("/")[0] for pod in pods for container in pod["containers"]} == {
        "mine.example/tags"
    }
    assert all(pod["imagePullSecrets"] == [{"name": "pull"}] for pod in pods)
    assert found["ConfigMap", "gateway"]["data"]["METATAG_GATEWAY_DOCUMENTS_PER_DAY"] == "50"
    [rule] = found["NetworkPolicy", "to-database"]["spec"]["egress"]
    assert [peer["ipBlock"]["cidr"] for peer in rule["to"]] == ["10.1.0.0/24", "10.2.0.0/24"]
    assert rule["ports"] == [{"protocol": "TCP", "port": 6432}]
    assert "eks.amazonaws.com/role-arn" in found["ServiceAccount", "jobs-worker"]["metadata"]["annotations"]
    ocr = found["Deployment", "ocr"]["spec"]["template"]["spec"]
    assert ocr["nodeSelector"] == {"pool": "cpu"}
    assert {"name": "METATAG_OCR_SLOTS", "value": "2"} in ocr["containers"][0]["env"]
    worker = found["Deployment", "jobs-worker"]["spec"]["template"]["spec"]
    assert "mine-jobs" in {volume.get("secret", {}).get("secretName") for volume in worker["volumes"]}


@pytest.mark.parametrize(
    "values",
    [
        {"image": {"tag": "1"}},
        {"replicas": {"ocr": "many"}},
        {"stores": {"redis": {"cidrs": ["everywhere"]}}},
        {"images": {"pullPolicy": "Sometimes"}},
        {"config": {"jobs": {"metatag jobs": "x"}}},
    ],
)
def test_values_that_are_unknown_or_wrong_are_refused(program: Path, values: dict[str, Any]) -> None:
    done = helm(program, "template", "metatag", str(CHART), values=values)
    assert done.returncode != 0
    assert "values don't meet the specifications of the schema" in done.stderr


def test_helm_finds_nothing_to_complain_of(program: Path) -> None:
    done = helm(program, "lint", "--strict", str(CHART), values={})
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 chart(s) linted, 0 chart(s) failed" in done.stdout
