"""The analyst's words as JSON, for the pipe between the service and its child processes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from metatag_tagger.model import Archive, Document, Facet, FacetKind, Page, Tag, TagFeedback, Term
from metatag_tagger.ports import AnalysisOptions, Evidence, Study


def study_request(document: Document, tag_options: AnalysisOptions) -> dict[str, Any]:
    """Ask for a study."""
    return {"op": "study", "document": _document(document), "tag_options": asdict(tag_options)}


def ground_request(document: Document, phrases: list[str], language: str) -> dict[str, Any]:
    """Ask for the evidence of phrases."""
    return {"op": "ground", "document": _document(document), "phrases": phrases, "language": language}


def read_document(raw: dict[str, Any]) -> Document:
    """Give the document of a request."""
    pages = tuple(
        Page(number, text, confidence, tuple(headings)) for number, text, confidence, headings in raw["pages"]
    )
    return Document(pages, raw["title"], raw["description"], raw["language"])


def read_options(raw: dict[str, Any]) -> AnalysisOptions:
    """Return the options of a request."""
    terms = tuple(Term(**{**term, "aliases": tuple(term["aliases"])}) for term in raw["terms"])
    return AnalysisOptions(
        raw["count"], terms, tuple(raw["exclusions"]), raw["budget"], raw["tag_language"], _archive(raw["archive"])
    )


def _archive(raw: dict[str, Any] | None) -> Archive | None:
    if raw is None:
        return None
    return Archive(raw["documents"], raw["words"], tuple(TagFeedback(**each) for each in raw["tags"]), raw["corrected"])


def study_answer(study: Study) -> dict[str, Any]:
    """Give a study as an answer."""
    return {"study": asdict(study)}


def read_study(raw: dict[str, Any]) -> Study:
    """Give the study of an answer."""
    found = raw["study"]
    return Study(
        found["language"],
        tuple(Tag(**tag) for tag in found["tags"]),
        tuple(Tag(**tag) for tag in found["matches"]),
        found["excerpt"],
        found["excerpt_tokens"],
        tuple(found["notes"]),
        tuple(Facet(**{**facet, "kind": FacetKind(facet["kind"])}) for facet in found["facets"]),
    )


def read_evidence(raw: dict[str, Any]) -> list[Evidence]:
    """Give the evidence of an answer."""
    return [Evidence(**item) for item in raw["evidence"]]


def _document(document: Document) -> dict[str, Any]:
    return {
        "title": document.title,
        "description": document.description,
        "language": document.language,
        "pages": [(page.number, page.text, page.confidence, page.headings) for page in document.pages],
    }
