"""The run of the tests names the processes and files that they leave behind."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from pathlib import Path

LEFTOVERS = Path(__file__).parents[2] / "scripts/leftovers"


def left_by(mark: str, folder: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, LEFTOVERS, mark, folder], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_process_and_a_file_that_stay_are_named_and_then_no_more(tmp_path: Path) -> None:
    mark = uuid.uuid4().hex
    (tmp_path / "metatag-scratch").touch()
    (tmp_path / "pytest-of-asha").mkdir()
    # A daemon of the run: its own session, its parent gone, as servers are that a test forgets.
    begin = ["sh", "-c", "sleep 300 >/dev/null 2>&1 & echo $!"]
    marked = os.environ | {"METATAG_TEST_RUN": mark}
    pid = int(
        subprocess.run(begin, env=marked, capture_output=True, text=True, check=True, start_new_session=True).stdout
    )
    try:
        assert left_by(mark, tmp_path) == (1, f"process {pid}: sleep 300\nfile {tmp_path / 'metatag-scratch'}\n")
    finally:
        os.kill(pid, 9)
    (tmp_path / "metatag-scratch").unlink()
    assert left_by(mark, tmp_path) == (0, "")
