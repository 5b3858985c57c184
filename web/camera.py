"""A window of the page, and where its pictures go."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

EMAIL, PASSWORD = "asha@example.com", "correct horse battery"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--no-first-run",
]

# Width in pixels, language, theme.
Look = tuple[int, str, str]


class Camera:
    """One window of the page, and where its pictures go."""

    def __init__(self, browser: Browser, url: str, out: Path, look: Look) -> None:
        width, language, theme = look
        locale = {"en": "en-IN", "hi": "hi-IN"}[language]
        scheme: Literal["dark", "light"] = "dark" if theme == "dark" else "light"
        size: ViewportSize = {"width": width, "height": 900}
        self.context = browser.new_context(viewport=size, locale=locale, color_scheme=scheme)
        self.page: Page = self.context.new_page()
        # A machine that is busy with other things gets its pictures too.
        self.page.set_default_timeout(120_000)
        self._url = url
        self._out = out
        self._name = f"{width}-{language}-{theme}"

    def open(self) -> None:
        """Show the door."""
        self.page.goto(f"{self._url}/app/")
        self.page.locator(".door form").wait_for()

    def sign_in(self, email: str = EMAIL) -> None:
        """Come in."""
        self.page.locator("[name=email]").fill(email)
        self.page.locator("[name=password]").fill(PASSWORD)
        self.page.locator("button[type=submit]").click()
        self.page.locator(".frame").wait_for()

    def go(self, view: str) -> None:
        """Show a view, once what it fetches has come."""
        self.page.evaluate("(hash) => { location.hash = hash; }", f"#/{view}")
        self.page.locator("main .view").wait_for()
        self.settle()

    def settle(self) -> None:
        """Wait until nothing turns."""
        time.sleep(0.6)
        self.page.locator(".spin").first.wait_for(state="detached")

    def window(self, path: Path) -> None:
        """Write the picture of what the window shows, without what lies below."""
        self.page.evaluate("scrollTo(0, 0)")
        self.page.screenshot(path=path)

    def take(self, name: str) -> Path:
        """Write the picture of what is shown."""
        path = self._out / f"{name}-{self._name}.png"
        # A bar that sticks to the top would stand in the middle.
        self.page.evaluate("scrollTo(0, 0)")
        self.page.screenshot(path=path, full_page=True)
        return path


@contextmanager
def browser() -> Iterator[Browser]:
    """Run Debian's Chromium."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        yield found
        found.close()
