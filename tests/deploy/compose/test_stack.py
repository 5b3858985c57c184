"""The started stack does its work through the public API, and its walls stand."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from deploy.compose.load import SAMPLES, sign_in
from deploy.compose.stack import Stack
from deploy.docker_host import ROOT
from metatag_client import Options


def test_a_newcomer_has_a_scan_tagged(stack: Stack) -> None:
    with sign_in(stack.urls[0]) as client:
        result = client.process(str(SAMPLES / "vaccination-notice.pdf"), options=Options(tags=5, tagger="local"))
        assert result.tags
        assert result.is_scanned
        found = client.search("vaccination")
        assert [each.id for each in found] == [result.document_id]


def test_a_hindi_scan_is_read(stack: Stack) -> None:
    with sign_in(stack.urls[1]) as client:
        result = client.process(str(SAMPLES / "karyalaya-adesh.pdf"), options=Options(tags=5, tagger="local"))
        assert result.tags
        assert any("ऀ" <= letter <= "ॿ" for letter in result.preview)


def test_the_end_to_end_suite_passes_against_the_stack(stack: Stack) -> None:
    """Tests that need a server of their own start one beside it; all others speak to the stack."""
    environment = {**os.environ, "METATAG_E2E_SERVER": stack.urls[0]}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not chaos and not slow"]
    done = subprocess.run(
        [*command, "tests/e2e/test_upload_to_tags.py", "tests/e2e/test_bad_input.py"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    print(done.stdout[-600:])
    assert done.returncode == 0, done.stdout[-6000:]


@pytest.mark.parametrize("service", ["gateway", "jobs-api", "jobs-worker", "ocr", "tagger"])
def test_each_service_runs_without_rights_on_a_root_it_cannot_write(stack: Stack, service: str) -> None:
    status = dict(line.split(":", 1) for line in stack.execute(service, "cat", "/proc/1/status").splitlines())
    assert status["Uid"].split() == ["10001"] * 4
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"].strip() == "1"
    wrote = stack.execute(service, "sh", "-c", "touch /opt/venv/x /etc/x 2>/dev/null && echo wrote; true")
    assert wrote == ""


def test_the_scaler_of_workers_asks_a_question_that_the_database_answers(stack: Stack) -> None:
    from deploy.manifests import of_kind, rendered

    scalers = {each["metadata"]["name"]: each for each in of_kind(rendered("dev+keda+monitoring"), "ScaledObject")}
    query = scalers["jobs-worker"]["spec"]["triggers"][0]["metadata"]["query"]
    ask = 'PGPASSWORD="$POSTGRES_PASSWORD" psql -h 127.0.0.1 -U metatag -d metatag -Atc "$1"'
    answer = stack.execute("postgres", "sh", "-c", ask, "sh", query)
    assert int(answer) >= 0


def test_every_service_shows_its_metrics(stack: Stack) -> None:
    for service in ("gateway", "jobs-api", "jobs-worker", "ocr", "tagger"):
        found = stack.metrics(stack.containers()[service][0])
        assert any(name.startswith("metatag_") for name in found), service
