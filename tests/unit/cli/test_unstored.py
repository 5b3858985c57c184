"""What `metatag tag` loads when it works without a server."""

from __future__ import annotations

import subprocess
import sys

# What a system needs and one document does not: seconds of CPU, most of it for imports.
HEAVY = {"alembic", "argon2", "fastapi", "httpx", "redis", "sqlalchemy", "starlette", "uvicorn", "websockets"}


def test_files_without_a_server_load_no_web_framework_no_database_and_no_http() -> None:
    program = (
        f"import sys, metatag_cli.commands.tag, metatag_cli.unstored; print(*sorted({HEAVY!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
