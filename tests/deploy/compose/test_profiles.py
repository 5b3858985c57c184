"""The optional services of docker-compose.yml: they parse in every combination, and what is started does its work."""

from __future__ import annotations

import itertools
import json
import time
from urllib.parse import quote

from deploy.compose.load import DIGITAL, SCAN, sign_in, unseen
from deploy.compose.stack import Stack
from deploy.docker_host import ROOT
from metatag_client import Options

PROFILES = ("deep", "monitoring", "fake-llm", "doctor")


def test_every_combination_of_profiles_is_valid(stack: Stack) -> None:
    for number in range(len(PROFILES) + 1):
        for chosen in itertools.combinations(PROFILES, number):
            stack.compose(*(word for name in chosen for word in ("--profile", name)), "config", "--quiet")


def test_the_stand_in_for_a_provider_writes_tags(stack: Stack) -> None:
    stack.compose("--profile", "fake-llm", "up", "-d", "--no-build", "--no-recreate", "--no-deps", "fake-llm")
    stack.wait_healthy("fake-llm", 1)
    with sign_in(stack.urls[0]) as client:
        options = Options(pages=1, tags=5, tagger="llm", api_key="sk-or-fake-good")
        result = client.process(unseen(DIGITAL), options=options)
    assert result.tags
    assert result.tagger == "llm"
    assert not result.degraded


def test_prometheus_finds_every_service_and_knows_every_alert(stack: Stack) -> None:
    stack.compose("--profile", "monitoring", "up", "-d", "--no-build", "--no-recreate", "--no-deps", "prometheus")
    up = ask(stack, "query?query=up")
    end = time.monotonic() + 120
    wanted = {"gateway": 2, "jobs-api": 1, "jobs-worker": 1, "ocr": len(stack.containers()["ocr"]), "tagger": 1}
    while (found := counted(up)) != wanted and time.monotonic() < end:
        time.sleep(3)
        up = ask(stack, "query?query=up")
    assert found == wanted, "each replica is scraped once, under its service's name"
    rules = [rule for group in ask(stack, "rules")["groups"] for rule in group["rules"]]
    assert len(rules) >= 10
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}
    firing = {rule["name"] for rule in rules if rule.get("state") == "firing"}
    assert not firing & {"ServiceGone", "NobodyDispatches"}


def test_every_panel_of_the_dashboards_has_something_to_show(stack: Stack) -> None:
    """Grafana only draws what Prometheus answers; the two tests before have left their documents in the figures."""
    with sign_in(stack.urls[0]) as client:
        client.process(unseen(SCAN), options=Options(pages=1, tags=5, tagger="local"))
    # Series that begin with the first failure.
    silent = {"Pages that failed", "Failing calls between services"}
    waiting = {panel: query for panel, query in panels().items() if panel.split(": ")[1] not in silent}
    assert len(waiting) >= 30
    end = time.monotonic() + 120
    while waiting and time.monotonic() < end:
        time.sleep(3)
        waiting = {
            panel: query
            for panel, query in waiting.items()
            if not ask(stack, f"query?query={quote(query)}").get("result")
        }
    assert not waiting


def panels() -> dict[str, str]:
    """Gives the question of every panel by its dashboard, title and letter."""
    found = {}
    for path in sorted((ROOT / "deploy/k8s/components/monitoring/dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                found[f"{path.stem}: {panel['title']}: {target['refId']}"] = target["expr"]
    return found


def counted(up: dict[str, list[dict[str, object]]]) -> dict[str, int]:
    """Gives how many replicas of each service are scraped with success."""
    found: dict[str, int] = {}
    for each in up.get("result", []):
        metric, value = each["metric"], each["value"]
        if value[1] == "1":  # type: ignore[index]
            service = str(metric["component"])  # type: ignore[index]
            found[service] = found.get(service, 0) + 1
    return found


def ask(stack: Stack, question: str) -> dict[str, list[dict[str, object]]]:
    """Asks Prometheus, from a service on its network; nothing while it is not there yet."""
    program = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read().decode())"
    url = f"http://prometheus.work:9090/api/v1/{question}"
    answer = stack.execute("tagger", "python", "-c", program, url, check=False)
    return dict(json.loads(answer)["data"]) if answer.startswith("{") else {}
