"""Custom resources (KEDA, Prometheus operator, cert-manager, External Secrets) against their published schemas."""

from __future__ import annotations

import copy
import filecmp
import json
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.manifests import COMBINATIONS, CUSTOM, Manifest, label, of_kind, rendered

# One worker: the schemas are installed into one folder.
pytestmark = pytest.mark.xdist_group("crds")

CRDS = Path(__file__).parents[1] / "deploy/crds"
INSTALLED = Path(__file__).parents[2] / ".tools/crds"


@pytest.fixture(scope="module")
def modules() -> Path:
    """Installs the schemas from npm once, by the lock file."""
    if not shutil.which("npm"):
        pytest.skip("No npm here: custom resources are not checked against their schemas (apt-get install npm).")
    lock = INSTALLED / "package-lock.json"
    if not (INSTALLED / "node_modules").exists() or not filecmp.cmp(lock, CRDS / "package-lock.json"):
        INSTALLED.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(CRDS / name, INSTALLED / name)
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=INSTALLED, capture_output=True, text=True, check=False, timeout=100)
        if done.returncode:
            shutil.rmtree(INSTALLED)
            pytest.skip(f"npm could not install the schemas: {done.stderr.strip().splitlines()[:1]}")
    shutil.copy(CRDS / "validate.mjs", INSTALLED / "validate.mjs")
    return INSTALLED


def findings(resources: list[Manifest], modules: Path) -> list[str]:
    done = subprocess.run(
        ["node", str(modules / "validate.mjs")],
        input=json.dumps(resources),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.splitlines()


def custom() -> list[Manifest]:
    distinct = {json.dumps(each, sort_keys=True) for name in COMBINATIONS for each in rendered(name)}
    return [each for each in map(json.loads, sorted(distinct)) if each["apiVersion"].startswith(CUSTOM)]


def test_every_custom_resource_fits_its_schema(modules: Path) -> None:
    kinds = {each["kind"] for each in custom()}
    assert kinds >= {
        "ScaledObject",
        "TriggerAuthentication",
        "ServiceMonitor",
        "Certificate",
        "Issuer",
        "ExternalSecret",
        "HTTPRoute",
    }
    assert findings(custom(), modules) == []


def test_a_wrong_custom_resource_is_noticed(modules: Path) -> None:
    scaled = copy.deepcopy(of_kind(custom(), "ScaledObject")[0])
    scaled["spec"]["maxReplicaCount"] = "many"
    [found] = findings([scaled], modules)
    assert found.startswith(label(scaled))
    assert "maxReplicaCount" in found
