"""The port Engine by deep engines, where they are installed: `uv run --with rapidocr --with onnxruntime pytest ...`."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from fakes.hostile_pdfs import text_pdf
from fakes.ocr_pdfs import page_image
from metatag_ocr.reading.ports import Engine, Picture

LINE = "The committee approved the water supply scheme."
PICTURE = Picture(np.asarray(page_image(text_pdf([[LINE] * 3], size=14), dpi=120))[:400], 120)


def _rapidocr() -> Engine:
    pytest.importorskip("rapidocr")
    from metatag_ocr.engines.rapidocr_engine import RapidOcrEngine

    return RapidOcrEngine(threads=1)


def _easyocr() -> Engine:
    pytest.importorskip("easyocr")
    models = os.environ.get("METATAG_OCR_MODELS_DIR")
    if not models:
        pytest.skip("EasyOCR's weights are missing; METATAG_OCR_MODELS_DIR names their directory.")
    from metatag_ocr.engines.easyocr_engine import EasyOcrEngine

    return EasyOcrEngine(Path(models), canvas=1280, threads=1, gpu=False)


@pytest.mark.filterwarnings("default")
@pytest.mark.parametrize("make", [_rapidocr, _easyocr])
def test_a_deep_engine_reads_print_with_boxes_and_gets_one_try(make):
    engine = make()

    read = engine.recognize(PICTURE, ["eng"])

    assert not engine.cheap
    assert "eng" in engine.languages()
    assert engine.version()
    assert "committee approved" in read.text
    assert read.confidence > 60
    assert all(0 <= word.x <= 1 and 0 <= word.y <= 1 for word in read.words)
    assert engine.orientation(PICTURE) is None
