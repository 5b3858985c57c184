"""Dashboards, alerts and scalers ask only for metrics that the code exports; docs/operations.md lists them all."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deploy.manifests import of_kind, rendered

ROOT = Path(__file__).parents[2]
MONITORING = ROOT / "deploy/k8s/components/monitoring"
KINDS = {"Counter", "Gauge", "Histogram"}
# Added by Prometheus itself, and by our scrape configuration.
GIVEN_LABELS = {"le", "instance", "job", "component"}


@cache
def exported() -> dict[str, tuple[str, frozenset[str]]]:
    """Gives every metric of the code with its kind and labels."""
    found = {}
    for folder in ("libs", "services", "cli"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
                    given = [ast.literal_eval(each) for each in node.args if isinstance(each, ast.Constant | ast.List)]
                    # collections.Counter has the same name, and no metric's.
                    if given and str(given[0]).startswith("metatag_"):
                        found[given[0]] = (node.func.id, frozenset(given[2] if len(given) > 2 else []))
    return found


def asked() -> dict[str, str]:
    """Gives every PromQL expression that we ship, by the place where it stands."""
    found = {}
    for path in sorted((MONITORING / "dashboards").glob("*.json")):
        for panel in json.loads(path.read_text())["panels"]:
            for target in panel["targets"]:
                found[f"{path.name}: {panel['title']} {target['refId']}"] = target["expr"]
    for rule in alerts():
        found[f"alert {rule['alert']}"] = rule["expr"]
    for scaler in of_kind(rendered("dev+keda+monitoring"), "ScaledObject"):
        for trigger in scaler["spec"]["triggers"]:
            if trigger["type"] == "prometheus":
                found[f"scaler {scaler['metadata']['name']}"] = trigger["metadata"]["query"]
    return found


def alerts() -> list[dict[str, Any]]:
    spec = yaml.safe_load((MONITORING / "alerts.yaml").read_text())["spec"]
    return [rule for group in spec["groups"] for rule in group["rules"]]


def operations() -> str:
    return (ROOT / "docs/operations.md").read_text(encoding="utf-8")


def series() -> set[str]:
    return {
        name + suffix
        for name, (kind, _) in exported().items()
        for suffix in (("_bucket", "_sum", "_count") if kind == "Histogram" else ("",))
    }


def test_every_metric_that_is_asked_for_exists() -> None:
    for place, query in asked().items():
        unknown = set(re.findall(r"\bmetatag_\w+", query)) - series()
        assert not unknown, f"{place} asks for {unknown}"


def test_every_label_that_is_asked_for_exists() -> None:
    for place, query in asked().items():
        names = set(re.findall(r"\bmetatag_\w+?(?=_bucket\b|\b)", query))
        known = GIVEN_LABELS.union(*(exported()[name][1] for name in names))
        used = {label.strip() for group in re.findall(r"\bby \(([^)]*)\)", query) for label in group.split(",")}
        used |= set(re.findall(r"[{,]\s*(\w+)\s*[=!]~?", query))
        assert used <= known, f"{place} asks for {used - known}"


def test_every_metric_is_described_and_no_other() -> None:
    rows = re.findall(r"^\| `(metatag_\w+)` \| (\w+) \|([^|]*)\|", operations(), flags=re.MULTILINE)
    described = {name: (kind, frozenset(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}
    assert described == {name: (kind.lower(), labels) for name, (kind, labels) in exported().items()}


def test_every_alert_has_its_paragraph() -> None:
    headings = re.findall(r"^### (\w+)$", operations(), flags=re.MULTILINE)
    assert [rule["alert"] for rule in alerts()] == headings


def test_every_alert_says_how_urgent_it_is_and_what_happened() -> None:
    for rule in alerts():
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"].endswith(".")


def test_derived_files_are_current() -> None:
    command = [sys.executable, str(ROOT / "deploy/tools/render.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_scaler_of_workers_reads_columns_that_exist() -> None:
    from metatag_jobs.adapters.sql.tables import job

    [scaler] = [
        each
        for each in of_kind(rendered("dev+keda+monitoring"), "ScaledObject")
        if each["metadata"]["name"] == "jobs-worker"
    ]
    query = scaler["spec"]["triggers"][0]["metadata"]["query"]
    functions = {"SELECT", "COALESCE", "SUM", "LEAST", "FROM", "WHERE", "job", "running"}
    used = set(re.findall(r"[A-Za-z_]+", query)) - functions
    assert used <= {column.name for column in job.columns}
    assert job.name == "job"
