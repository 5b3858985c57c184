"""One cluster for the session. `make test-cluster` runs this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.cluster import programs
from deploy.cluster.cluster import Cluster, raised
from deploy.cluster.kubernetes import NAMESPACE, Kubernetes
from deploy.manifests import COMBINATIONS, CUSTOM, K8S, rendered

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ours = [item for item in items if HERE in item.path.parents]
    for item in ours:
        item.add_marker(pytest.mark.slow)
        item.add_marker(pytest.mark.timeout(3600))


@pytest.fixture(scope="session")
def given() -> Kubernetes | None:
    """The cluster that KUBECONFIG names, if it does."""
    named = os.environ.get("KUBECONFIG", "")
    return Kubernetes(Path(named)) if named else None


@pytest.fixture(scope="session")
def cluster(given: Kubernetes | None) -> Iterator[Cluster]:
    """A control plane of our own."""
    if given:
        pytest.skip("KUBECONFIG names a cluster; this test takes one of its own apart.")
    reason = programs.why_not()
    if reason:
        pytest.skip(reason)
    try:
        programs.built("kubernetes")
    except programs.NotHere as error:
        pytest.skip(f"No cluster can be raised: {error}")
    with raised() as started:
        yield started


@pytest.fixture(scope="session")
def kubernetes(request: pytest.FixtureRequest, given: Kubernetes | None) -> Kubernetes:
    """An API server: of the cluster that KUBECONFIG names, else of one of our own."""
    found = given or request.getfixturevalue("cluster").kubernetes
    kinds = {each["kind"] for name in COMBINATIONS for each in rendered(name) if each["apiVersion"].startswith(CUSTOM)}
    files = programs.definitions(kinds)
    assert len(files) == len(kinds), (kinds, files)
    for path in files:
        # Too long for the annotation that an ordinary apply keeps.
        found.run("apply", "--server-side", "--force-conflicts", "-f", path)
    found.run("wait", "--for=condition=Established", "crd", "--all", "--timeout=120s")
    found.run("apply", "--server-side", "-f", K8S / "base/namespace.yaml")
    assert NAMESPACE in found.run("get", "namespaces")
    return found
