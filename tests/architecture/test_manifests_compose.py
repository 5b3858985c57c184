"""docker-compose.yml: readable by old and new compose, without default secrets, with the walls of the architecture."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from architecture.test_settings_are_documented import in_code

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
FILE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = FILE["services"]
OWN_SERVICES = (
    "gateway",
    "jobs-api",
    "jobs-worker",
    "ocr",
    "ocr-easyocr",
    "tagger",
    "migrate-jobs",
    "migrate-gateway",
    "doctor",
)
# What compose 1.29 knows of a service, as far as we need it.
KNOWN_KEYS = {
    "image", "build", "command", "environment", "networks", "depends_on", "healthcheck", "stop_grace_period", "restart",
    "init", "working_dir", "read_only", "cap_drop", "security_opt", "tmpfs", "profiles", "ports", "volumes", "dns",
}  # fmt: skip


def test_only_keys_are_used_that_old_compose_reads() -> None:
    top = {key for key in FILE if not key.startswith("x-")}
    assert top == {"services", "networks", "volumes"}
    assert {key for service in SERVICES.values() for key in service} <= KNOWN_KEYS


def test_no_secret_has_a_default() -> None:
    secrets = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET|_KEY)\w*)(:?[-?][^}]*)?\}", TEXT)
    assert {name for name, _ in secrets} >= {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "MINIO_PASSWORD", "JOBS_SECRET_KEY"}
    # A provider's key may be absent: then tags are made offline. An earlier secret is there only while it is changed.
    # Without an administrator's password there is no first account, and nobody gets in.
    optional = {("LLM_KEY", ":-"), ("GATEWAY_PREVIOUS_SECRET_KEYS", ":-"), ("GATEWAY_ADMIN_PASSWORD", ":-")}
    assert {(name, rest) for name, rest in secrets if not rest.startswith(":?")} == optional


def test_the_generated_environment_holds_every_required_secret(tmp_path: Path) -> None:
    made = tmp_path / "env"
    subprocess.run([ROOT / "deploy/compose/make-env.sh", made], check=True, capture_output=True)
    lines = dict(line.split("=", 1) for line in made.read_text().splitlines() if re.match(r"\w+=", line))
    required = set(re.findall(r"\$\{(\w+):\?", TEXT))
    assert required <= set(lines)
    assert len(set(lines.values())) == len(lines), "each secret is a different one"
    assert lines.pop("GATEWAY_ADMIN_EMAIL") == "admin@example.org"
    assert all(len(value) == 64 for value in lines.values())
    assert made.stat().st_mode & 0o077 == 0
    before = made.read_text()
    subprocess.run([ROOT / "deploy/compose/make-env.sh", made], check=True, capture_output=True)
    assert made.read_text() == before, "an existing file is kept"


@pytest.mark.parametrize("name", OWN_SERVICES)
def test_each_service_runs_without_rights(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "user" not in service, "the image's own user, 10001, stays"


def test_environments_name_only_settings_that_exist() -> None:
    used = {variable for service in SERVICES.values() for variable in service.get("environment", {})}
    assert {variable for variable in used if variable.startswith("METATAG_")} <= in_code()


def test_networks_are_the_arrows_of_the_architecture() -> None:
    members = {
        network: {name for name, service in SERVICES.items() if network in service["networks"]}
        for network in FILE["networks"]
    }
    # Beside the services: who looks at them.
    monitoring = {"prometheus", "grafana", "doctor"}
    assert members["recognition"] - monitoring == {"gateway", "jobs-api", "jobs-worker", "ocr", "ocr-easyocr"}
    assert members["outside"] == {"jobs-api", "jobs-worker", "tagger"}
    assert members["stores"] - monitoring == {
        "gateway", "jobs-api", "jobs-worker", "tagger", "migrate-jobs", "migrate-gateway", "postgres", "redis", "minio",
    }  # fmt: skip
    assert members["door"] - monitoring == {"gateway"}
    internal = {name for name, network in FILE["networks"].items() if network.get("internal")}
    assert internal == {"work", "recognition", "stores"}


@pytest.mark.parametrize("name", ["ocr", "ocr-easyocr"])
def test_ocr_is_on_one_internal_network_and_holds_no_secret(name: str) -> None:
    assert SERVICES[name]["networks"] == ["recognition"]
    assert not [
        variable for variable in SERVICES[name]["environment"] if re.search("KEY|SECRET|URL|PASSWORD", variable)
    ]


@pytest.mark.parametrize("name", ["gateway", "jobs-api", "jobs-worker", "prometheus"])
def test_who_calls_ocr_listens_on_other_networks_only(name: str) -> None:
    service = SERVICES[name]
    aliases = {alias for network in service["networks"].values() for alias in network.get("aliases", [])}
    assert aliases
    assert "aliases" not in service["networks"]["recognition"]
    environment = service.get("environment", {})
    own = {"gateway": "METATAG_GATEWAY_HOST", "prometheus": ""}.get(name, "METATAG_JOBS_LISTEN")
    doors = [environment[own], environment["METATAG_PROCESS_METRICS_HOST"]] if own else [
        word.partition("=")[2] for word in service["command"] if word.startswith("--web.listen-address")
    ]  # fmt: skip
    hosts = {part.partition(":")[0] for door in doors for part in door.split(",")}
    assert hosts - {"127.0.0.1"} == aliases, "each alias is a network on which something listens, and nothing else"


def test_the_network_of_ocr_has_no_way_to_this_machine() -> None:
    network = FILE["networks"]["recognition"]
    assert network["internal"] is True
    assert network["driver_opts"] == {"com.docker.network.bridge.inhibit_ipv4": "true"}
    # An address that no machine may have (RFC 5737): other names than the network's own find nobody to ask.
    assert SERVICES["ocr"]["dns"] == SERVICES["ocr-easyocr"]["dns"] == ["192.0.2.1"]


def test_only_the_gateway_and_grafana_open_a_port() -> None:
    assert {name for name, service in SERVICES.items() if "ports" in service} == {"gateway", "grafana"}


def test_everything_that_stays_up_is_asked_for_its_health() -> None:
    staying = {name for name in SERVICES if not name.startswith("migrate")} - {"prometheus", "grafana", "doctor"}
    assert {name for name, service in SERVICES.items() if "healthcheck" in service} == staying


def test_a_stop_waits_longer_than_the_service_does() -> None:
    for name, service in SERVICES.items():
        own = service.get("environment", {}).get("METATAG_PROCESS_STOP_GRACE", "25")
        if "stop_grace_period" in service and name in OWN_SERVICES:
            assert float(service["stop_grace_period"].rstrip("s")) >= float(own) + 5, name


def test_every_image_can_be_replaced() -> None:
    for name, service in SERVICES.items():
        assert service["image"].startswith("${"), name
        assert not re.search(r":(latest|main)\b", service["image"]), name


def test_build_targets_are_stages_of_the_dockerfile() -> None:
    stages = re.findall(r"^FROM \S+ AS (\S+)$", (ROOT / "deploy/docker/Dockerfile").read_text(), flags=re.MULTILINE)
    assert {service["build"]["target"] for service in SERVICES.values() if "build" in service} <= set(stages)


def test_the_dockerfile_needs_no_frontend_image_and_keeps_secrets_out_of_layers() -> None:
    text = (ROOT / "deploy/docker/Dockerfile").read_text()
    assert not text.startswith("# syntax")
    assert "# syntax=" not in text
    assert not re.search(r"^(ARG|ENV|COPY).*(pip\.conf|PIP_CERT|INDEX_URL|TOKEN|PASSWORD)", text, flags=re.MULTILINE)
    assert text.count("USER 10001:10001") == 1
