"""The images that the nodes are given: those of the services and of the stores, and what the cluster itself runs."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from deploy.cluster.node import PAUSE, Node
from deploy.cluster.programs import built
from deploy.docker_host import Docker

# A program alone, in an image of nothing else.
OWN = {PAUSE: "pause", "metatag-test/coredns:1": "coredns", "metatag-test/metrics-server:1": "metrics-server"}
STORES = ("metatag-test/postgres:12", "metatag-test/redis:12", "metatag-test/s3:12")


def system_images(docker: Docker) -> list[str]:
    """Make the images of the cluster's own pods; return their names."""
    for image, program in OWN.items():
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(built("addons") / program, folder)
            lines = ["FROM scratch", f"COPY {program} /{program}", f'ENTRYPOINT ["/{program}"]']
            Path(folder, "Dockerfile").write_text("\n".join([*lines, ""]))
            docker.run("build", "--quiet", "-t", image, folder)
    return list(OWN)


def load(docker: Docker, images: list[str], nodes: list[Node], folder: Path) -> None:
    """Carry images over from a Docker daemon to every node, through one archive."""
    archive = folder / "images.tar"
    with archive.open("wb") as file:
        words = ["docker", "save", *images]
        subprocess.run(words, env=docker.environment, stdout=file, check=True, timeout=600)
    with ThreadPoolExecutor(len(nodes)) as pool:
        list(pool.map(lambda node: node.load(archive), nodes))
    archive.unlink()
