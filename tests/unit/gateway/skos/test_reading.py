"""SKOS as terms: what thesauri say, in both of its forms, and what hostile RDF comes to."""

from __future__ import annotations

import pytest

from metatag_gateway.schemas.system import TermBody
from metatag_gateway.skos.reading import RDF_XML, TURTLE, BadVocabulary, terms

_TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix : <https://example.org/water/> .
:scheme a skos:ConceptScheme ; dct:title "Water"@en .
:supply a skos:Concept ; skos:prefLabel "water supply"@en , "जलापूर्ति"@hi ;
  skos:narrower :pump .
:pump a skos:Concept ; skos:prefLabel "hand pumps"@en ; skos:altLabel "tube wells"@en ; skos:hiddenLabel "handpump"@en .
:well a skos:Concept ; skos:broader :supply ; skos:prefLabel "wells"@en ; skos:definition "A hole."@en .
""".encode()
_XML = b"""<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [ <!ENTITY skos "http://www.w3.org/2004/02/skos/core#"> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
 <skos:Concept rdf:about="https://example.org/water/supply">
  <skos:prefLabel xml:lang="en">water supply</skos:prefLabel>
 </skos:Concept>
 <rdf:Description rdf:about="https://example.org/water/well">
  <rdf:type rdf:resource="&skos;Concept"/><skos:prefLabel xml:lang="en">wells</skos:prefLabel>
  <skos:broader rdf:resource="https://example.org/water/supply"/>
 </rdf:Description>
</rdf:RDF>"""


def test_turtle_gives_labels_aliases_languages_broader_terms_and_uris() -> None:
    found = {term["label"]: term for term in terms(_TURTLE, TURTLE)}
    assert set(found) == {"water supply", "hand pumps", "wells"}
    assert found["water supply"]["labels"] == {"hi": "जलापूर्ति"}
    assert found["hand pumps"]["aliases"] == ["tube wells", "handpump"]
    assert found["hand pumps"]["parent"] == found["wells"]["parent"] == "water supply"
    assert found["wells"]["uri"] == "https://example.org/water/well"
    assert found["wells"]["language"] == "en"
    for term in found.values():
        TermBody.model_validate(term)


def test_the_label_that_is_shown_is_the_one_of_the_language_asked_for() -> None:
    [found] = [term for term in terms(_TURTLE, TURTLE, "hi") if term["uri"].endswith("supply")]
    assert (found["label"], found["language"], found["labels"]) == ("जलापूर्ति", "hi", {"en": "water supply"})
    assert {term["parent"] for term in terms(_TURTLE, TURTLE, "hi")} == {"", "जलापूर्ति"}


def test_rdf_xml_with_its_namespaces_as_entities_reads_the_same() -> None:
    found = {term["label"]: term for term in terms(_XML, RDF_XML)}
    assert found["wells"]["parent"] == "water supply"
    assert found["wells"]["uri"] == "https://example.org/water/well"


def test_labels_that_are_nodes_of_their_own_are_read() -> None:
    text = b"""@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix xl: <http://www.w3.org/2008/05/skos-xl#> .
    <urn:c:1> a skos:Concept ; xl:prefLabel <urn:l:1> ; xl:altLabel [ xl:literalForm "tube wells"@en ] .
    <urn:l:1> xl:literalForm "hand pumps"@en ."""
    [term] = terms(text, TURTLE)
    assert (term["label"], term["aliases"]) == ("hand pumps", ["tube wells"])


def test_a_circle_of_broader_terms_and_a_term_above_itself_end() -> None:
    text = b"""@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
    <urn:a> skos:prefLabel "a" ; skos:broader <urn:a> , <urn:b> . <urn:b> skos:prefLabel "b" ; skos:broader <urn:a> ."""
    assert {term["label"]: term["parent"] for term in terms(text, TURTLE)} == {"a": "b", "b": "a"}


_LAUGHS = b'<!DOCTYPE r [ <!ENTITY a "%s"> <!ENTITY b "&a;&a;&a;&a;"> ]><r>&b;</r>' % (b"x" * 1000)
_GROWS = b'<!DOCTYPE r [ <!ENTITY a "%s"> ]><r>%s</r>' % (b"x" * 10_000, b"&a;" * 10_000)


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"", TURTLE),
        (b"@prefix skos: <x", TURTLE),
        (b"<a> <b> <c> .", TURTLE),
        (b"[" * 20_000, TURTLE),
        (b"<rdf:RDF>", RDF_XML),
        (_LAUGHS, RDF_XML),
        (_GROWS, RDF_XML),
        (b'<!DOCTYPE r [ <!ENTITY a SYSTEM "file:///etc/passwd"> ]><r>&a;</r>', RDF_XML),
        (b'<!DOCTYPE r SYSTEM "http://127.0.0.1:1/x.dtd"><r/>', RDF_XML),
        (b'<!DOCTYPE r [ <!ENTITY % p SYSTEM "http://127.0.0.1:1/x"> %p; ]><r/>', RDF_XML),
    ],
    ids=[
        "nothing", "cut off", "no concept", "nested", "cut off XML", "entities in entities", "grown entities",
        "a file", "a document type elsewhere", "a parameter entity",
    ],
)  # fmt: skip
def test_hostile_and_broken_rdf_is_refused_with_a_sentence(content: bytes, kind: str) -> None:
    with pytest.raises(BadVocabulary) as caught:
        terms(content, kind)
    assert str(caught.value).endswith((".", ")."))
    assert "passwd" not in str(caught.value)


def test_more_terms_than_allowed_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metatag_gateway.skos.reading.MAX_TERMS", 2)
    with pytest.raises(BadVocabulary, match="2 terms"):
        terms(_TURTLE, TURTLE)
