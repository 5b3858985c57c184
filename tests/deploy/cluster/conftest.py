"""One cluster for the session. `make test-cluster` runs this folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.cluster import images, programs
from deploy.cluster.cluster import STATE, Cluster, raised
from deploy.cluster.installation import development, install, volumes
from deploy.cluster.kubernetes import NAMESPACE, Kubernetes
from deploy.docker_host import Docker, docker_host
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


@pytest.fixture(scope="session")
def docker() -> Iterator[Docker]:
    with docker_host() as host:
        yield host


@pytest.fixture(scope="session")
def nodes(cluster: Cluster, docker: Docker) -> Cluster:
    """The cluster with two nodes that hold every image, names and metrics."""
    try:
        programs.built("addons")
    except programs.NotHere as error:
        pytest.skip(f"No pod can run: {error}")
    stores = docker.store_images()
    every = [*docker.service_images().values(), *(name for name in stores.values() if name.startswith("metatag-test/"))]
    every = [name for name in every if "prometheus" not in name] + images.system_images(docker)
    cluster.start_nodes()
    images.load(docker, every, cluster.nodes, STATE)
    cluster.kubernetes.run("apply", "--server-side", "-f", programs.MODULES.parent / "addons.yaml")
    for each in cluster.nodes:
        cluster.kubernetes.wait(f"{each.name} is ready", lambda name=each.name: cluster.ready(name), 180, "kube-system")
    words = ("-n", "kube-system", "rollout", "status", "deployment", "coredns", "--timeout=180s")
    assert cluster.kubernetes.attempt(*words).returncode == 0, cluster.kubernetes.report("kube-system")
    return cluster


@pytest.fixture(scope="session")
def postgres_user(docker: Docker) -> int:
    """The account of the server in the image that stands in for PostgreSQL's."""
    return int(docker.run("run", "--rm", "--entrypoint", "id", "metatag-test/postgres:12", "-u").strip())


@pytest.fixture(scope="session")
def installed(nodes: Cluster, kubernetes: Kubernetes, postgres_user: int) -> Kubernetes:
    """The overlay dev, as README types it."""
    kubernetes.apply(volumes(STATE / "volumes", nodes.nodes[0].name, 2))
    kubernetes.run("delete", "namespace", NAMESPACE, "--timeout=180s", "--ignore-not-found", limit=240)
    install(kubernetes, development(postgres_user=postgres_user))
    return kubernetes
