"""Documents as linked data: JSON-LD with terms of Dublin Core, and of schema.org where Dublin Core has none."""

from __future__ import annotations

from typing import Any

from metatag_jobs.model import Document
from metatag_jobs.results import DocumentResult

CONTEXT = {"dcterms": "http://purl.org/dc/terms/", "schema": "https://schema.org/"}
# Typed tags that are literals of Dublin Core, and those that name a thing.
_LITERALS = {
    "document_type": "dcterms:type",
    "date": "dcterms:date",
    "reference": "dcterms:identifier",
    "place": "dcterms:spatial",
}
_THINGS = {
    "organisation": "schema:Organization",
    "person": "schema:Person",
    "law_or_scheme": "schema:Legislation",
}


def node_of(document: Document, result: DocumentResult) -> dict[str, Any]:
    """Return a read document as a node of the graph; what is not known is left out."""
    node: dict[str, Any] = {
        "@id": f"urn:uuid:{document.id}",
        "@type": "schema:DigitalDocument",
        "dcterms:title": document.title,
        "dcterms:description": document.description,
        "dcterms:format": "application/pdf",
        "dcterms:language": result.language,
        "dcterms:extent": f"{result.page_count} pages" if result.page_count else "",
        "dcterms:source": _source(document),
        "dcterms:subject": [{"@id": tag.uri, "schema:name": tag.tag} if tag.uri else tag.tag for tag in result.tags],
        "schema:name": document.file_name,
    }
    for kind, term in _LITERALS.items():
        node[term] = [facet.value for facet in result.facets if facet.kind == kind]
    node["schema:mentions"] = [
        {"@type": _THINGS[facet.kind], "schema:name": facet.value} for facet in result.facets if facet.kind in _THINGS
    ]
    node["schema:additionalProperty"] = [
        {"@type": "schema:PropertyValue", "schema:name": name, "schema:value": value}
        for name, value in document.columns.items()
    ]
    return {term: value for term, value in node.items() if value}


def _source(document: Document) -> Any:
    """Return a reference to where a document came from; a name where that is no address."""
    path = document.source.path
    # Other characters are no IRI, and a path of the server is nobody else's business as one.
    is_iri = path.lower().startswith(("http://", "https://", "s3://")) and not any(
        sign in path for sign in ' "<>\\^`{|}'
    )
    return {"@id": path} if is_iri else path
