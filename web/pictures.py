"""Takes a picture of every view of the running page at three widths, and of the command in a terminal.

`make pictures` runs it; the pictures go to build/pictures and are kept out of git, but for the two that README shows:
docs/pictures/page.png and docs/pictures/terminal.png.
"""

from __future__ import annotations

import argparse
import html
import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from itertools import product
from pathlib import Path
from typing import Any

from camera import EMAIL, PASSWORD, Camera, Look, browser
from playwright.sync_api import Browser, Page
from states import States

from metatag_cli.embedded import temporary_system

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
SHOWN = ROOT / "docs/pictures"
WIDTHS = (360, 1024, 1600)
VIEWS = ("batch", "history", "dashboard", "vocabularies", "keys", "account", "admin")
COLOURS = {
    "1": "font-weight:600",
    "2": "opacity:.7",
    "31": "color:#f09a90",
    "32": "color:#83cf9b",
    "33": "color:#e6b765",
}
COLOURS |= {"34": "color:#9dc1ea", "35": "color:#d3a6e8", "36": "color:#66c9bb"}
TERMINAL = (
    "<body style='margin:0;padding:28px 32px;background:#15191c;color:#e6ebe9;display:inline-block'>"
    "<pre style='margin:0;font:15px/1.5 ui-monospace,Noto Sans Mono,DejaVu Sans Mono,Noto Sans Devanagari,monospace'>"
)


def fill(camera: Camera) -> str:
    """Do the work that the pictures show: single documents and a batch with failures. Gives the batch's address."""
    page = camera.page
    for sample in ("road-tender.pdf", "karyalaya-adesh.pdf"):
        camera.go("")
        page.locator("input[type=file]").first.set_input_files(SAMPLES / sample)
        page.locator("form button[type=submit]").click()
        page.wait_for_url("**/#/documents/**", timeout=120_000)
        page.evaluate("() => { location.hash = '#/account'; }")
    names = sorted(path.name for path in SAMPLES.glob("*.pdf"))
    rows = [f"{name.removesuffix('.pdf').replace('-', ' ').title()},{SAMPLES / name}," for name in names * 5]
    rows += [f"Lost circular {number},{SAMPLES / f'lost-{number}.pdf'}," for number in range(1, 4)]
    table = "\n".join(["title,file_path,description", *rows, "No path at all,,"]).encode()
    camera.go("batch")
    page.locator("input[type=file][multiple]").set_input_files(
        {"name": "register.csv", "mimeType": "text/csv", "buffer": table}
    )
    page.locator(".grid, .plate").first.wait_for()
    camera.take("mapping")
    page.locator(".card .button.main").last.click()
    page.wait_for_url("**/#/jobs/**")
    until_done(page)
    return page.url.split("#/")[1]


def until_done(page: Page, seconds: float = 180) -> None:
    """Wait until the batch that is shown is done: its own badge is the first."""
    end = time.monotonic() + seconds
    while "good" not in (page.locator(".badge").first.get_attribute("class") or "").split():
        if time.monotonic() > end:
            raise SystemExit(f"The batch was not done in {seconds:.0f} seconds.")
        time.sleep(0.2)


def uploaded(url: str, name: str) -> str:
    """Give the address of what was first sent under this name: it was read then, and shows no path of this machine."""
    token = _token(url)
    found = _send(url, "GET", "history/documents?limit=100", None, token)["documents"]
    return [f"documents/{one['id']}" for one in found if one["file_path"] == f"upload://{name}"][-1]


def views(camera: Camera, job: str, document: str) -> None:
    """Take every view."""
    camera.open()
    camera.take("sign-in")
    camera.sign_in()
    camera.go("")
    camera.take("document")
    for view in VIEWS:
        camera.go(view)
        camera.take(view)
    camera.go(job)
    camera.take("job")
    camera.go("history")
    camera.page.get_by_role("searchbox").fill("water")
    camera.settle()
    camera.take("search")
    camera.go(document)
    camera.page.locator(".sheet img").wait_for(timeout=60_000)
    camera.settle()
    camera.take("result")
    if camera.page.viewport_size == {"width": 1280, "height": 900}:
        camera.window(SHOWN / "page.png")


