"""deploy/k8s/make-secrets.sh prints secrets that a parser reads back as they were given."""

from __future__ import annotations

import os
import subprocess
from typing import Any

import yaml

from deploy.invariants import containers
from deploy.manifests import K8S, of_kind, pod, rendered, workloads

AWKWARD = """it's: "100%" #\\n {{ $HOME }}"""


def secrets(**variables: str) -> dict[str, dict[str, str]]:
    environment = {"PATH": os.environ["PATH"], **variables}
    done = subprocess.run(
        ["sh", K8S / "make-secrets.sh"], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    documents: list[dict[str, Any]] = [each for each in yaml.safe_load_all(done.stdout) if each]
    namespace = variables.get("NAMESPACE", "metatag")
    assert {each["metadata"]["namespace"] for each in documents} == {namespace}
    return {each["metadata"]["name"]: each["stringData"] for each in documents}


def test_every_key_that_a_pod_mounts_is_there() -> None:
    given = secrets()
    for name in ("dev", "prod"):
        for each in workloads(rendered(name)):
            held = {v["name"]: v["secret"]["secretName"] for v in pod(each).get("volumes", []) if "secret" in v}
            for container in containers(each):
                places = {m["mountPath"]: held[m["name"]] for m in container["volumeMounts"] if m["name"] in held}
                for entry in container.get("env", []):
                    folder, _, key = str(entry.get("value", "")).rpartition("/")
                    if folder in places:
                        assert key in given[places[folder]], (name, container["name"], entry["name"])
    assert of_kind(rendered("dev"), "StatefulSet")
    assert set(given["metatag-datastores"]) == {"postgres_password", "redis_password", "minio_password"}


def test_two_runs_share_no_secret() -> None:
    one, other = secrets(), secrets()
    for name in ("metatag-gateway", "metatag-jobs"):
        assert one[name]["secret_key"] != other[name]["secret_key"]
        assert len(one[name]["secret_key"]) == 64


def test_stores_of_ones_own_take_the_place_of_those_inside() -> None:
    given = secrets(
        NAMESPACE="tags",
        METATAG_DATABASE_URL=f"postgresql://u:p@db/x?application_name={AWKWARD}",
        METATAG_REDIS_URL="rediss://:p@cache:6379",
        METATAG_S3_ACCESS_KEY="me",
        METATAG_S3_SECRET_KEY=AWKWARD,
        METATAG_ADMIN_EMAIL="admin@example.org",
        METATAG_ADMIN_PASSWORD=AWKWARD,
    )
    assert "metatag-datastores" not in given
    assert given["metatag-jobs"]["database_url"].endswith(AWKWARD)
    assert given["metatag-jobs"]["s3_secret_key"] == given["metatag-gateway"]["admin_password"] == AWKWARD
    assert [given[f"metatag-{name}"]["redis_url"] for name in ("jobs", "gateway", "tagger")] == [
        f"rediss://:p@cache:6379/{number}" for number in range(3)
    ]


def test_variables_of_other_programs_are_not_taken_for_ours() -> None:
    given = secrets(DATABASE_URL="postgresql://other", REDIS_URL="redis://other", S3_ACCESS_KEY="other")
    assert "other" not in str(given)
