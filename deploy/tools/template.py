"""Writes YAML with Helm's expressions in it: the nodes that stand for them, and the text that they become."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import yaml


@dataclass(frozen=True)
class Expression:
    """A scalar that Helm computes."""

    code: str


@dataclass(frozen=True)
class Text:
    """A scalar that holds Helm's braces already."""

    text: str


@dataclass(frozen=True)
class Block:
    """A list or mapping that Helm takes from a value."""

    code: str


@dataclass(frozen=True)
class If:
    """Items or fields that are there under a condition."""

    condition: str
    then: Any


@dataclass(frozen=True)
class Lines:
    """Lines as they are, in the place of items or fields."""

    lines: list[str]


@dataclass(frozen=True)
class Fields:
    """A mapping in parts: mappings, Lines, and If of mappings."""

    parts: list[Any]


def document(tree: Any, condition: str = "") -> str:
    """Return the text of one object, under a condition if one is given."""
    text = "\n".join(_lines(tree, 0)) + "\n"
    return f"{{{{- if {condition} }}}}\n{text}{{{{- end }}}}\n" if condition else text


def merged(base: Any, variant: Any, condition: str) -> Any:
    """Return a tree that is `variant` where the condition holds and `base` where not."""
    if base == variant:
        return base
    if isinstance(base, dict) and isinstance(variant, dict):
        return _merged_fields(base, variant, condition)
    if _named(base) and _named(variant):
        old, new = ({each["name"]: each for each in items} for items in (base, variant))
        both: list[Any] = [merged(each, new[name], condition) for name, each in old.items()]
        added = [each for name, each in new.items() if name not in old]
        return [*both, *([If(condition, added)] if added else [])]
    raise ValueError(f"{base!r} and {variant!r} cannot be merged")


def _merged_fields(base: dict[str, Any], variant: dict[str, Any], condition: str) -> Any:
    tree: dict[str, Any] = {}
    for key, value in variant.items():
        if key not in base:
            raise ValueError(f"{key} is only in the variant")
        old = base[key]
        if old == value or isinstance(old, dict | list):
            tree[key] = merged(old, value, condition)
        else:
            tree[key] = Expression(f"ternary {_literal(value)} {_literal(old)} {condition}")
    return tree


def _literal(value: Any) -> str:
    return str(value) if isinstance(value, int) else f'"{value}"'


def _named(node: Any) -> bool:
    return isinstance(node, list) and all(isinstance(each, dict) and "name" in each for each in node)


def _lines(node: Any, indent: int) -> list[str]:
    pad = " " * indent
    if isinstance(node, Block):
        return [f"{pad}{{{{- toYaml ({node.code}) | nindent {indent} }}}}"]
    if isinstance(node, Lines):
        return [f"{pad}{line}" for line in node.lines]
    if isinstance(node, If):
        return [f"{pad}{{{{- if {node.condition} }}}}", *_lines(node.then, indent), f"{pad}{{{{- end }}}}"]
    if isinstance(node, Fields):
        return [line for part in node.parts for line in _lines(part, indent)]
    if isinstance(node, dict):
        return [line for key, value in node.items() for line in _field(key, value, indent)]
    return [line for each in node for line in _item(each, indent)]


def _field(key: str, value: Any, indent: int) -> list[str]:
    head = f"{' ' * indent}{yaml.safe_dump(key).partition(chr(10))[0]}:"
    if isinstance(value, Block | Fields) or (isinstance(value, dict | list) and value):
        return [head, *_lines(value, indent + 2)]
    first, *rest = _scalar(value, indent)
    return [f"{head} {first}".rstrip(), *rest]


def _item(node: Any, indent: int) -> list[str]:
    if isinstance(node, If | Lines):
        return _lines(node, indent)
    if isinstance(node, dict):
        first, *rest = _lines(node, indent + 2)
        return [f"{' ' * indent}- {first.lstrip()}", *rest]
    first, *rest = _scalar(node, indent)
    return [f"{' ' * indent}- {first}", *rest]


def _scalar(value: Any, indent: int) -> list[str]:
    if isinstance(value, Expression):
        return [f"{{{{ {value.code} }}}}"]
    if isinstance(value, Text):
        return value.text.splitlines()
    if isinstance(value, str) and "\n" in value:
        pad = " " * (indent + 2)
        return ["|" if value.endswith("\n") else "|-", *(f"{pad}{_escaped(line)}" for line in value.splitlines())]
    dumped = yaml.safe_dump(value, width=10_000, default_flow_style=True).removesuffix("...\n").rstrip("\n")
    return [_escaped(line) for line in dumped.splitlines()]


def _escaped(line: str) -> str:
    """Return a line in which braces that are not Helm's stay as they are."""
    return line.replace("{{", "\0").replace("}}", '{{ "}}" }}').replace("\0", '{{ "{{" }}')
