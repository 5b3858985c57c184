"""SKOS in Turtle and RDF/XML as terms: W3C's Simple Knowledge Organization System, read by rdflib.

Of the graph only what names a concept and what is broader is kept while it is parsed, so that memory grows with the
terms and not with everything that a thesaurus says of them. Preferred labels are the term's labels; alternative and
hidden ones, and further languages' preferred ones, its aliases and `labels`.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from rdflib import BNode, Graph, Literal, URIRef
from rdflib.namespace import RDF, SKOS
from rdflib.store import Store

TURTLE, RDF_XML = "turtle", "xml"
MAX_TERMS = 50_000
_MOST_ALIASES, _LONGEST, _MOST_LABELS, _LONGEST_URI = 100, 200, 50, 500
# SKOS-XL keeps the words of a label in a node of its own.
_XL = "http://www.w3.org/2008/05/skos-xl#"
_LITERAL_FORM = URIRef(f"{_XL}literalForm")
_NAMES = {
    SKOS.prefLabel: "preferred", SKOS.altLabel: "other", SKOS.hiddenLabel: "other",
    URIRef(f"{_XL}prefLabel"): "preferred", URIRef(f"{_XL}altLabel"): "other", URIRef(f"{_XL}hiddenLabel"): "other",
}  # fmt: skip
_BROADER = frozenset({SKOS.broader, SKOS.broadMatch, SKOS.broaderTransitive})
# Characters that the declared entities of a document may grow to.
_MOST_EXPANDED = 32 * 1024 * 1024
_ENTITY = re.compile(rb"<!ENTITY\s+(%\s+)?([\w.:-]+)\s+(SYSTEM|PUBLIC|\"[^\"]*\"|'[^']*')")
_NO_URI = re.compile(r"[\s<>\"{}|\\^`]|^urn:vocabulary:")
_LANGUAGE = re.compile(r"[A-Za-z0-9-]{2,35}")


class BadVocabulary(Exception):
    """The content is no SKOS that can be read; the message is for its sender."""


@dataclass
class _Concept:
    preferred: dict[str, str] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)
    broader: list[str] = field(default_factory=list)
    nodes: list[tuple[str, str]] = field(default_factory=list)


class _Concepts(Store):
    """What the parser says of concepts; everything else is forgotten at once."""

    context_aware = False

    def __init__(self) -> None:
        super().__init__()
        self.concepts: dict[str, _Concept] = {}
        self.forms: dict[str, Literal] = {}

    def add(self, triple: Any, context: Any = None, quoted: bool = False) -> None:
        """Keep a statement that names a concept or its broader one; BadVocabulary above the bound."""
        subject, predicate, value = triple
        if predicate == _LITERAL_FORM and isinstance(value, Literal):
            self.forms[str(subject)] = value
        elif predicate == RDF.type and value == SKOS.Concept:
            self._concept(subject)
        elif predicate in _NAMES:
            self._name(self._concept(subject), _NAMES[predicate], value)
        elif predicate in _BROADER:
            self._concept(subject).broader.append(str(value))
        elif predicate == SKOS.narrower:
            self._concept(value).broader.append(str(subject))
        if len(self.concepts) > 2 * MAX_TERMS:
            raise BadVocabulary(f"A vocabulary may have {MAX_TERMS} terms.")

    def _concept(self, node: Any) -> _Concept:
        return self.concepts.setdefault(str(node), _Concept())

    def _name(self, concept: _Concept, kind: str, value: Any) -> None:
        if isinstance(value, URIRef | BNode):
            concept.nodes.append((kind, str(value)))
        elif isinstance(value, Literal):
            _keep(concept, kind, value)

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[Any]:
        """Yield nothing: the parser asks for no statement back."""
        return iter(())

    def __len__(self, context: Any = None) -> int:
        return 0


def _keep(concept: _Concept, kind: str, value: Literal) -> None:
    text = " ".join(str(value).split())[:_LONGEST]
    if not text:
        return
    language = value.language or ""
    if kind == "preferred" and language not in concept.preferred and len(concept.preferred) < _MOST_LABELS:
        concept.preferred[language] = text
    elif len(concept.others) < _MOST_ALIASES:
        concept.others.append(text)


def terms(content: bytes, kind: str, language: str = "en") -> list[dict[str, Any]]:
    """Return the concepts as terms (label, aliases, language, parent, labels, uri), in the order of the document.

    A term's label is its preferred one in `language`, else the one without a language, else the first. Raises
    BadVocabulary for what is not well formed, holds no concept or too many, or declares harmful entities.
    """
    if kind == RDF_XML:
        _check_entities(content)
    store = _Concepts()
    # rdflib warns of odd literals and addresses with their text.
    logging.getLogger("rdflib").setLevel(logging.CRITICAL)
    try:
        Graph(store=store).parse(data=content, format=kind, publicID="urn:vocabulary:")
    except BadVocabulary:
        raise
    except RecursionError:
        raise BadVocabulary("The vocabulary is nested too deeply.") from None
    except Exception as error:
        place = re.search(r"line (\d+)", str(error)) or re.search(r":(\d+):\d+:", str(error))
        where = f" (line {place[1]})" if place else ""
        name = "Turtle" if kind == TURTLE else "RDF/XML"
        raise BadVocabulary(f"It is not well-formed {name}{where}.") from None
    return _as_terms(store, language)


def _check_entities(content: bytes) -> None:
    """Refuse entities that lie elsewhere or grow beyond a bound; real thesauri declare their namespaces so."""
    grown = 0
    for parameter, name, value in _ENTITY.findall(content):
        if parameter or value in (b"SYSTEM", b"PUBLIC") or b"&" in value:
            raise BadVocabulary("Entities that lie elsewhere or hold others are not read.")
        grown += content.count(b"&" + name + b";") * len(value)
    if grown > _MOST_EXPANDED or (b"<!DOCTYPE" in content and _is_external(content)):
        raise BadVocabulary("The document type that it declares is not read.")


def _is_external(content: bytes) -> bool:
    return re.search(rb"<!DOCTYPE\s+[\w.:-]+\s+(?:SYSTEM|PUBLIC)\b", content) is not None


def _as_terms(store: _Concepts, language: str) -> list[dict[str, Any]]:
    for concept in store.concepts.values():
        for kind, node in concept.nodes:
            if node in store.forms:
                _keep(concept, kind, store.forms[node])
    named = {uri: concept for uri, concept in store.concepts.items() if concept.preferred or concept.others}
    if not named:
        raise BadVocabulary("It holds no concept with a label (skos:prefLabel).")
    if len(named) > MAX_TERMS:
        raise BadVocabulary(f"A vocabulary may have {MAX_TERMS} terms.")
    shown = {uri: _label(concept, language) for uri, concept in named.items()}
    return [_term(uri, concept, shown) for uri, concept in named.items()]


def _label(concept: _Concept, language: str) -> tuple[str, str]:
    """Return the label that is shown, and its language."""
    for wanted in (language, "", *concept.preferred):
        if wanted in concept.preferred:
            return concept.preferred[wanted], wanted
    return concept.others[0], ""


def _term(uri: str, concept: _Concept, shown: dict[str, tuple[str, str]]) -> dict[str, Any]:
    label, language = shown[uri]
    labels = {
        code: text
        for code, text in concept.preferred.items()
        if code not in (language, "") and _LANGUAGE.fullmatch(code)
    }
    aliases = [name for name in dict.fromkeys(concept.others) if name != label]
    parent = next((shown[other][0] for other in concept.broader if other in shown and other != uri), "")
    is_address = ":" in uri and len(uri) <= _LONGEST_URI and not _NO_URI.search(uri)
    return {
        "label": label,
        "aliases": aliases,
        "language": language if _LANGUAGE.fullmatch(language) else "",
        "parent": parent,
        "labels": labels,
        "uri": uri if is_address else "",
    }
