"""METATAG_OCR_*: every knob of the node."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import Field

from metatag_runtime.cpus import usable_cpus
from metatag_runtime.settings import ServiceSettings, service_config

DEBIAN_TESSDATA = Path("/usr/share/tesseract-ocr/5/tessdata")


class OcrSettings(ServiceSettings):
    """Read once, in __main__ or by the embedded system."""

    model_config = service_config("OCR")

    listen: str = "0.0.0.0:50051"
    reflection: bool = False
    # Pages in work at once; 0 means one per usable core.
    slots: int = Field(default=0, ge=0, le=256)
    tessdata_dir: Path | None = None
    scratch_dir: Path | None = None
    scratch_bytes: int = Field(default=1024**3, ge=1024**2)
    document_bytes: int = Field(default=200 * 1024**2, ge=1)
    # Seconds that one page may take, all tries together.
    page_seconds: float = Field(default=60.0, gt=0, le=3600)
    open_seconds: float = Field(default=20.0, gt=0, le=600)
    # Seconds without a chunk after which an upload is given up.
    upload_seconds: float = Field(default=30.0, gt=0, le=600)
    # Address space of a worker.
    worker_bytes: int = Field(default=2 * 1024**3, ge=512 * 1024**2)
    # Pages after which a worker is replaced.
    worker_pages: int = Field(default=500, ge=1)
    # Resolution at which a page is recognised first.
    dpi: int = Field(default=200, ge=100, le=300)
    page_pixels: int = Field(default=50_000_000, ge=1_000_000)
    image_pixels: int = Field(default=500_000_000, ge=1_000_000)
    # Language data loaded before the first page comes.
    warm_languages: str = "eng"
    text_reader: Literal["pdfium", "pdfplumber"] = "pdfium"
    engine: Literal["tesserocr", "pytesseract"] = "tesserocr"
    # "auto": RapidOCR when it is installed, else EasyOCR when it is and `models_dir` holds weights.
    deep_engine: Literal["auto", "none", "easyocr", "rapidocr"] = "auto"
    # Mean confidence under which the deep engine reads a page too.
    deep_below: float = Field(default=85.0, ge=0, le=100)
    deep_workers: int = Field(default=1, ge=1, le=64)
    deep_seconds: float = Field(default=180.0, gt=0, le=3600)
    # Address space of a deep worker; 0 where it uses a GPU, whose driver maps more than any bound.
    deep_bytes: int = Field(default=6 * 1024**3, ge=0)
    deep_threads: int = Field(default=1, ge=1, le=64)
    deep_gpu: bool = False
    deep_canvas: int = Field(default=1280, ge=320, le=4096)
    # Directory of EasyOCR's weights.
    models_dir: Path | None = None

    def tessdata(self) -> Path:
        """Give the directory of Tesseract's data: the setting, TESSDATA_PREFIX, or Debian's place."""
        if self.tessdata_dir is not None:
            return self.tessdata_dir
        prefix = os.environ.get("TESSDATA_PREFIX")
        return Path(prefix) if prefix else DEBIAN_TESSDATA

    def slot_count(self) -> int:
        """Give the number of pages in work at once."""
        return self.slots or usable_cpus()
