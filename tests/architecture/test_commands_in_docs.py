"""Every command that a page shows is run by a test, or its target, file, service or option is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from metatag_cli.app import COMMANDS

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("*/*/README.md")])
SHELL = re.compile(r"^ *```(?:sh|bash)\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
# Run as written by tests/e2e/test_examples_in_the_docs.py and tests/integration/gateway/test_docs.py, but for what of
# the first is a set-up, containers or a cluster.
RUN = {"README.md", "docs/api.md", "docs/cli.md"}
TARGETS = {
    target
    for path in (ROOT / "Makefile", *ROOT.glob("make/*.mk"))
    for target in re.findall(r"^([a-z0-9-]+)(?: [a-z0-9-]+)*:", path.read_text(encoding="utf-8"), re.MULTILINE)
}
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
# Programs of the reader's own.
FOREIGN = {"kubectl", "docker", "helm", "grep", "pip", "pipx", "uv"}


def lines(page: Path) -> list[str]:
    blocks = SHELL.findall(page.read_text(encoding="utf-8"))
    return [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def shown() -> list[tuple[str, str]]:
    found = [(str(page.relative_to(ROOT)), line) for page in PAGES for line in lines(page)]
    return [(page, line) for page, line in found if page not in RUN or re.match(r"(make|docker|kubectl|sh) ", line)]


def commands(line: str) -> list[list[str]]:
    """Return the commands of a line as words, without comments and what a loop puts around them."""
    words = shlex.split(re.sub(r"\bfor .*?; do |; done", "", line), comments=True)
    parted = re.split(r"\0(?:\||&&|;)\0", "\0".join(words))
    return [part.split("\0") for part in parted if part]


@pytest.mark.parametrize(("page", "line"), shown())
def test_a_command_of_a_page_is_there(page: str, line: str) -> None:
    for words in commands(line):
        program = words[0].rpartition("/")[2]
        if program == "make":
            named = [word for word in words[1:] if "=" not in word]
            assert set(named) <= TARGETS, named
        elif program == "metatag":
            assert words[1] in COMMANDS or words[1].startswith("--")
        elif program == "sh":
            assert (ROOT / words[1]).is_file()
        else:
            assert program in FOREIGN, f"no test runs {program}"
        for word in words:
            if word.startswith("deploy/") and "YOURS" not in word:
                assert (ROOT / word).exists(), word
        if words[:2] == ["docker", "compose"]:
            _check_compose(words[2:])


def _check_compose(words: list[str]) -> None:
    named = [word.partition("=")[0] for word in words if word.partition("=")[0] in COMPOSE["services"]]
    profiles = {profile for service in COMPOSE["services"].values() for profile in service.get("profiles", [])}
    if "--profile" in words:
        assert words[words.index("--profile") + 1] in profiles
    if {"run", "logs", "--scale"} & set(words):
        assert named, words
