"""The ocr service as a process of its own."""

from __future__ import annotations

from metatag_ocr.bootstrap import build
from metatag_ocr.settings import OcrSettings
from metatag_runtime.process import run_service

if __name__ == "__main__":
    raise SystemExit(run_service("ocr", OcrSettings, build))
