"""Pictures of what an account shows before it has anything, and while it works."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

from camera import PASSWORD, Camera, Look
from playwright.sync_api import Browser

from metatag_client import Client, Conflict

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
NEW = "ravi@example.com"
# Scans of a batch that is at work as long as the pictures take.
SCANS = 240


class States:
    """The account of somebody new, and what is done in it."""

    def __init__(self, browser: Browser, url: str, out: Path) -> None:
        self._browser = browser
        self._url = url
        self._out = out
        self._numbers = iter(range(10_000))

    def take(self, looks: list[Look]) -> None:
        """Take every state in every look: empty first, then at work, then paused."""
        if not looks:
            return
        with Client(self._url) as client:
            client.register(NEW, PASSWORD, "Ravi")
            client.login(NEW, PASSWORD)
            self._each(looks, self._empty)
            job = client.start_batch([upload.row() for upload in client.upload(self._scans(SCANS))]).id
            self._each(looks, lambda camera: self._working(camera, job))
            # Done already on a machine with many cores: then the picture shows that.
            with contextlib.suppress(Conflict):
                client.pause(job)
            self._each(looks, lambda camera: self._job(camera, job, "job-paused"))
            with contextlib.suppress(Conflict):
                client.cancel(job)
            self._each(looks[:2], lambda camera: self._job(camera, job, "job-cancelled"))

    def _each(self, looks: list[Look], take: Callable[[Camera], None]) -> None:
        for look in looks:
            camera = Camera(self._browser, self._url, self._out, look)
            camera.open()
            camera.sign_in(NEW)
            take(camera)
            camera.context.close()

    def _empty(self, camera: Camera) -> None:
        for view in ("history", "dashboard", "vocabularies", "keys"):
            camera.go(view)
            camera.take(f"{view}-empty")
        camera.go("history")
        camera.page.get_by_role("searchbox").fill("water")
        camera.settle()
        camera.take("search-nothing")
        camera.go("")
        camera.page.locator("form button[type=submit]").click()
        camera.page.get_by_role("alert").wait_for()
        camera.take("document-error")

    def _working(self, camera: Camera, job: str) -> None:
        self._job(camera, job, "job-running")
        camera.go("batch")
        camera.take("batch-running")
        camera.go("")
        [(name, content)] = self._scans(1)
        file = {"name": name, "mimeType": "application/pdf", "buffer": content}
        camera.page.locator("input[type=file]").first.set_input_files(file)
        camera.page.locator("form button[type=submit]").click()
        camera.page.locator(".bar.busy").wait_for()
        camera.take("document-running")

    def _job(self, camera: Camera, job: str, name: str) -> None:
        camera.go(f"jobs/{job}")
        # A figure of the rate takes some seconds of events.
        camera.page.wait_for_timeout(2500 if name == "job-running" else 300)
        camera.take(name)

    def _scans(self, count: int) -> list[tuple[str, bytes]]:
        """Make scans that differ, so that each is read anew."""
        content = (SAMPLES / "karyalaya-adesh.pdf").read_bytes()
        numbers = [next(self._numbers) for _ in range(count)]
        return [(f"कार्यालय आदेश {number}.pdf", content + f"\n%{number}".encode()) for number in numbers]
