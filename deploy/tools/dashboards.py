"""The Grafana dashboards as tables: title, unit, queries. `make render` writes them as JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 8, 7
PER_ROW = 24 // WIDTH


@dataclass(frozen=True)
class Panel:
    """One graph; `queries` are (PromQL, legend)."""

    title: str
    unit: str
    queries: tuple[tuple[str, str], ...]


def _rate(metric: str, by: str, extra: str = "") -> str:
    return f"sum by ({by}) (rate({metric}{extra}[5m]))"


def _quantile(share: float, metric: str, by: str) -> str:
    return f"histogram_quantile({share}, sum by (le, {by}) (rate({metric}_bucket[5m])))"


def _ends(title: str, metric: str, by: str) -> Panel:
    queries = ((_quantile(0.5, metric, by), f"p50 {{{{{by}}}}}"), (_quantile(0.95, metric, by), f"p95 {{{{{by}}}}}"))
    return Panel(title, "s", queries)


DASHBOARDS: dict[str, tuple[str, tuple[Panel, ...]]] = {
    "overview": (
        "metatag: overview",
        (
            Panel("Requests by status", "reqps", ((_rate("metatag_gateway_requests_total", "status"), "{{status}}"),)),
            _ends("Duration of requests", "metatag_gateway_request_seconds", "method"),
            Panel("Requests in work", "short", (("sum(metatag_gateway_requests_in_flight)", "in work"),)),
            Panel("Documents ended", "ops", ((_rate("metatag_jobs_documents_total", "outcome"), "{{outcome}}"),)),
            Panel(
                "Documents waiting and in work",
                "short",
                (("max(metatag_jobs_backlog)", "backlog"), ("sum(metatag_jobs_documents_in_work)", "in work")),
            ),
            Panel("Pages read", "ops", ((_rate("metatag_ocr_pages_total", "method"), "{{method}}"),)),
            Panel(
                "Failing calls between services",
                "ops",
                (
                    (
                        _rate("metatag_grpc_server_calls_total", "service, code", '{code!~"ok|cancelled|busy"}'),
                        "{{service}} {{code}}",
                    ),
                ),
            ),
            _ends("Duration of calls between services", "metatag_grpc_server_seconds", "service"),
            Panel("Replicas", "short", (("count by (component) (up == 1)", "{{component}}"),)),
        ),
    ),
    "ocr": (
        "metatag: OCR",
        (
            Panel("Pages by method", "ops", ((_rate("metatag_ocr_pages_total", "method"), "{{method}}"),)),
            Panel("Pages by reason", "ops", ((_rate("metatag_ocr_pages_total", "reason"), "{{reason}}"),)),
            _ends("Seconds of a page by step", "metatag_ocr_page_seconds", "step"),
            Panel(
                "Pages per node",
                "ops",
                ((_rate("metatag_ocr_pages_total", "instance"), "{{instance}}"),),
            ),
            Panel(
                "Pages in work and waiting",
                "short",
                (("sum(metatag_ocr_pages_in_flight)", "in work"), ("sum(metatag_ocr_pages_waiting)", "waiting")),
            ),
            Panel("Documents in work", "short", (("sum(metatag_ocr_documents_in_work)", "documents"),)),
            Panel("Pages that failed", "ops", ((_rate("metatag_ocr_page_failures_total", "code"), "{{code}}"),)),
            Panel(
                "Confidence, median",
                "percent",
                ((_quantile(0.5, "metatag_ocr_page_confidence", "language"), "{{language}}"),),
            ),
            Panel(
                "Recognitions for a page, p95", "short", ((_quantile(0.95, "metatag_ocr_page_tries", "job"), "tries"),)
            ),
        ),
    ),
    "jobs": (
        "metatag: jobs",
        (
            Panel("Backlog", "short", (("max(metatag_jobs_backlog)", "documents"),)),
            Panel(
                "In work per worker", "short", (("sum by (instance) (metatag_jobs_documents_in_work)", "{{instance}}"),)
            ),
            Panel("Documents by outcome", "ops", ((_rate("metatag_jobs_documents_total", "outcome"), "{{outcome}}"),)),
            Panel("Leaders", "short", (("sum(metatag_jobs_leading)", "leading"),)),
            Panel(
                "Calls to jobs",
                "ops",
                ((_rate("metatag_grpc_server_calls_total", "method", '{service="jobs"}'), "{{method}}"),),
            ),
            _ends("Duration of calls", "metatag_grpc_server_seconds", "method"),
        ),
    ),
    "tagging": (
        "metatag: tagging and its cost",
        (
            Panel(
                "US dollars an hour",
                "currencyUSD",
                (("sum(rate(metatag_tagger_cost_micros_total[5m])) * 3600 / 1e6", "cost"),),
            ),
            Panel("Tokens", "ops", ((_rate("metatag_tagger_tokens_total", "direction"), "{{direction}}"),)),
            Panel(
                "Calls to the provider",
                "ops",
                ((_rate("metatag_tagger_provider_calls_total", "outcome"), "{{outcome}}"),),
            ),
            Panel(
                "Documents",
                "ops",
                ((_rate("metatag_tagger_documents_total", "tagger, degraded"), "{{tagger}} degraded={{degraded}}"),),
            ),
            _ends("Duration of a document", "metatag_tagger_document_seconds", "tagger"),
            _ends("Duration of a call to the provider", "metatag_tagger_provider_seconds", "job"),
            _ends("Waiting under a rate limit", "metatag_tagger_limit_wait_seconds", "job"),
            Panel("Cache", "ops", ((_rate("metatag_tagger_cache_total", "result"), "{{result}}"),)),
        ),
    ),
}


def rendered(name: str) -> str:
    """Give a dashboard as Grafana reads it."""
    title, panels = DASHBOARDS[name]
    board = {
        "uid": f"metatag-{name}",
        "title": title,
        "tags": ["metatag"],
        "timezone": "browser",
        "schemaVersion": 39,
        "refresh": "30s",
        "time": {"from": "now-3h", "to": "now"},
        "templating": {
            "list": [{"name": "source", "label": "Data source", "type": "datasource", "query": "prometheus"}]
        },
        "panels": [_panel(number, panel) for number, panel in enumerate(panels)],
    }
    return json.dumps(board, indent=1) + "\n"


def _panel(number: int, panel: Panel) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": "${source}"}
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": source,
        "gridPos": {"x": number % PER_ROW * WIDTH, "y": number // PER_ROW * HEIGHT, "w": WIDTH, "h": HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "expr": query, "legendFormat": legend, "datasource": source}
            for place, (query, legend) in enumerate(panel.queries)
        ],
    }
