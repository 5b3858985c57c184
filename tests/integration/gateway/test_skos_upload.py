"""Vocabularies in SKOS at a real gateway: read in a child process, stored with URIs and broader terms."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from fakes.gateway_system import PASSWORD, System

pytestmark = pytest.mark.asyncio(loop_scope="module")
TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<urn:x:supply> a skos:Concept ; skos:prefLabel "water supply"@en , "जलापूर्ति"@hi .
<urn:x:well> a skos:Concept ; skos:prefLabel "wells"@en ; skos:altLabel "tube wells"@en ; skos:broader <urn:x:supply> .
"""


@asynccontextmanager
async def _client(system: System) -> AsyncIterator[httpx.AsyncClient]:
    user = await system.register()
    async with httpx.AsyncClient(base_url=system.url, timeout=90) as client:
        answer = await client.post("/api/auth/login", json={"email": user["email"], "password": PASSWORD})
        client.headers["Authorization"] = f"Bearer {answer.json()['data']['tokens']['access_token']}"
        yield client


async def test_turtle_and_a_file_of_a_form_are_stored_with_uris_and_broader_terms(system: System) -> None:
    async with _client(system) as client:
        sent = await client.put("/api/vocabularies/water", content=TURTLE, headers={"Content-Type": "text/turtle"})
        assert sent.status_code == 200, sent.text
        assert sent.json()["data"]["term_count"] == 2
        again = await client.put("/api/vocabularies/water", files={"file": ("water.ttl", TURTLE.encode())})
        assert again.json()["data"]["version"] == 1
        stored = (await client.get("/api/vocabularies/water")).json()["data"]["terms"]
        assert {term["label"]: (term["uri"], term["parent"]) for term in stored} == {
            "water supply": ("urn:x:supply", ""),
            "wells": ("urn:x:well", "water supply"),
        }


async def test_labels_of_the_language_asked_for_are_shown(system: System) -> None:
    async with _client(system) as client:
        sent = await client.put(
            "/api/vocabularies/jal", params={"language": "hi"}, content=TURTLE, headers={"Content-Type": "text/turtle"}
        )
        assert sent.status_code == 200, sent.text
        stored = (await client.get("/api/vocabularies/jal")).json()["data"]["terms"]
        assert "जलापूर्ति" in [term["label"] for term in stored]


async def test_what_is_no_skos_is_a_bad_request_with_its_reason(system: System) -> None:
    async with _client(system) as client:
        sent = await client.put(
            "/api/vocabularies/bad",
            content='<!DOCTYPE r [ <!ENTITY a SYSTEM "file:///etc/passwd"> ]><r>&a;</r>',
            headers={"Content-Type": "application/rdf+xml"},
        )
        assert sent.status_code == 400
        assert "Entities" in sent.json()["detail"]
