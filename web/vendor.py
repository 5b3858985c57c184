"""Fetches the page's libraries again by the versions in vendored.json, and writes their checksums. Needs npm."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

VENDOR = Path(__file__).resolve().parents[1] / "services/gateway/src/metatag_gateway/web/vendor"


def main() -> int:
    """Copy each listed file out of its published package."""
    npm = shutil.which("npm")
    if npm is None:
        print("npm is missing; the vendored files stay as they are.", file=sys.stderr)
        return 1
    listed = json.loads((VENDOR / "vendored.json").read_text(encoding="utf-8"))
    wanted = sorted({f"{entry['package']}@{entry['version']}" for entry in listed})
    with tempfile.TemporaryDirectory() as folder:
        command = [npm, "install", "--silent", "--ignore-scripts", "--prefix", folder, *wanted]
        subprocess.run(command, check=True)
        for entry in listed:
            package = Path(folder) / "node_modules" / entry["package"]
            content = (package / entry["path_in_package"]).read_bytes()
            (VENDOR / entry["file"]).write_bytes(content)
            shutil.copyfile(package / "LICENSE", VENDOR / entry["licence_file"])
            entry["sha256"] = hashlib.sha256(content).hexdigest()
            print(f"{entry['file']:20} {entry['package']} {entry['version']} {entry['sha256'][:16]}")
    (VENDOR / "vendored.json").write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