def terminal(browser: Browser, url: str) -> None:
    """Take a picture of the command at work."""
    samples = sorted(str(path.relative_to(ROOT)) for path in SAMPLES.glob("*.pdf"))
    command = [sys.executable, "-m", "metatag_cli", "tag", *samples, "--server", url]
    environment = {
        **os.environ,
        "FORCE_COLOR": "1",
        "COLUMNS": "100",
        "METATAG_CLI_TOKEN": _token(url),
    }
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, env=environment)
    if done.returncode:
        print(f"The command's picture was left out: {done.stderr.strip()[-300:]}", file=sys.stderr)
        return
    shown = html.escape(f"$ metatag tag samples/*.pdf\n{done.stdout}".rstrip())
    shown = re.sub(r"\x1b\[([\d;]*)m", _style, shown)
    page = browser.new_page(viewport={"width": 1000, "height": 200})
    page.set_content(f"{TERMINAL}{shown}</pre></body>")
    page.locator("body").screenshot(path=SHOWN / "terminal.png")


def keep(url: str) -> None:
    """Make a vocabulary and a key, so that their views show more than an empty list."""
    labels = [("drinking water", "पेयजल"), ("schools", "विद्यालय"), ("roads", "सड़कें"), ("public health", "जन स्वास्थ्य")]
    terms = [{"label": label, "labels": {"hi": hindi}} for label, hindi in labels]
    _send(url, "PUT", "vocabularies/district", {"terms": terms}, _token(url))
    _send(url, "POST", "auth/keys", {"name": "nightly import", "scopes": ["read", "process"]}, _token(url))


def _token(url: str) -> str:
    return str(_send(url, "POST", "auth/login", {"email": EMAIL, "password": PASSWORD})["tokens"]["access_token"])


def _send(url: str, method: str, path: str, body: dict[str, Any] | None, token: str = "") -> dict[str, Any]:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"{url}/api/{path}", data, headers, method=method)
    with urllib.request.urlopen(request, timeout=30) as answer:
        found = json.load(answer)
        return dict(found.get("data") or found)


def _style(found: re.Match[str]) -> str:
    codes = [code for code in found[1].split(";") if code in COLOURS]
    return f"</span><span style='{';'.join(COLOURS[code] for code in codes)}'>" if codes else "</span><span>"


def everything(chromium: Browser, url: str, out: Path, looks: list[Look]) -> None:
    """Fill the account of somebody who works with the page, and take every view of it."""
    plain: Look = (1280, "en", "light")
    first = Camera(chromium, url, out, plain)
    first.open()
    first.sign_in()
    keep(url)
    # Before anything was read: later the answers would come out of memory, in no time.
    terminal(chromium, url)
    job = fill(first)
    first.take("job")
    document = uploaded(url, "road-tender.pdf")
    for look in [plain, *looks]:
        camera = Camera(chromium, url, out, look)
        views(camera, job, document)
        camera.context.close()


def main() -> int:
    """Start a system, fill it, take the pictures."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--out", type=Path, default=ROOT / "build/pictures")
    arguments.add_argument("--short", action="store_true", help="only the pictures that README shows")
    arguments.add_argument("--states", action="store_true", help="only what an account shows empty and at work")
    arguments.add_argument("--widths", type=int, nargs="+", default=WIDTHS, help="of the window, in pixels")
    asked = arguments.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    SHOWN.mkdir(exist_ok=True)
    os.environ |= {"METATAG_GATEWAY_ADMIN_EMAIL": EMAIL, "METATAG_GATEWAY_ADMIN_PASSWORD": PASSWORD}
    os.environ |= {"METATAG_GATEWAY_LOGIN_ATTEMPTS": "0"}
    with temporary_system([SAMPLES]) as system, browser() as chromium:
        looks: list[Look] = [] if asked.short else list(product(asked.widths, ("en", "hi"), ("light", "dark")))
        if not asked.states:
            everything(chromium, system.base_url, asked.out, looks)
        States(chromium, system.base_url, asked.out).take(looks)
    print(f"{len(list(asked.out.glob('*.png')))} pictures in {asked.out}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
