"""What ships at /app: the policy, the vendored libraries as they were published, every word in both languages."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import httpx
import pytest

from metatag_gateway.routes import app_page

WEB = app_page.ROOT
VENDORED = json.loads((WEB / "vendor/vendored.json").read_text(encoding="utf-8"))
SOURCES = sorted((WEB / "js").rglob("*.js"))
MAX_LINES = 300
# axe-core 4.14.1 (MPL-2.0), for the tests alone; as published.
AXE = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"


def words(language: str) -> dict[str, str]:
    text = (WEB / f"js/lang/{language}.js").read_text(encoding="utf-8")
    pairs = re.findall(r'("(?:[^"\\]|\\.)*"):\s+("(?:[^"\\]|\\.)*")', text)
    return {json.loads(key): json.loads(value) for key, value in pairs}


@pytest.mark.parametrize("library", VENDORED, ids=lambda library: library["file"])
def test_a_vendored_library_is_the_published_file_with_its_licence(library: dict[str, str]) -> None:
    content = (WEB / "vendor" / library["file"]).read_bytes()
    assert hashlib.sha256(content).hexdigest() == library["sha256"]
    assert library["licence"] in ("MIT", "Apache-2.0")
    assert (WEB / "vendor" / library["licence_file"]).stat().st_size > 500


def test_every_vendored_file_is_listed() -> None:
    listed = {library["file"] for library in VENDORED}
    assert {path.name for path in (WEB / "vendor").glob("*.js")} == listed


def test_the_checker_of_accessibility_is_the_published_one() -> None:
    content = (Path(__file__).parent / "vendor/axe.min.js").read_bytes()
    assert hashlib.sha256(content).hexdigest() == AXE


def test_english_and_hindi_have_the_same_keys_and_the_same_places() -> None:
    english, hindi = words("en"), words("hi")
    assert english.keys() == hindi.keys()
    for key, text in english.items():
        places = sorted(re.findall(r"\{\w+\}", text))
        assert sorted(re.findall(r"\{\w+\}", hindi[key])) == places, key


def test_every_key_that_the_page_names_has_words() -> None:
    known = words("en").keys()
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES if path.parent.name != "lang")
    named = set(re.findall(r'\bt\("([\w.+]+)"', source)) | set(re.findall(r'label: "([\w.]+)"', source))
    named |= {key for pair in re.findall(r'\? "(\w+\.\w+)" : "(\w+\.\w+)"', source) for key in pair}
    assert sorted(named - known) == []


def test_no_module_reaches_for_markup_or_for_another_origin() -> None:
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|\beval\(", text), path
        assert not re.search(r"""(fetch|import)\(["']https?:""", text), path
        # The tables of words grow with the page; everything else has one subject.
        assert path.parent.name == "lang" or len(text.splitlines()) <= MAX_LINES, path


def test_the_page_comes_with_a_policy_that_keeps_everything_at_home(files_url: str) -> None:
    answer = httpx.get(f"{files_url}/app/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert not re.search(r"https?:", policy)
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_an_unchanged_file_is_not_sent_again(files_url: str) -> None:
    first = httpx.get(f"{files_url}/app/js/main.js")
    assert first.headers["content-type"].startswith("text/javascript")
    again = httpx.get(f"{files_url}/app/js/main.js", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/app/../settings.py", "/app/%2e%2e/app.py", "/app/nothing.js", "/app/vendor/"])
def test_nothing_beside_the_page_is_served(files_url: str, path: str) -> None:
    assert httpx.get(files_url + path).status_code >= 400


def test_the_address_without_a_slash_leads_to_the_page(files_url: str) -> None:
    assert httpx.get(f"{files_url}/app").headers["location"] == "/app/"
