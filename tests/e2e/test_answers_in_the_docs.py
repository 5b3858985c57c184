"""The answers that docs/api.md shows are those of the server, field by field."""

from __future__ import annotations

import json
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from e2e.http_user import User

PAGE = (Path(__file__).parents[2] / "docs/api.md").read_text(encoding="utf-8")
SHOWN = dict(re.findall(r"The answer of `(\w+ /\S+)`[^\n]*\n+```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL))


@pytest.fixture(scope="module")
def answers(base_url: str, samples: Path) -> dict[str, Any]:
    """What the server answers to the page's examples."""
    user = User(base_url, samples)
    report = (samples / "water-supply-report.pdf").read_bytes()
    with closing(user.http) as http:
        single = http.post(
            "/api/single/process", data={"config": '{"num_tags": 5}'}, files={"pdf_file": ("report.pdf", report)}
        )
        job = user.start(2, tagger="local")
        user.until(job, "completed")
        return {
            "POST /api/single/process": single.json(),
            "GET /api/batch/jobs/{job_id}/status": http.get(f"/api/batch/jobs/{job}/status").json(),
            "GET /api/auth/me": http.get("/api/auth/me").json(),
        }


def test_the_page_shows_answers() -> None:
    assert len(SHOWN) == 3


@pytest.mark.parametrize("call", SHOWN)
def test_a_shown_answer_is_the_servers(call: str, answers: dict[str, Any]) -> None:
    assert differences(json.loads(SHOWN[call]), answers[call]) == []


def differences(shown: Any, answered: Any, place: str = "") -> list[str]:
    """Return where a shown answer has another field, or another kind of value, than the server's.

    A list shows the first of its entries.
    """
    if kind(shown) != kind(answered):
        return [f"{place}: {shown!r} is shown, {answered!r} is answered"]
    if isinstance(shown, list):
        return differences(dict(enumerate(shown)), dict(enumerate(answered[: len(shown)])), place)
    if not isinstance(shown, dict):
        return []
    found = [f"{place}/{name} is shown or answered alone" for name in sorted(shown.keys() ^ answered.keys())]
    for name in shown.keys() & answered.keys():
        found += differences(shown[name], answered[name], f"{place}/{name}")
    return found


def kind(value: Any) -> str:
    """Return the kind of a JSON value; whole numbers are numbers."""
    return "number" if isinstance(value, float) else {"int": "number"}.get(type(value).__name__, type(value).__name__)
