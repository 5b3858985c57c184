from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import logging, structlog
from metatag_runtime.context import use_request_id
from metatag_runtime.logs import configure_logs
configure_logs("info", "{format}")
use_request_id("r-1")
structlog.get_logger("x").info("hello", job="j", api_key="sk-secret", token="t-secret")
structlog.get_logger("x").debug("too quiet")
logging.getLogger("lib").warning("from a library")
"""


def lines(log_format: str) -> list[str]:
    program = PROGRAM.replace("{format}", log_format)
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stderr.splitlines()


def test_json_lines_carry_the_request_id_and_no_secret() -> None:
    first, second = (json.loads(line) for line in lines("json"))
    assert (first["event"], first["request_id"], first["job"], first["level"]) == ("hello", "r-1", "j", "info")
    assert (first["api_key"], first["token"]) == ("***", "***")
    assert (second["event"], second["logger"], second["request_id"]) == ("from a library", "lib", "r-1")


def test_text_lines_are_for_people_and_hold_no_secret() -> None:
    first, second = lines("text")
    assert "hello" in first
    assert "secret" not in first
    assert "from a library" in second
