"""Each alert fires on what it is about, by Prometheus' own rule engine, and none fires on a healthy system."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from fakes import servers

RULES = Path(__file__).parents[2] / "deploy/compose/alerts.yaml"
MINUTES = 240
CALLS = "metatag_grpc_server_calls_total"
SERVICES = ("gateway", "jobs-api", "jobs-worker", "ocr", "tagger")

Series = dict[str, str]


def up(*services: str) -> Series:
    return {f'up{{component="{name}"}}': f"1x{MINUTES}" for name in services}


def seconds(metric: str, labels: str, fast: str, slow: str) -> Series:
    """A histogram of which nearly everything is slow."""
    return {
        f'{metric}_bucket{{{labels},le="{fast}"}}': f"0+1x{MINUTES}",
        f'{metric}_bucket{{{labels},le="{slow}"}}': f"0+100x{MINUTES}",
        f'{metric}_bucket{{{labels},le="+Inf"}}': f"0+100x{MINUTES}",
    }


def rates(metric: str, **per_minute: int) -> Series:
    """Counters by one label: `label__value=n`."""
    found = {}
    for name, count in per_minute.items():
        label, _, value = name.partition("__")
        found[f'{metric}{{{label}="{value}"}}'] = f"0+{count}x{MINUTES}"
    return found


HEALTHY: Series = {
    **up(*SERVICES),
    **rates("metatag_gateway_requests_total", status__200=100, status__404=5),
    **rates(CALLS, code__ok=100, code__not_found=5),
    'metatag_jobs_leading{instance="a"}': f"1x{MINUTES}",
    'metatag_jobs_leading{instance="b"}': f"0x{MINUTES}",
    "metatag_jobs_worker_resting": f"0x{MINUTES}",
    "metatag_jobs_unknown_objects_total": f"0x{MINUTES}",
    "metatag_jobs_backlog": f"50x{MINUTES}",
    **rates("metatag_jobs_documents_total", outcome__done=100, outcome__failed=1),
    **rates("metatag_tagger_documents_total", degraded__false=100, degraded__true=1),
    "metatag_tagger_cost_micros_total": f"0+1000x{MINUTES}",
    "metatag_ocr_pages_total": f"0+100x{MINUTES}",
    "metatag_ocr_page_failures_total": f"0+1x{MINUTES}",
}

FAULTS: dict[str, list[Series]] = {
    "GatewayErrors": [rates("metatag_gateway_requests_total", status__200=100, status__503=10)],
    "GatewaySlow": [seconds("metatag_gateway_request_seconds", 'method="GET"', "1", "10")],
    "ServiceGone": [up("gateway", "jobs-api", "jobs-worker", "tagger")],
    "ServiceCallsFail": [rates(CALLS, code__ok=100, code__unavailable=20)],
    # Nobody leads, and nobody is there who could.
    "NobodyDispatches": [{"metatag_jobs_leading": f"0x{MINUTES}"}, up("gateway")],
    "WorkersRest": [{"metatag_jobs_worker_resting": f"1x{MINUTES}"}],
    "ObjectsUnknown": [{"metatag_jobs_unknown_objects_total": f"0x30 3x{MINUTES}"}],
    # No document ended any more, and none ever did.
    "BacklogStands": [
        {"metatag_jobs_backlog": f"5x{MINUTES}", 'metatag_jobs_documents_total{outcome="done"}': f"7x{MINUTES}"},
        {"metatag_jobs_backlog": f"5x{MINUTES}"},
    ],
    "BacklogGrows": [{"metatag_jobs_backlog": f"1000+10x{MINUTES}"}],
    "DocumentsFail": [rates("metatag_jobs_documents_total", outcome__done=50, outcome__failed=50)],
    "OcrSlow": [seconds("metatag_ocr_page_seconds", 'step="recognize"', "10", "60")],
    "OcrPagesFail": [
        {"metatag_ocr_pages_total": f"0+100x{MINUTES}", "metatag_ocr_page_failures_total": f"0+20x{MINUTES}"}
    ],
    "TaggingDegraded": [rates("metatag_tagger_documents_total", degraded__true=50, degraded__false=50)],
    "TaggingCost": [{"metatag_tagger_cost_micros_total": f"0+2000000x{MINUTES}"}],
}


def fires(folder: Path, expression: str, series: Series, expected: int) -> None:
    """Hold how many alerts that an expression counts fire in the end; 0: none."""
    test = {
        "rule_files": [str(RULES)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values} for name, values in series.items()],
                "promql_expr_test": [
                    {
                        "expr": f"count({expression})",
                        "eval_time": f"{MINUTES - 10}m",
                        "exp_samples": [{"labels": "{}", "value": expected}] if expected else [],
                    }
                ],
            }
        ],
    }
    (folder / "test.yaml").write_text(yaml.safe_dump(test))
    program = servers.promtool()
    command = [str(program.path), "test", "rules", str(folder / "test.yaml")]
    done = subprocess.run(
        command, env={**os.environ, **program.environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_alert_has_its_faults_here() -> None:
    rules = yaml.safe_load(RULES.read_text())["groups"][0]["rules"]
    assert [rule["alert"] for rule in rules] == list(FAULTS)


@pytest.mark.parametrize(
    ("alert", "series"),
    [pytest.param(name, each, id=f"{name}-{i}") for name, found in FAULTS.items() for i, each in enumerate(found)],
)
def test_an_alert_fires_on_what_it_is_about(alert: str, series: Series, tmp_path: Path) -> None:
    fires(tmp_path, f'ALERTS{{alertname="{alert}",alertstate="firing"}}', series, 1)


def test_no_alert_fires_on_a_healthy_system(tmp_path: Path) -> None:
    fires(tmp_path, 'ALERTS{alertstate="firing"}', HEALTHY, 0)
