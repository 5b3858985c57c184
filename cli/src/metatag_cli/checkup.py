"""What `metatag doctor` looks at: each check gives a finding, and a way to put it right."""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from metatag_cli import tessdata
from metatag_cli.data_dir import default_data_dir
from metatag_cli.ports import is_free
from metatag_runtime.cpus import usable_cpus
from metatag_runtime.sandbox import missing

GIB = 1024**3


@dataclass(frozen=True)
class Finding:
    """`level` is "ok", "note" (works, with less) or "bad" (does not work); `remedy` says how to get it."""

    what: str
    level: str
    found: str
    remedy: str = ""


def examine(port: int, data_dir: Path | None) -> Iterator[Finding]:
    """Do all checks, one after the other; none raises and none changes anything."""
    checks: list[Callable[[], Finding]] = [
        _python, _readers, _tesseract, _language_data, _deep_engine, _language_model,
        lambda: _data(data_dir or default_data_dir()), lambda: _port(port), _machine, _sandbox,
    ]  # fmt: skip
    for check in checks:
        yield check()


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] <= (3, 13):
        return Finding("Python", "ok", f"{version} at {sys.executable}")
    return Finding("Python", "bad", version, "metatag runs on Python 3.11, 3.12 and 3.13.")


def _readers() -> Finding:
    try:
        module = importlib.import_module("pypdfium2")
    except ImportError as error:
        return Finding("PDF reader", "bad", f"pypdfium2 cannot be loaded: {error}", "Run make setup.")
    return Finding(
        "PDF reader", "ok", f"pypdfium2 {getattr(module, 'V_PYPDFIUM2', '') or module.version.PYPDFIUM_INFO}"
    )


def _tesseract() -> Finding:
    try:
        module = importlib.import_module("tesserocr")
    except ImportError as error:
        return Finding("Tesseract", "bad", f"tesserocr cannot be loaded: {error}", "Run make setup.")
    return Finding("Tesseract", "ok", module.tesseract_version().splitlines()[0])


def _language_data() -> Finding:
    place = tessdata.find()
    remedy = "make setup fetches it; or: apt-get install tesseract-ocr-eng tesseract-ocr-hin tesseract-ocr-osd"
    if place is None:
        return Finding("Languages", "bad", "no Tesseract data found", remedy)
    missing = tessdata.missing(place)
    if missing:
        return Finding("Languages", "bad", f"{', '.join(missing)} missing in {place}", remedy)
    return Finding("Languages", "ok", f"{', '.join(tessdata.languages(place))} in {place}")


def _deep_engine() -> Finding:
    for module, name in (("easyocr", "EasyOCR"), ("rapidocr", "RapidOCR")):
        if importlib.util.find_spec(module):
            return Finding("Deep OCR", "ok", f"{name} is installed")
    return Finding("Deep OCR", "note", "not installed; Tesseract reads every page", "docs/configuration.md, ocr")


def _language_model() -> Finding:
    if os.environ.get("METATAG_TAGGER_LLM_KEY") or os.environ.get("METATAG_TAGGER_LLM_KEY_FILE"):
        return Finding("LLM", "ok", "a key is set; it is used first, the offline tagger when it is away")
    return Finding("LLM", "note", "no key; tags come from the offline tagger", "Set METATAG_TAGGER_LLM_KEY.")


def _data(folder: Path) -> Finding:
    existing = folder
    while not existing.exists():
        existing = existing.parent
    if not os.access(existing, os.W_OK):
        return Finding("Data", "bad", f"{folder} is not writable", "Give another with --data-dir.")
    free = shutil.disk_usage(existing).free / GIB
    if free < 1:
        return Finding("Data", "bad", f"{free:.1f} GiB free at {folder}", "Free some disk, or give another --data-dir.")
    return Finding("Data", "ok", f"{folder}, {free:.0f} GiB free")


def _port(port: int) -> Finding:
    if is_free("127.0.0.1", port):
        return Finding("Port", "ok", f"{port} is free")
    return Finding("Port", "note", f"{port} is taken", "Is metatag running already? Else give another with --port.")


def _machine() -> Finding:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / GIB
    text = f"{usable_cpus()} usable cores, {memory:.0f} GiB memory"
    # A worker may take 600 MB a page, and there is one a core.
    if memory < 2:
        return Finding("Machine", "note", text, "Under 2 GiB: set METATAG_OCR_SLOTS=1.")
    return Finding("Machine", "ok", text)


def _sandbox() -> Finding:
    lacks = missing()
    if lacks:
        remedy = "Use Linux 5.13 or newer with Landlock and seccomp; PDFs are opened in child processes all the same."
        return Finding("Sandbox", "note", f"this system lacks {' and '.join(lacks)}", remedy)
    return Finding("Sandbox", "ok", "children that open PDFs reach no files but theirs, no network, no other program")
