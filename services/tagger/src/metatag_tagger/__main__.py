"""Runs the tagger as a process of its own: `python -m metatag_tagger`."""

from __future__ import annotations

from metatag_runtime.process import run_service
from metatag_tagger.bootstrap import build
from metatag_tagger.settings import TaggerSettings

if __name__ == "__main__":
    raise SystemExit(run_service("tagger", TaggerSettings, build))
