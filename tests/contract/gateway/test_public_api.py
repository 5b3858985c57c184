"""Runs public_api.yaml, case by case and in both response styles, against a gateway over fake peers."""

from __future__ import annotations

import re
import secrets
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio
import yaml

from fakes.gateway_system import PASSWORD, System, running
from fakes.jobs_service import PDF

pytestmark = pytest.mark.asyncio(loop_scope="module")

Case = dict[str, Any]
TABLE: dict[str, list[Case]] = yaml.safe_load((Path(__file__).parent / "public_api.yaml").read_text(encoding="utf-8"))
CASES = [(f"{chapter}: {case['name']}", case) for chapter, cases in TABLE.items() for case in cases]
METHODS = ("get", "post", "put", "patch", "delete")
NEVER = "3f0e8f9a-0000-4000-8000-000000000000"
ADMIN = "admin@example.com"


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["envelope", "flat"])
async def stage(request: pytest.FixtureRequest) -> AsyncIterator[Stage]:
    admin = {"admin_email": ADMIN, "admin_password": PASSWORD}
    async with running(response_style=request.param, socket_keepalive_seconds=1, **admin) as system:
        stage = Stage(system, request.param)
        await stage.prepare()
        yield stage


class Stage:
    """A system in one style, with people and jobs."""

    def __init__(self, system: System, style: str) -> None:
        self.system = system
        self.style = style
        self.headers: dict[str, dict[str, str]] = {"nobody": {}}
        self.known: dict[str, str] = {"pdf": PDF.decode(), "never": NEVER, "nonce": secrets.token_hex(6)}

    async def prepare(self) -> None:
        """PREPARED: asha, bina, admin, a disabled account; jobs done, held, to_retry; document; tokens."""
        system = self.system
        asha = await system.register("asha@example.com")
        bina, admin = await system.register("bina@example.com"), await system.login(ADMIN)
        self.headers |= {"asha": asha["headers"], "bina": bina["headers"], "admin": admin["headers"]}
        gone = await system.register("disabled@example.com")
        await system.client.patch(
            f"/api/admin/users/{gone['user']['id']}", headers=admin["headers"], json={"is_active": False}
        )
        done = await system.batch(asha["headers"], ["http://x/a.pdf", "http://x/fail-broken_document.pdf"])
        again = await system.batch(asha["headers"], ["http://x/fail-no_pages.pdf"])
        await system.ended(done)
        await system.ended(again)
        held = await system.batch(asha["headers"], ["http://x/hold.pdf"])
        self.known |= {
            "done": done,
            "held": held,
            "to_retry": again,
            "failed": system.jobs.engine.jobs[done].documents[1].id,
            "document": system.jobs.engine.jobs[done].documents[0].id,
            "admin_id": admin["user"]["id"],
            "token": asha["token"],
            "refresh": (await system.login("asha@example.com"))["tokens"]["refresh_token"],
            "refresh_to_end": (await system.login("asha@example.com"))["tokens"]["refresh_token"],
        }

    async def send(self, case: Case) -> httpx.Response:
        method = next(name for name in METHODS if name in case)
        files: Any = {
            part: (name, content.encode(), "application/octet-stream")
            for part, (name, content) in self.fill(case.get("files", {})).items()
        }
        form = self.fill(case.get("form"))
        if case.get("multipart") or (form and not files):
            files, form = {name: (None, value) for name, value in form.items()}, None
        return await self.system.client.request(
            method.upper(),
            self.fill(case[method]),
            headers={**self.headers[case.get("as", "asha")], **self.fill(case.get("headers", {}))},
            params=self.fill(case.get("query")),
            json=self.fill(case.get("json")),
            data=form,
            files=files or None,
            content=case.get("raw"),
        )

    def fill(self, value: Any) -> Any:
        """Put what was prepared in the places of {name}."""
        if isinstance(value, dict):
            return {key: self.fill(entry) for key, entry in value.items()}
        if isinstance(value, list):
            return [self.fill(entry) for entry in value]
        if value == "{many}":
            return ["tag"] * 10_000
        if isinstance(value, str):
            return re.sub(r"\{([a-z_]+)\}", lambda found: self.known.get(found[1], found[0]), value)
        return value

    def payload(self, case: Case, answer: httpx.Response) -> Any:
        """Take the envelope off, or see that there is none."""
        body = answer.json()
        if answer.status_code >= 400 or case.get("bare"):
            return body
        if self.style == "envelope":
            assert set(body) == {"success", "data"}
            assert body["success"] is True
            return body["data"]
        has_own = "success" in case.get("body", {})
        assert ("success" in body) == (case.get("flat_success", False) or has_own)
        assert "data" not in body
        return body


@pytest.mark.timeout(300)
async def test_the_api_keeps_its_word(stage: Stage, subtests: pytest.Subtests) -> None:
    """One test for the whole table, because later cases build on earlier ones; each case reports by itself."""
    for name, case in CASES:
        with subtests.test(msg=name):
            await keep(stage, case)


async def keep(stage: Stage, case: Case) -> None:
    """Send one case and hold the answer against it."""
    answer = await stage.send(case)
    assert answer.status_code == case.get("status", 200), answer.text[:500]
    for name, wanted in case.get("answer_headers", {}).items():
        check(name, wanted, answer.headers.get(name))
    assert answer.headers["x-request-id"]
    if "content" in case:
        assert answer.text == stage.fill(case["content"])
        return
    if not answer.headers["content-type"].startswith("application/json"):
        return
    body = stage.payload(case, answer)
    if answer.status_code >= 400:
        assert isinstance(body["detail"], str)
        assert isinstance(body["code"], str)
    if "detail" in case:
        assert body["detail"] == case["detail"]
    stage.known |= {name: body[key] for name, key in case.get("keep", {}).items()}
    check("body", stage.fill(case.get("body", {})), body)


KINDS: dict[str, Any] = {
    "str": lambda value: isinstance(value, str),
    "int": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float),
    "bool": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
    "uuid": lambda value: re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", value) is not None,
    "time": lambda value: datetime.fromisoformat(value).utcoffset() is not None,
    "any": lambda value: value is not None,
}


def check(place: str, wanted: Any, found: Any) -> None:
    """Hold what came against what must come; a dict names the keys that matter."""
    if isinstance(wanted, dict):
        assert isinstance(found, dict), place
        for key, value in wanted.items():
            assert key in found, f"{place}.{key} is missing; there are {sorted(found)}"
            check(f"{place}.{key}", value, found[key])
    elif isinstance(wanted, list):
        assert isinstance(found, list), place
        assert len(found) == len(wanted), f"{place} has {len(found)} entries"
        for number, (one, other) in enumerate(zip(wanted, found, strict=True)):
            check(f"{place}[{number}]", one, other)
    elif isinstance(wanted, str) and (kind := re.fullmatch(r"<([a-z]+)( or null)?>", wanted)):
        assert (kind[2] and found is None) or KINDS[kind[1]](found), f"{place} is {found!r}, not {wanted}"
    else:
        assert found == wanted, place


async def test_no_two_cases_have_the_same_name() -> None:
    names = [name for name, _ in CASES]
    assert len(names) == len(set(names))
