"""Debian's Chromium for the tests of the web page: found, or installed when we may, else said why not."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

# It must never speak to anybody but the server under test, and must run as root in a container.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
)
# Whom the browser itself asks for updates, the time and form hints, whatever page is open and whatever flags it has.
# What a page asks of them is seen apart from that: tests hear of every request of a page.
OWN_DOMAINS = ("google.com", "googleapis.com", "gvt1.com", "gstatic.com")


@cache
def chromium_path() -> Path:
    """Give the browser; skips the test with a sentence where there is none and none can be installed."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return Path(found)
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        pytest.skip("The page's tests need Chromium: apt-get install chromium fonts-noto-core")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    # Other fixtures install servers at the same time: wait for their turn with the packages to end.
    apt = ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
    subprocess.run([*apt, "update", "-qq"], check=False, **quiet)
    command = [*apt, "install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-noto-core"]
    subprocess.run(command, check=False, env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, **quiet)
    found = shutil.which("chromium")
    if not found:
        pytest.skip("Chromium could not be installed: apt-get install chromium did not succeed here.")
    return Path(found)


@contextmanager
def launched(*more: str) -> Iterator[Browser]:
    """Run a headless browser."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, headless=True, args=[*FLAGS, *more])
        try:
            yield browser
        finally:
            browser.close()
