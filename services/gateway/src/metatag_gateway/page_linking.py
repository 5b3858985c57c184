"""The page's modules as one script, made at the gateway's start from the modules as they are written.

Seventy small files behind six connections of a browser are twelve round trips; one file is one. Each module becomes a
function that gives its exports, in an order in which whatever a module imports stands before it. Only the forms of
`import` and `export` that the page uses are understood; anything else is an error at the start, seen by the tests.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping

_IMPORT = re.compile(r'^import (?:(\w+)|\{([^}]*)\}) from "([^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:const|(?:async )?function|class)) (\w+)", re.MULTILINE)
_OTHER = re.compile(r"^(?:import|export)\b.*$|\bimport\.meta\b", re.MULTILINE)


class UnknownSyntax(Exception):
    """A module uses a form of import or export that is not understood here, or modules import each other in a ring."""


def link(sources: Mapping[str, str], entry: str) -> str:
    """Return one module that does what `entry` does.

    `sources` are texts by path; imports that begin with a dot are looked up in it, the others stay imports of the
    result. Raises UnknownSyntax.
    """
    order: list[str] = []
    _visit(entry, sources, order, ())
    names = {path: f"m{at}" for at, path in enumerate(order)}
    outside: dict[str, str] = {}
    parts = [_wrapped(path, sources[path], names, outside) for path in order]
    imports = [f'import * as {name} from "{address}";' for address, name in outside.items()]
    return "\n".join([*imports, *parts, ""])


def _visit(path: str, sources: Mapping[str, str], order: list[str], above: tuple[str, ...]) -> None:
    """Append `path` to `order`, after what it imports."""
    if path in order:
        return
    if path in above:
        raise UnknownSyntax(f"{path} imports itself through {' and '.join(above[above.index(path) + 1 :])}")
    if path not in sources:
        raise UnknownSyntax(f"{above[-1] if above else 'The page'} imports {path}, which is missing")
    for found in _IMPORT.finditer(sources[path]):
        if found[3].startswith("."):
            _visit(_joined(path, found[3]), sources, order, (*above, path))
    order.append(path)


def _joined(path: str, address: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), address))


def _wrapped(path: str, text: str, names: dict[str, str], outside: dict[str, str]) -> str:
    """Return a module as a constant: the object of its exports."""

    def imported(found: re.Match[str]) -> str:
        default, listed, address = found.groups()
        inner = address.startswith(".")
        name = names[_joined(path, address)] if inner else outside.setdefault(address, f"x{len(outside)}")
        if default:
            return f"const {default} = {name}.default;"
        # `a as b` of an import is `a: b` of a pattern.
        pattern = ", ".join(part.strip().replace(" as ", ": ") for part in listed.split(",") if part.strip())
        return f"const {{ {pattern} }} = {name};"

    exports = [found[2] for found in _EXPORT.finditer(text)]
    body = _EXPORT.sub(r"\1 \2", _IMPORT.sub(imported, text))
    if other := _OTHER.search(body):
        raise UnknownSyntax(f"{path}: {other[0]}")
    return f"const {names[path]} = (() => {{\n{body}\nreturn {{ {', '.join(exports)} }};\n}})();"
