"""The chart as helm renders it, and what kustomize renders, made comparable."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from deploy.manifests import ROOT, Manifest

CHART = ROOT / "deploy/helm/metatag"
_GENERATED = re.compile(r"^(process|gateway|jobs|ocr|tagger)-[a-z0-9]{10}$")
_MIGRATION = re.compile(r"^(migrate-(?:gateway|jobs))-[0-9a-f]{8}$")


def helm(program: Path, *words: str, values: dict[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
    """Run helm with values of one's own on its standard input."""
    given = [] if values is None else ["--values", "-"]
    # What a release of helm has built in; without a cluster it asks nobody.
    words = (str(program), *words, "--kube-version", "1.34.0", *given)
    text = yaml.safe_dump(values or {})
    return subprocess.run(words, input=text, capture_output=True, text=True, check=False, timeout=120)


def comparable(manifests: list[Manifest]) -> dict[tuple[str, str], Manifest]:
    """Return objects by kind and name, without namespace, hashes in names, and what only one of both tools writes."""
    found = {}
    for each in map(_plain, manifests):
        if each["kind"] == "Namespace":
            continue
        each["metadata"].pop("namespace", None)
        annotations = each["metadata"].get("annotations", {})
        for name in [name for name in annotations if name.startswith("helm.sh/")]:
            del annotations[name]
        if not annotations:
            each["metadata"].pop("annotations", None)
        if each["kind"] == "Deployment":
            annotations = each["spec"]["template"]["metadata"].pop("annotations", {})
            assert set(annotations) <= {"checksum/config"}
        if each["kind"] == "ConfigMap":
            # Its values are strings in either; numbers of the values file are written as such.
            each["metadata"].pop("annotations", None)
        found[each["kind"], each["metadata"]["name"]] = _sorted(each)
    return found


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    match = isinstance(node, str) and (_GENERATED.match(node) or _MIGRATION.match(node))
    return match[1] if match else node


def _sorted(node: Any) -> Any:
    """Return a manifest whose lists of named things are in the order of their names; that order means nothing."""
    if isinstance(node, dict):
        return {key: _sorted(value) for key, value in node.items()}
    if isinstance(node, list):
        items = [_sorted(each) for each in node]
        named = all(isinstance(each, dict) and "name" in each for each in items)
        return sorted(items, key=lambda each: str(each["name"])) if named else items
    return node
