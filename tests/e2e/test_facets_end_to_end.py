"""Typed tags through the whole system: answer, history, exports, and a search narrowed to them."""

from __future__ import annotations

import csv
import io
import json
from contextlib import closing
from pathlib import Path

from openpyxl import load_workbook

from e2e.http_user import User
from metatag_client import Client

REPORT = "water-supply-report.pdf"
FORMATS = ("csv", "jsonl", "xlsx")


def test_facets_stand_in_the_answer_and_the_history_and_narrow_a_search(client: Client, samples: Path) -> None:
    result = client.process(samples / REPORT)
    found = {facet.kind: facet.value for facet in result.facets}
    assert found["document_type"] == "annual report"
    assert found["date"] == "2024-25"
    assert all(facet.page >= 1 and facet.source == "local" for facet in result.facets)
    kept = client.document(result.document_id)
    assert [(facet.kind, facet.value) for facet in kept.facets] == [
        (facet.kind, facet.value) for facet in result.facets
    ]
    for facets in ({"year": "2024"}, {"document_type": "Annual Report", "date": "2024-25"}):
        assert result.document_id in [each.id for each in client.search("water", **facets)]
        assert result.document_id in [each.id for each in client.search(**facets)]
    assert client.search("water", year="1999") == []
    assert client.search("water", document_type="annual report", place="Atlantis") == []


def test_facets_are_columns_of_every_export(base_url: str, samples: Path) -> None:
    user = User(base_url, samples)
    with closing(user.http):
        job = user.start(1, tagger="local")
        user.until(job, "completed", "failed")
        found = {kind: user.http.get(f"/api/history/jobs/{job}/export", params={"format": kind}) for kind in FORMATS}
    [row] = csv.DictReader(io.StringIO(found["csv"].content.decode("utf-8-sig")))
    line = json.loads(found["jsonl"].content)
    assert {"kind", "value", "score", "source", "page", "evidence"} <= set(line["facets"][0])
    sheet = load_workbook(io.BytesIO(found["xlsx"].content)).active
    assert sheet is not None
    names, cells = list(sheet.values)
    for facet in line["facets"]:
        assert facet["value"] in row[facet["kind"]]
        assert facet["value"] in str(cells[names.index(facet["kind"])])
