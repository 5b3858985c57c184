from __future__ import annotations

import re
import subprocess
import sys
import textwrap
import urllib.request

PROGRAM = """
import asyncio
from collections.abc import Sequence
from pydantic import SecretStr
from metatag_runtime.process import run_service
from metatag_runtime.settings import ServiceSettings, service_config
class S(ServiceSettings):
    model_config = service_config("SAMPLE")
    secret_key: SecretStr
class Ends:
    name = "ends"
    async def start(self): pass
    async def wait(self): await asyncio.sleep(30)
    async def stop(self, grace): pass
async def build(settings): return [Ends()]
raise SystemExit(run_service("sample", S, build))
"""


def start(**variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM)],
        env={"METATAG_PROCESS_LOG_FORMAT": "json", "METATAG_PROCESS_METRICS_HOST": "127.0.0.1", **variables},
        stderr=subprocess.PIPE,
        text=True,
    )


def test_a_missing_setting_stops_the_start_with_a_sentence_and_code_2() -> None:
    with start() as child:
        _, printed = child.communicate(timeout=60)
    assert child.returncode == 2
    assert printed.startswith("metatag sample: METATAG_SAMPLE_SECRET_KEY is not set")
    assert "Traceback" not in printed


def test_a_process_prints_its_settings_without_secrets_and_serves_its_metrics(free_port: int) -> None:
    with start(METATAG_SAMPLE_SECRET_KEY="hush", METATAG_PROCESS_METRICS_PORT=str(free_port)) as child:
        assert child.stderr is not None
        lines = [child.stderr.readline() for _ in range(3)]
        body = urllib.request.urlopen(f"http://127.0.0.1:{free_port}/metrics", timeout=30).read().decode()
        child.terminate()
        child.communicate()
    assert child.returncode == 0
    assert '"secret_key": "***"' in lines[0]
    assert "hush" not in "".join(lines)
    assert re.search(r"^# TYPE python_info gauge", body, flags=re.MULTILINE)
