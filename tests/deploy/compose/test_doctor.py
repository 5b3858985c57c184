"""`docker-compose run --rm doctor` against the stack that runs: all is well, until something is not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from deploy.compose.stack import Stack
from deploy.docker_host import PATH, ROOT

COMMAND = ("metatag", "doctor", "--cluster", "--server", "http://gateway.door:8000", "--json")


def doctor(stack: Stack) -> dict[str, dict[str, Any]]:
    """Gives the findings by name."""
    printed = stack.compose("--profile", "doctor", "run", "--rm", "--no-deps", "-T", "doctor", *COMMAND, check=False)
    return {each["what"]: each for each in json.loads(printed)}


def test_the_doctor_finds_the_stack_well(stack: Stack) -> None:
    found = doctor(stack)
    assert [each for each in found.values() if each["level"] == "bad"] == []
    assert {name for name, each in found.items() if each["level"] == "ok"} == {
        "Gateway", "Health", "jobs-api", "ocr", "tagger", "Leader", "Tables gateway", "Tables jobs", "Clock gateway",
        "Clock jobs", "Redis gateway", "Redis jobs", "Redis tagger", "Files", "Objects",
    }  # fmt: skip


def test_the_doctor_names_what_was_taken_away(stack: Stack) -> None:
    identity = stack.containers()["tagger"][0]
    stack.docker.run("pause", identity)
    try:
        found = doctor(stack)
    finally:
        stack.docker.run("unpause", identity)
    bad = {name for name, each in found.items() if each["level"] == "bad"}
    assert bad == {"tagger", "Health"}
    stack.wait_healthy("tagger", 1)


def test_the_doctor_sees_the_walls_of_ocr_from_inside(stack: Stack) -> None:
    """Run where docker is; what it names is asked for by address, as ocr knows no names."""
    inside = f"docker exec {stack.containers()['ocr'][0]}"
    targets = {
        "METATAG_GATEWAY_JOBS_ADDRESS": f"{stack.address(stack.containers()['jobs-api'][0])}:50053",
        "METATAG_JOBS_TAGGER_ADDRESS": f"{stack.address(stack.containers()['tagger'][0])}:50052",
        "METATAG_JOBS_REDIS_URL": f"redis://{stack.address(stack.containers()['redis'][0])}:6379/0",
    }
    command = [sys.executable, "-m", "metatag_cli", "doctor", "--cluster", "--json", "--server", stack.urls[0]]
    done = subprocess.run(
        [*command, "--inside-ocr", inside],
        env={**os.environ, **stack.docker.environment, **targets, "PATH": PATH},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    found = {each["what"]: each for each in json.loads(done.stdout)}
    assert found["Walls of ocr"]["level"] == "ok", found["Walls of ocr"]
