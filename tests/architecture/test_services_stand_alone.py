"""Each service in an environment of its own: it imports, and carries no other service and nothing unused.

The shared development environment would hide a dependency that a service forgot to declare.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SERVICES = {
    "ocr": {"fastapi", "sqlalchemy", "redis", "httpx", "torch", "easyocr"},
    "tagger": {"fastapi", "sqlalchemy", "tesserocr", "torch", "sklearn", "scipy"},
    "jobs": {"fastapi", "tesserocr", "pypdfium2", "numpy"},
    "gateway": {"tesserocr", "pypdfium2", "numpy", "minio"},
}

PROGRAM = """
import importlib, importlib.util, json, pkgutil, sys
service, foreign = sys.argv[1], sys.argv[2].split(",")
package = importlib.import_module(f"metatag_{service}")
skip = ("migrations", "easyocr", "rapidocr", "pytesseract")  # Alembic runs the first; the others are extras
names = [found.name for found in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
for name in names:
    if not name.endswith("__main__") and not any(part in name for part in skip):
        importlib.import_module(name)
print(json.dumps({"modules": len(names), "foreign": [name for name in foreign if importlib.util.find_spec(name)]}))
"""


def uv() -> str:
    found = shutil.which("uv") or str(ROOT / ".tools/bin/uv")
    if not Path(found).exists():
        pytest.skip("uv is not at hand; `make setup` brings it")
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_imports_whole_from_its_own_dependencies_alone(service: str, tmp_path: Path) -> None:
    others = {f"metatag_{other}" for other in (*SERVICES, "cli") if other != service}
    command = [uv(), "run", "--isolated", "--frozen", "--no-default-groups", "--package"]
    command += [f"metatag-{service}", "python", "-c", PROGRAM, service, ",".join(SERVICES[service] | others)]
    environment = {key: value for key, value in os.environ.items() if key not in ("VIRTUAL_ENV", "PYTHONPATH")}
    # As the set-up does: behind a proxy with an authority of its own, uv's certificates are not enough.
    environment.setdefault("UV_SYSTEM_CERTS", "1")
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=110)
    assert done.returncode == 0, done.stderr[-3000:]
    answer = json.loads(done.stdout)
    assert answer["foreign"] == []
    assert answer["modules"] > 5
