"""Takes the pictures of docs/tour.md: a records officer's day, from the batch to the search.

`make tour` runs it; the pictures are committed.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from camera import EMAIL, PASSWORD, Camera, browser

from metatag_cli.embedded import temporary_system
from metatag_client import Client, Row

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
SHOWN = ROOT / "docs/pictures"


def work(url: str, folder: Path) -> tuple[str, str]:
    """Have a folder of files tagged, some of which fail or are there twice. Return the batch and a document of it."""
    paths = sorted(SAMPLES.glob("*.pdf"))
    for path in paths:
        shutil.copy(path, folder / path.name)
    shutil.copy(SAMPLES / "water-supply-report.pdf", folder / "water supply (copy).pdf")
    (folder / "torn.pdf").write_bytes(b"%PDF-1.7\nnothing more")
    lost = [Row(f"https://records.example/lost-{number}.pdf", "url") for number in (7, 8)]
    with Client(url) as client:
        client.login(EMAIL, PASSWORD)
        for _ in client.batch([*sorted(folder.glob("*.pdf")), *lost]):
            pass
        job = client.jobs(limit=1)[0].id
        document = next(one for one in client.job(job)[1] if "water-supply-report" in one.path)
    return job, document.id


def correct(camera: Camera, document: str) -> None:
    """Change a tag and save, so that the history of the document shows it."""
    camera.go(f"documents/{document}")
    page = camera.page
    page.locator(".sheet img").wait_for()
    page.locator("[data-at=new]").click()
    page.keyboard.type("nandgaon tap connections")
    page.keyboard.press("Enter")
    page.locator(".save-bar .main").click()
    page.locator(".changes li").first.wait_for()
    page.locator(".toasts .notice button").first.click()
    camera.settle()


def take(camera: Camera, job: str, document: str) -> None:
    """Write the four pictures."""
    camera.open()
    camera.sign_in()
    camera.go(f"jobs/{job}")
    camera.page.locator(".cause summary").first.click()
    camera.window(SHOWN / "tour-batch.png")
    camera.go("review?reason=duplicate")
    camera.page.locator(".sheet img").wait_for()
    camera.window(SHOWN / "tour-review.png")
    correct(camera, document)
    camera.window(SHOWN / "tour-document.png")
    camera.go("history?q=water")
    camera.page.locator(".found a.facet").first.click()
    camera.settle()
    camera.window(SHOWN / "tour-search.png")


def main() -> int:
    """Start a system, do a day's work, take the pictures."""
    os.environ |= {"METATAG_GATEWAY_ADMIN_EMAIL": EMAIL, "METATAG_GATEWAY_ADMIN_PASSWORD": PASSWORD}
    os.environ |= {"METATAG_GATEWAY_LOGIN_ATTEMPTS": "0"}
    with (
        tempfile.TemporaryDirectory(prefix="scans-") as folder,
        temporary_system([]) as system,
        browser() as chromium,
    ):
        job, document = work(system.base_url, Path(folder))
        take(Camera(chromium, system.base_url, SHOWN, (1280, "en", "light")), job, document)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
