"""A list of allowed tags through the whole system: stored, chosen by name, strict, offline, named by its version."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from e2e.http_user import User

TERMS: list[dict[str, Any]] = [
    {"label": "Libraries", "aliases": ["public library", "town library"], "labels": {"hi": "पुस्तकालय"}},
    {"label": "Membership", "aliases": ["library membership"], "parent": "Libraries"},
    {"label": "Reading rooms", "aliases": ["reading room"]},
    {"label": "Metro rail", "aliases": ["metro railway"]},
]
LABELS = {term["label"] for term in TERMS}
CONFIG = {"tagger": "local", "strict": True, "vocabulary": "town"}


@pytest.fixture
def user(base_url: str, samples: Path) -> Iterator[User]:
    found = User(base_url, samples)
    yield found
    found.http.close()


def put(user: User, terms: list[dict[str, Any]]) -> Any:
    return user.data(user.http.put("/api/vocabularies/town", json={"terms": terms}))


def tagged(user: User, **config: Any) -> Any:
    job_id = user.start(1, **(CONFIG | config))
    assert user.until(job_id, "completed", "failed")["status"] == "completed"
    [document] = user.documents(job_id)
    return document


def texts(document: Any) -> list[str]:
    return [tag["tag"] for tag in document["tag_details"]]


def test_a_strict_list_chosen_by_name_gives_its_labels_alone_with_page_quote_and_version(user: User) -> None:
    stored = put(user, TERMS)
    assert stored == {"name": "town", "version": 1, "term_count": 4, "warnings": []}
    document = tagged(user)
    assert {"Libraries", "Reading rooms"} <= set(texts(document)) <= LABELS
    assert "Metro rail" not in texts(document)
    assert document["processing_metadata"]["vocabulary"] == "town@1"
    for tag in document["tag_details"]:
        assert (tag["source"], tag["page"]) == ("vocabulary", 1)
        assert tag["evidence"]
        assert 0 < tag["score"] <= 1
    found = next(tag for tag in document["tag_details"] if tag["tag"] == "Reading rooms")
    assert "reading room" in found["evidence"].lower()


TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix : <https://example.org/town/> .
:libraries a skos:Concept ; skos:prefLabel "Libraries"@en ; skos:altLabel "public library"@en .
:rooms a skos:Concept ; skos:prefLabel "Reading rooms"@en ; skos:altLabel "reading room"@en ; skos:broader :libraries .
:rail a skos:Concept ; skos:prefLabel "Metro rail"@en .
"""


def test_a_thesaurus_in_skos_gives_tags_with_the_uris_of_its_concepts(user: User) -> None:
    answer = user.http.put("/api/vocabularies/town", content=TURTLE, headers={"Content-Type": "text/turtle"})
    assert user.data(answer)["term_count"] == 3
    document = tagged(user)
    uris = {tag["tag"]: tag["uri"] for tag in document["tag_details"]}
    assert uris["Libraries"] == "https://example.org/town/libraries"
    assert uris["Reading rooms"] == "https://example.org/town/rooms"
    assert "Metro rail" not in uris


def test_a_changed_list_is_a_new_version_and_earlier_results_keep_the_name_of_theirs(user: User) -> None:
    put(user, TERMS)
    first = tagged(user)
    assert put(user, TERMS[2:])["version"] == 2
    second = tagged(user)
    assert set(texts(second)) == {"Reading rooms"}
    assert second["processing_metadata"]["vocabulary"] == "town@2"
    again = user.data(user.http.get(f"/api/history/documents/{first['id']}"))
    assert again["processing_metadata"]["vocabulary"] == "town@1"
    old = user.data(user.http.get("/api/vocabularies/town", params={"version": 1}))
    assert {term["label"] for term in old["terms"]} == LABELS


def test_the_same_terms_again_are_the_same_version(user: User) -> None:
    put(user, TERMS)
    assert put(user, TERMS)["version"] == 1


def test_a_deleted_list_is_refused_by_name_and_its_results_stay(user: User) -> None:
    put(user, TERMS)
    first = tagged(user)
    user.data(user.http.delete("/api/vocabularies/town"))
    kept = user.data(user.http.get(f"/api/history/documents/{first['id']}"))
    assert kept["processing_metadata"]["vocabulary"] == "town@1"
    assert texts(kept) == texts(first)
    body = {
        "documents": [{"title": "x", "file_path": "https://example.com/x.pdf", "file_source_type": "url"}],
        "config": CONFIG,
    }
    refused = user.http.post("/api/batch/start", json=body)
    assert refused.status_code == 400
    assert "vocabulary" in refused.json()["detail"].lower()


def test_labels_come_in_the_language_asked_for(user: User) -> None:
    put(user, TERMS)
    assert "पुस्तकालय" in texts(tagged(user, tag_language="hi"))


def test_another_users_list_is_not_found(user: User, base_url: str, samples: Path) -> None:
    put(user, TERMS)
    other = User(base_url, samples)
    assert other.http.get("/api/vocabularies/town").status_code == 404
    other.http.close()
