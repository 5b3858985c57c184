"""What all floors share: the language data that the set-up fetched, and no settings from the developer's shell."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from metatag_runtime.open_files import allow_open_files

ROOT = Path(__file__).parents[1]
FETCHED = ROOT / ".tools" / "tessdata"

# Variables of the developer's own must not decide how a test ends; those that name what is installed may stay.
KEPT = ("METATAG_OCR_TESSDATA_DIR", "METATAG_OCR_MODELS_DIR", "METATAG_E2E_", "METATAG_TEST_")
for name in [name for name in os.environ if name.startswith("METATAG_") and not name.startswith(KEPT)]:
    del os.environ[name]
if FETCHED.is_dir():
    os.environ.setdefault("METATAG_OCR_TESSDATA_DIR", str(FETCHED))
# Without compiled modules every process that a test starts would compile them all again: eight seconds of CPU a system.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Tesseract and NumPy would start a thread a core in each of the processes that tests run side by side.
os.environ.setdefault("OMP_THREAD_LIMIT", "1")
os.environ.setdefault("OMP_NUM_THREADS", "1")
# As every service does for itself: an ordinary user has 1,024, and a thousand observers hold both ends here.
allow_open_files()


@pytest.fixture(scope="session")
def samples() -> Path:
    """The committed sample PDFs."""
    return ROOT / "samples"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say on which servers the run stood, where it used any."""
    from fakes import servers

    for sentence in servers.used():
        terminalreporter.write_line(f"[servers] {sentence}")
