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


def test_every_locked_package_has_a_wheel_for_amd64_and_for_arm64() -> None:
    """`make publish` builds images for both, without a compiler."""
    locked = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))["package"]
    # Windows' own.
    fetched = [each for each in locked if "registry" in each["source"] and each["name"] != "pywin32"]
    assert len(fetched) > 100
    for machine in ("x86_64", "aarch64"):
        fitting = re.compile(rf"(py3|cp312-cp312|abi3)-(none-any|\S*manylinux\S*{machine}\S*)\.whl$|py3-none-any")
        lacking = [
            each["name"]
            for each in fetched
            if not any(fitting.search(wheel["url"]) for wheel in each.get("wheels", []))
        ]
        assert lacking == [], machine
