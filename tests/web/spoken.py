"""What a screen reader is given: the browser's own accessibility tree, and what is wrong in it."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from playwright.sync_api import Page

# Roles that must have a name, in the browser's words.
CONTROLS = {
    "button", "checkbox", "combobox", "DisclosureTriangle", "link", "listbox", "radio", "searchbox", "slider",
    "spinbutton", "switch", "tab", "textbox", "Date", "InputTime", "ColorWell",
}  # fmt: skip
NAMED = CONTROLS | {"dialog", "alertdialog", "grid", "image", "navigation", "progressbar", "table", "tablist"}
# Roles whose name is the page's own word, never a document's.
OWN_WORDS = NAMED - {"link", "image", "combobox"}
# Names that are the same in every language.
PROPER = {"metatag", "English", "हिन्दी", "CSV", "JSON", "JSON Lines", "XLSX", "TXT", "API", "PDF", "URL"}
DEVANAGARI = re.compile(r"[\u0900-\u097f]")
LATIN = re.compile(r"[A-Za-z]{3,}")
RAW = re.compile(r"^[a-z]+\.[A-Za-z0-9.]+$|undefined|\[object|\bNaN\b|\{\w+\}")


@dataclass(frozen=True)
class Node:
    """One thing that is read out."""

    role: str
    name: str
    level: int
    live: str
    children: tuple[str, ...]


class Spoken:
    """The tree of what a page shows now."""

    def __init__(self, page: Page) -> None:
        session = page.context.new_cdp_session(page)
        found = session.send("Accessibility.getFullAXTree")["nodes"]
        session.detach()
        self.nodes = {entry["nodeId"]: _node(entry) for entry in found if not entry.get("ignored")}
        self._all = {entry["nodeId"]: entry.get("childIds", ()) for entry in found}
        # Parts of a date field are the browser's own, in the browser's words.
        dates = [number for number, node in self.nodes.items() if node.role == "Date"]
        for part in [part for number in dates for part in self._below(number)]:
            self.nodes.pop(part, None)

    def of(self, *roles: str) -> list[Node]:
        """Give the nodes of some roles, in the order in which they are read."""
        return [node for node in self.nodes.values() if node.role in roles]

    def faults(self, language: str) -> list[str]:
        """Say what is wrong, a sentence each."""
        return [*self._names(language), *self._headings(), *self._tables()]

    def _names(self, language: str) -> Iterator[str]:
        for node in self.nodes.values():
            what = f"{node.role} {node.name!r}"
            if node.role in NAMED and not node.name.strip():
                yield f"a {node.role} has no name"
            if node.role in OWN_WORDS and RAW.search(node.name):
                yield f"{what} is no word"
            if re.fullmatch(r"(.{2,}?)[\s,·]+\1", node.name.strip()) and node.role in NAMED:
                yield f"{what} is said twice"
            if node.role in OWN_WORDS and _foreign(node.name, language):
                yield f"{what} is in another language"

    def _headings(self) -> Iterator[str]:
        levels = [node.level for node in self.of("heading")]
        # A dialog hides what lies behind it, the view's heading too.
        first = 2 if self.of("dialog") else 1
        if levels[:1] != [first] or 1 in levels[1:]:
            yield f"the headings do not begin with the only one of level {first}: {levels}"
        for before, after in itertools.pairwise(levels):
            if after > before + 1:
                yield f"a heading of level {after} follows one of level {before}: {levels}"

    def _tables(self) -> Iterator[str]:
        for number, node in self.nodes.items():
            if node.role in {"table", "grid"}:
                heads = [self.nodes[child] for child in self._below(number) if child in self.nodes]
                named = [head for head in heads if head.role == "columnheader" and head.name.strip()]
                if not named:
                    yield f"the table {node.name!r} has no headers"

    def _below(self, number: str) -> Iterator[str]:
        for child in self._all.get(number, ()):
            yield child
            yield from self._below(child)


def _node(entry: dict[str, object]) -> Node:
    def value(key: str) -> str:
        found = entry.get(key)
        return str(found.get("value", "")) if isinstance(found, dict) else ""

    more = entry.get("properties")
    properties = {one["name"]: one["value"].get("value") for one in more} if isinstance(more, list) else {}
    children = entry.get("childIds")
    return Node(
        value("role"),
        value("name"),
        int(properties.get("level") or 0),
        str(properties.get("live") or ""),
        tuple(children) if isinstance(children, list) else (),
    )


def _foreign(name: str, language: str) -> bool:
    words = name
    for proper in PROPER:
        words = words.replace(proper, "")
    if language == "en":
        return bool(DEVANAGARI.search(words))
    return bool(LATIN.search(words)) and not DEVANAGARI.search(words)
