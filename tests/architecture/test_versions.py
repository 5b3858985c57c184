"""One version number: every package carries it and names the others by it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
PATTERNS = ("pyproject.toml", "protos/pyproject.toml", "cli/pyproject.toml", "*/*/pyproject.toml")
PROJECTS: dict[str, dict[str, Any]] = {
    str(path.relative_to(ROOT)): tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    for pattern in PATTERNS
    for path in sorted(ROOT.glob(pattern))
    if not path.relative_to(ROOT).parts[0].startswith(".")
}


def test_all_packages_have_the_same_version() -> None:
    assert len(PROJECTS) >= 9
    assert len({project["version"] for project in PROJECTS.values()}) == 1


def test_packages_name_each_other_by_their_exact_version() -> None:
    version = next(iter(PROJECTS.values()))["version"]
    own = [
        (place, need)
        for place, project in PROJECTS.items()
        for need in project.get("dependencies", [])
        if need.startswith("metatag")
    ]
    assert len(own) > 10
    assert [(place, need) for place, need in own if not need.endswith(f"=={version}")] == []


def test_the_changelog_begins_with_this_version() -> None:
    version = next(iter(PROJECTS.values()))["version"]
    sections = re.findall(r"(?m)^## (\S+)", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"))
    assert sections[0] == version


def test_all_packages_take_the_same_pythons() -> None:
    assert {project["requires-python"] for project in PROJECTS.values()} == {">=3.11,<3.15"}
