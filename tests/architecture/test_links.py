"""Links between our own pages lead somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("*/*/README.md")])
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    lost = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    assert not lost


def test_every_make_target_that_a_page_names_exists() -> None:
    known = subprocess.run(["make", "-C", str(ROOT), "-qp"], capture_output=True, text=True, check=False).stdout
    targets = set(re.findall(r"^([a-z0-9-]+):", known, flags=re.MULTILINE))
    named = {target for page in PAGES for target in re.findall(r"`make ([a-z0-9-]+)", page.read_text(encoding="utf-8"))}
    assert not named - targets
