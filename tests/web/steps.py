"""What a person does on the page, step by step, in the words of either language; and a watch over what must not be."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import re
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from metatag_gateway.routes import app_page

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
AXE = (Path(__file__).parent / "vendor/axe.min.js").read_text(encoding="utf-8")
PASSWORD = "correct horse battery"
# A busy machine with one core for everything reads a scan in a few seconds; nothing here waits this long when well.
PATIENCE = 120_000
expect.set_options(timeout=20_000)
# The browser breaks requests under way when a network interface comes or goes, as containers make them do.
MACHINE_CHANGED = "ERR_NETWORK_CHANGED"
# In place of the browser's socket: one that says what the test wants, as fast as it wants.
FAKE_SOCKET = """window.WebSocket = class {
  constructor() { window.line = this; setTimeout(() => this.onopen()); }
  send() { this.say({ type: 'catchup', seq: 0, state: { status: 'processing', total: '10000' }, results: [] }); }
  say(frame) { this.onmessage({ data: JSON.stringify(frame) }); }
  close() {}
}"""
_numbers = itertools.count(1)


def words(language: str) -> dict[str, str]:
    """Give the page's words."""
    text = (app_page.ROOT / f"js/lang/{language}.js").read_text(encoding="utf-8")
    pairs = re.findall(r'("(?:[^"\\]|\\.)*"):\s+("(?:[^"\\]|\\.)*")', text)
    return {json.loads(key): json.loads(value) for key, value in pairs}


class Visitor:
    """One person with one tab."""

    def __init__(self, context: BrowserContext, base_url: str, language: str = "en") -> None:
        self.page: Page = context.new_page()
        self.page.set_default_timeout(PATIENCE)
        self.base_url = base_url
        self.language = language
        self.words = words(language)
        self.email = f"visitor-{os.getpid()}-{next(_numbers)}@example.com"
        self.complaints: list[str] = []
        self.batch = BatchSteps(self)
        self.page.on("request", self._asked)
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))

    def _asked(self, request: Request) -> None:
        if not request.url.startswith((self.base_url, "blob:", "data:")):
            self.complaints.append(f"foreign request: {request.url}")

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text}")

    def t(self, key: str, **values: object) -> str:
        """Give a text as the page shows it; `n=1` takes the text for one."""
        text = self.words.get(f"{key}_one", self.words[key]) if values.get("n") == 1 else self.words[key]
        for name, value in values.items():
            text = text.replace(f"{{{name}}}", str(value))
        return text

    def open(self, path: str = "") -> None:
        """Load the page anew; once more where the machine's network changed while its files came."""
        self.page.goto(f"{self.base_url}/app/{path}")
        for _ in range(3):
            with contextlib.suppress(PlaywrightTimeout):
                self.page.locator(".frame, .door").wait_for(state="attached", timeout=20_000)
                return
            self.page.reload()

    def go(self, path: str) -> None:
        """Follow a link of the page."""
        self.page.evaluate("(hash) => { location.hash = hash; }", path)

    def button(self, key: str, **values: object) -> Any:
        """Give a button by its text."""
        return self.page.get_by_role("button", name=self.t(key, **values), exact=True)

    def register(self) -> None:
        """Make an account and come in."""
        self.open()
        self.page.get_by_role("tab", name=self.t("sign.new")).click()
        self._fill_in("sign.create")

    def sign_in(self, email: str = "", password: str = PASSWORD) -> None:
        """Come in."""
        self.email = email or self.email
        self._fill_in("sign.in", password)

    def _fill_in(self, button: str, password: str = PASSWORD) -> None:
        self.page.get_by_label(self.t("sign.email"), exact=True).fill(self.email)
        self.page.get_by_label(self.t("sign.password"), exact=True).fill(password)
        self.button(button).click()
        expect(self.page.locator(".frame")).to_be_attached()

    def heading(self, key: str, **values: object) -> None:
        """Wait until a view is open."""
        expect(self.page.get_by_role("heading", level=1)).to_contain_text(self.t(key, **values))

    def on_document(self) -> None:
        """Wait until the view of a document is open."""
        expect(self.page).to_have_url(re.compile(r"#/documents/[0-9a-f-]{36}"))
        expect(self.page.get_by_role("article")).to_be_visible()

    def violations(self) -> list[str]:
        """Give what axe finds against WCAG 2.2, levels A and AA."""
        self.page.evaluate(AXE)
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
        found = self.page.evaluate("(tags) => axe.run(document, { runOnly: tags })", tags)
        return [
            f"{entry['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
            for entry in found["violations"]
            for node in entry["nodes"]
        ]

    def overflow(self) -> int:
        """Give by how many pixels the view is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


class BatchSteps:
    """A visitor's way through a batch."""

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    @staticmethod
    def file(name: str, content: bytes) -> Any:
        """Give a file as a browser's field takes it."""
        return {"name": name, "mimeType": "application/octet-stream", "buffer": content}

    @staticmethod
    def table(rows: int) -> bytes:
        """Give a CSV of one sample many times, with markup in its titles."""
        lines = [f"<b>Rules {row}</b><img src=x>,{SAMPLES / 'library-rules.pdf'}" for row in range(rows)]
        return "\n".join(["title,file_path", *lines]).encode()

    def choose(self, *files: Any) -> None:
        """Choose files for a new batch."""
        self._visitor.go("#/batch")
        self._visitor.heading("batch.title")
        self._visitor.page.locator("input[type=file][multiple]").set_input_files(list(files))

    def start(self, count: int) -> None:
        """Start the batch and wait for its view."""
        self._visitor.button("batch.start", n=count).click()
        expect(self._visitor.page).to_have_url(re.compile(r"#/jobs/[0-9a-f-]{36}"))
        expect(self._visitor.page.locator(".tile").first).to_be_visible()

    def done(self, count: int, status: str = "completed") -> None:
        """Wait for the end."""
        page = self._visitor.page
        said = page.get_by_text(self._visitor.t("job.done", done=count, all=count), exact=True)
        expect(said).to_be_visible(timeout=PATIENCE)
        expect(page.locator(".badge").first).to_have_text(self._visitor.words[f"status.{status}"], timeout=PATIENCE)

    def tile(self, key: str) -> Locator:
        """Give the figure of a tile."""
        return self._visitor.page.locator(".tile", has_text=self._visitor.t(key)).locator("b")


def until(check: Any, seconds: float = 30.0) -> None:
    """Wait until a check gives something true."""
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "It did not come about in time."
        time.sleep(0.05)
