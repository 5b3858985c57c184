"""Writes what is derived: dashboards, compose's copy of the alert rules, the Helm chart. `--check` only compares."""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

sys.path.insert(0, str(Path(__file__).parent))

import chart
from dashboards import DASHBOARDS, rendered

DEPLOY = Path(__file__).parents[1]
MONITORING = DEPLOY / "k8s/components/monitoring"


def outputs() -> dict[Path, str]:
    """Give every derived file with its content."""
    files = {MONITORING / f"dashboards/{name}.json": rendered(name) for name in DASHBOARDS}
    rules = yaml.safe_load((MONITORING / "alerts.yaml").read_text(encoding="utf-8"))["spec"]
    head = "# Written by make render from deploy/k8s/components/monitoring/alerts.yaml.\n"
    files[DEPLOY / "compose/alerts.yaml"] = head + yaml.safe_dump(rules, sort_keys=False, width=120)
    return files | chart.outputs()


def main(arguments: list[str]) -> int:
    """Write, or with --check tell which files are stale; give the exit code."""
    files = outputs()
    stale = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    if "--check" in arguments:
        for path in stale:
            print(f"{path.relative_to(DEPLOY)} is stale: run make render")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8")
        print(f"wrote {path.relative_to(DEPLOY)}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
