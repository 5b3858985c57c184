"""What each image is made of: bills of material (`bill.py sbom`) and their licences (`bill.py licences`).

Reads the lock file and the metadata of the installed packages; downloads nothing. A licence that is not known to be
fine for linking ends `licences` with exit code 1.
"""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
OUT = ROOT / "build/sbom"
# The images; all-in-one holds the command, as the wheels do.
IMAGES = ("gateway", "jobs", "ocr", "tagger", "all-in-one")

# Licences that ask nothing of a program but to be named; MPL asks for changes of its own files only.
FINE = re.compile(
    r"MIT|BSD|Apache|ISC|PSF|Python Software|MPL|Mozilla|Unlicense|Public Domain|Zlib|HPND|CNRI",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\b(A?GPL|LGPL|GNU)", re.IGNORECASE)

# Package -> why it is fine although its licence is not in the list above; looked at one by one.
EXCEPTIONS: dict[str, str] = {}


def bill(image: str) -> dict[str, Any]:
    """Give the CycloneDX bill of an image, with the licence of each package."""
    package = ["metatag"] if image == "all-in-one" else [f"metatag-{image}", "--extra", "otlp"]
    command = [uv(), "export", "--quiet", "--frozen", "--no-dev", "--package", *package]
    command += ["--format", "cyclonedx1.5", "--preview-features", "sbom-export"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  our own words
    found: dict[str, Any] = json.loads(done.stdout)
    for component in found["components"]:
        licence = licence_of(component["name"])
        if licence:
            component["licenses"] = [{"license": {"name": licence}}]
    return found


def uv() -> str:
    """Give uv: on the path, or where the set-up put it."""
    return shutil.which("uv") or str(ROOT / ".tools/bin/uv")


def licence_of(package: str) -> str:
    """Give the licence that a package declares, empty when it is not installed here (another platform's)."""
    try:
        distribution = importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError:
        return ""
    metadata = distribution.metadata
    expression = metadata.get("License-Expression")
    if expression:
        return str(expression)
    classes = [each.split(" :: ")[-1] for each in metadata.get_all("Classifier") or [] if each.startswith("License ::")]
    named = [each for each in classes if each not in ("OSI Approved", "Other/Proprietary License")]
    return " OR ".join(named) or first_line(metadata.get("License") or _text(distribution)) or "unknown"


def first_line(text: str) -> str:
    """Give the first line that says something, at most 80 characters."""
    return next((line.strip()[:80] for line in text.splitlines() if line.strip()), "")


def _text(distribution: importlib.metadata.Distribution) -> str:
    """Give the licence file of a package that declares no licence."""
    files = [each for each in distribution.files or [] if each.name.upper().startswith("LICEN")]
    return str(files[0].read_text()) if files else ""


def complaint(package: str, licence: str) -> str:
    """Give what is wrong with linking a package, or nothing."""
    if package in EXCEPTIONS or not licence:
        return ""
    # "MIT OR GPL" lets us choose.
    choices = re.split(r" OR ", licence)
    if any(FINE.search(choice) and not COPYLEFT.search(choice) for choice in choices):
        return ""
    return f"{package}: {licence}"


def write_bills() -> int:
    """Write one bill an image; give the exit code."""
    OUT.mkdir(parents=True, exist_ok=True)
    for image in IMAGES:
        path = OUT / f"{image}.cdx.json"
        found = bill(image)
        path.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
        print(f"{path.relative_to(ROOT)}  {len(found['components'])} components")
    return 0


def check_licences() -> int:
    """List the licences of all images; give 1 when one is not fine."""
    used: dict[str, tuple[str, set[str]]] = {}
    for image in IMAGES:
        for component in bill(image)["components"]:
            name = component["name"]
            used.setdefault(name, (licence_of(name), set()))[1].add(image)
    for name, (licence, images) in sorted(used.items()):
        print(f"{name:42} {licence or '(not on this platform)':50} {' '.join(sorted(images))}")
    complaints = [found for name, (licence, _) in sorted(used.items()) if (found := complaint(name, licence))]
    for found in complaints:
        print(f"not fine for linking: {found}", file=sys.stderr)
    return 1 if complaints else 0


if __name__ == "__main__":
    raise SystemExit({"sbom": write_bills, "licences": check_licences}[sys.argv[1]]())
