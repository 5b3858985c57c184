"""The audit log of a gateway: every act leaves an entry, no content does, and who may read it reads all of it."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import httpx
import pytest

from fakes.gateway_system import PASSWORD, System, running
from metatag_gateway.app import ROUTERS
from metatag_gateway.middleware.audit import ACTS, act_of

ADMIN = "admin@example.com"


async def entries(system: System, headers: dict[str, str], **wanted: Any) -> list[dict[str, Any]]:
    answer = await system.client.get("/api/admin/audit", headers=headers, params=wanted)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["data"]["entries"])


async def test_what_a_user_does_is_in_the_log_without_contents() -> None:
    async with running(admin_email=ADMIN, admin_password=PASSWORD) as system:
        admin, user = await system.login(ADMIN), await system.register("asha@example.com")
        headers = user["headers"]
        job = await system.batch(headers, ["http://x/secret-title.pdf"])
        await system.ended(job)
        document = system.jobs.engine.jobs[job].documents[0].id
        await system.client.get(f"/api/history/documents/{document}", headers=headers)
        await system.client.get(f"/api/history/jobs/{job}/export", headers=headers)
        await system.client.get("/api/history/documents/search", headers=headers, params={"query": "wells"})
        key = {"name": "nightly", "scopes": ["read"]}
        made = (await system.client.post("/api/auth/keys", headers=headers, json=key)).json()["data"]
        by_key = {"Authorization": f"Bearer {made['key']}"}
        assert (await system.client.delete(f"/api/history/jobs/{job}", headers=by_key)).status_code == 403
        wrong = {"email": user["email"], "password": "wrong password"}
        await system.client.post("/api/auth/login", json=wrong)
        await system.client.delete(f"/api/history/jobs/{job}", headers=headers)
        found = (await entries(system, admin["headers"], limit=50))[::-1]
        mine = [
            (one["action"], one["target_id"], one["outcome"], one["actor_kind"])
            for one in found
            if user["user"]["id"] in (one["actor_id"], one["target_id"])
        ]
        account, session = user["user"]["id"], "session"
        assert mine == [
            ("account.register", account, "done", session),
            ("account.sign_in", account, "done", session),
            ("job.start", job, "done", session),
            ("document.read", document, "done", session),
            ("job.export", job, "done", session),
            ("document.search", "", "done", session),
            ("key.create", made["id"], "done", session),
            ("job.delete", "", "refused", "api_key"),
            ("account.sign_in", account, "refused", "anonymous"),
            ("job.delete", job, "done", session),
        ]
        refused = next(one for one in found if one["actor_kind"] == "api_key")
        assert refused["key_id"] == made["id"]
        assert all(one["address"] == "127.0.0.1" and one["request_id"] for one in found if one["actor_id"])
        said = json.dumps(found)
        for content in ("secret-title", "wells", made["key"], PASSWORD, user["token"], "asha@example.com"):
            assert content not in said


async def test_an_auditor_reads_the_log_and_no_documents() -> None:
    async with running(admin_email=ADMIN, admin_password=PASSWORD) as system:
        admin, user = await system.login(ADMIN), await system.register()
        body = {"email": "auditor@example.com", "password": "another horse battery", "role": "auditor"}
        made = await system.client.post("/api/admin/users", headers=admin["headers"], json=body)
        assert made.json()["data"]["role"] == "auditor", made.text
        auditor = await system.login("auditor@example.com", "another horse battery")
        headers = auditor["headers"]
        assert (await system.client.get("/api/auth/me", headers=headers)).json()["data"]["role"] == "auditor"
        assert await entries(system, headers, action="account.create")
        counted = (await system.client.get("/api/admin/statistics", headers=headers)).json()["data"]
        assert counted["accounts"] == {"total": 3, "active": 3, "administrators": 1, "auditors": 1}
        assert {"action": "account.sign_in", "outcome": "done", "count": 3} in counted["actions"]
        for method, path in (
            ("GET", "/api/history/documents"),
            ("GET", "/api/history/jobs"),
            ("GET", "/api/admin/users"),
            ("POST", "/api/batch/start"),
            ("GET", "/api/vocabularies"),
        ):
            answer = await system.client.request(method, path, headers=headers, json={} if method == "POST" else None)
            assert answer.status_code == 403, (path, answer.text)
        assert (await system.client.get("/api/admin/audit", headers=user["headers"])).status_code == 403
        # A key of an auditor is no better.
        made = await system.client.post("/api/auth/keys", headers=headers, json={"name": "k", "scopes": ["read"]})
        by_key = {"Authorization": f"Bearer {made.json()['data']['key']}"}
        assert (await system.client.get("/api/history/documents", headers=by_key)).status_code == 403
        assert (await system.client.get("/api/admin/audit", headers=by_key)).status_code == 403
        # The role can be taken back.
        url = f"/api/admin/users/{auditor['user']['id']}"
        await system.client.patch(url, headers=admin["headers"], json={"role": "user"})
        assert (await system.client.get("/api/admin/audit", headers=headers)).status_code == 403
        assert (await system.client.get("/api/history/documents", headers=headers)).status_code == 200
        both = {"role": "user", "is_admin": True}
        assert (await system.client.patch(url, headers=admin["headers"], json=both)).status_code == 400


@pytest.mark.parametrize("kind", ["csv", "jsonl"])
async def test_the_log_leaves_as_a_file(kind: str) -> None:
    async with running(admin_email=ADMIN, admin_password=PASSWORD) as system:
        admin = await system.login(ADMIN)
        for name in ("=2+5", "water"):
            terms = {"terms": [{"label": "wells"}]}
            await system.client.put(f"/api/vocabularies/{name}", headers=admin["headers"], json=terms)
        params = {"format": kind, "action": "vocabulary.write"}
        answer = await system.client.get("/api/admin/audit/export", headers=admin["headers"], params=params)
        assert answer.status_code == 200, answer.text
        names = [one["target_id"] for one in rows(kind, answer)]
        assert names == ["water", "'=2+5" if kind == "csv" else "=2+5"]


def rows(kind: str, answer: httpx.Response) -> list[dict[str, Any]]:
    if kind == "csv":
        return list(csv.DictReader(io.StringIO(answer.text)))
    return [json.loads(line) for line in answer.text.splitlines()]


async def test_the_log_is_read_page_by_page() -> None:
    async with running(admin_email=ADMIN, admin_password=PASSWORD) as system:
        admin = await system.login(ADMIN)
        for number in range(5):
            await system.client.delete(f"/api/vocabularies/v{number}", headers=admin["headers"])
        seen: list[str] = []
        before = 0
        while before is not None:
            params = {"limit": 2, "before_id": before, "action": "vocabulary.delete"}
            page = (await system.client.get("/api/admin/audit", headers=admin["headers"], params=params)).json()["data"]
            seen += [one["target_id"] for one in page["entries"]]
            before = page["next_before"]
        assert seen == ["v4", "v3", "v2", "v1", "v0"]


def test_every_operation_that_changes_something_has_a_word_of_its_own_or_a_reason_for_none() -> None:
    operations = {(route.name, method) for router in ROUTERS for route in router.routes for method in _methods(route)}
    assert set(ACTS) <= {name for name, _ in operations}
    for name, method in operations:
        if method not in ("GET", "HEAD"):
            assert name in ACTS or act_of(name, method) is not None


def _methods(route: Any) -> set[str]:
    return set(getattr(route, "methods", None) or ())
