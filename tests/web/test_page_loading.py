"""The page comes in few round trips and is kept by content: one script, one style sheet, hashed addresses."""

from __future__ import annotations

import re
import time
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, expect

from metatag_gateway.page_linking import UnknownSyntax, link
from metatag_gateway.routes import app_page
from web.steps import words

pytestmark = [pytest.mark.xdist_group("web"), pytest.mark.timeout(600)]
LATENCY_MS = 300


def test_modules_become_one_in_the_order_of_their_imports() -> None:
    sources = {
        "js/main.js": 'import { twice as two } from "./lib/a.js";\nimport htm from "htm";\ntwo(htm);\n',
        "js/lib/a.js": 'import {\n  one,\n} from "../b.js";\nexport const twice = (x) => one(x) + one(x);\n',
        "js/b.js": "export function one(x) {\n  return x;\n}\n",
    }
    text = link(sources, "js/main.js")
    assert text.index("function one") < text.index("const twice") < text.index("two(htm)")
    assert "const { twice: two } = m1;" in text
    assert "const htm = x0.default;" in text
    assert not re.search(r"^export", text, re.MULTILINE)


@pytest.mark.parametrize(
    "source",
    [
        'export { a } from "./b.js";',
        "export default 1;",
        'import "./main.js";',
        "x(import.meta.url);",
        'import { a } from "./main.js";',
    ],
)
def test_a_module_in_another_style_is_refused_and_not_guessed(source: str) -> None:
    with pytest.raises(UnknownSyntax):
        link({"js/main.js": source}, "js/main.js")


def test_what_a_version_names_is_kept_and_the_page_itself_is_not(files_url: str) -> None:
    page = httpx.get(f"{files_url}/app/")
    assert page.headers["cache-control"] == "no-cache"
    named = re.findall(r'"(?:\./)?(v/[^"]+)"', page.text)
    assert len({path.split("/")[1] for path in named}) == 1
    for path in named:
        answer = httpx.get(f"{files_url}/app/{path}")
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    # A version that is not this one is not answered with this one's files.
    other = named[-1].replace(app_page.version(), "0" * 24)
    assert httpx.get(f"{files_url}/app/{other}").status_code >= 400


def test_the_first_load_needs_four_round_trips_and_the_next_only_one(browser: Browser, files_url: str) -> None:
    context = browser.new_context(locale="en-IN")
    page = context.new_page()
    line: Any = context.new_cdp_session(page)
    line.send("Network.enable")
    conditions = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": -1, "uploadThroughput": -1}
    line.send("Network.emulateNetworkConditions", conditions)
    times = []
    for _ in range(2):
        asked: list[str] = []
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        began = time.monotonic()
        page.goto(f"{files_url}/app/", wait_until="commit")
        expect(page.get_by_role("heading", level=1)).to_have_text(words("en")["sign.title"])
        times.append(time.monotonic() - began)
        assert len(asked) <= 10, asked
    print(f"First load at {LATENCY_MS} ms latency: {times[0]:.2f} s; with the files kept: {times[1]:.2f} s")
    context.close()
