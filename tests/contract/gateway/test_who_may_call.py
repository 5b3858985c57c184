"""Every path against every kind of caller. A path that is not in WHO makes the first test fail: say who may call it."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
from fastapi.routing import APIRoute, APIWebSocketRoute
from websockets.asyncio.client import connect

from fakes.gateway_system import PASSWORD, SECRET, System, running
from fakes.jobs_service import PDF
from metatag_gateway.app import ROUTERS
from metatag_gateway.routes import docs
from metatag_gateway.tokens import secret_key

pytestmark = pytest.mark.asyncio(loop_scope="module")

ADMIN = "admin@example.com"
FORM = {"config": (None, "{}"), "pdf_url": (None, "http://x/a.pdf")}
ROW = {"file_path": "http://x/a.pdf"}


@dataclass(frozen=True)
class Who:
    """Who may call a path: anybody, a scope, `session` (a person signed in), or `admin`; and a request that works."""

    need: str
    owned: bool = False
    query_token: bool = False
    request: dict[str, Any] = field(default_factory=dict)
    # What an administrator gets for the account of the tests.
    answers: tuple[int, ...] = (200, 201)
    headers: dict[str, str] = field(default_factory=dict)


def _open(**request: Any) -> Who:
    return Who("anybody", request=request)


LOGIN = {"email": "owner@example.com", "password": PASSWORD}
WHO: dict[str, Who] = {
    "GET /": _open(),
    "GET /api/health": _open(),
    "GET /api/status": _open(),
    "GET /livez": _open(),
    "GET /readyz": _open(),
    "GET /.well-known/jwks.json": _open(),
    "GET /openapi.json": _open(),
    "GET /docs": _open(),
    "GET /docs/assets/{name}": _open(),
    "GET /app": _open(),
    "GET /app/{path:path}": _open(),
    "POST /api/auth/register": _open(json={"email": "fresh@example.com", "password": PASSWORD}),
    "POST /api/auth/login": _open(json=LOGIN),
    "POST /api/auth/refresh": _open(json={"refresh_token": "{refresh}"}),
    "POST /api/auth/logout": _open(json={"refresh_token": "nonsense"}),
    "GET /api/auth/me": Who("read"),
    "POST /api/auth/password": Who("session", request={"json": {"current_password": "x", "new_password": PASSWORD}}),
    "GET /api/auth/keys": Who("session"),
    "POST /api/auth/keys": Who("session", request={"json": {"name": "k", "scopes": ["read"]}}),
    "DELETE /api/auth/keys/{key_id}": Who("session", owned=True),
    "POST /api/auth/invitation": _open(json={"token": "x" * 43}),
    "POST /api/auth/invitation/accept": _open(json={"token": "x" * 43, "password": PASSWORD}),
    "POST /api/auth/forgotten": _open(json={"email": "nobody@example.com"}),
    "POST /api/auth/forgotten/password": _open(json={"token": "x" * 43, "password": PASSWORD}),
    "GET /api/admin/invitations": Who("admin"),
    "POST /api/admin/invitations": Who("admin", request={"json": {"email": "invited@example.com"}}),
    "DELETE /api/admin/invitations/{invitation_id}": Who("admin", answers=(404,)),
    "GET /api/admin/users": Who("admin"),
    "GET /api/auth/methods": _open(),
    "GET /sign-in/oidc": _open(),
    "GET /sign-in/oidc/callback": _open(),
    "POST /api/auth/oidc/session": _open(json={"ticket": "x"}),
    "POST /api/auth/totp": Who("session", request={"json": {"password": "x"}}),
    "POST /api/auth/totp/confirm": Who("session", request={"json": {"code": "123456"}}),
    "POST /api/auth/totp/remove": Who("session", request={"json": {"code": "123456"}}),
    "DELETE /api/admin/users/{user_id}/totp": Who("admin", answers=(404,)),
    "GET /api/admin/audit": Who("admin"),
    "GET /api/admin/audit/export": Who("admin"),
    "GET /api/admin/statistics": Who("admin"),
    "PATCH /api/admin/users/{user_id}": Who("admin", request={"json": {"is_active": True}}),
    "POST /api/admin/users": Who("admin", request={"json": {"email": "made@example.com"}}),
    "POST /api/single/process": Who("process", request={"files": FORM}),
    "GET /api/single/preview": Who("read", query_token=True, request={"params": {"url": "http://x/a.pdf"}}),
    "POST /api/batch/start": Who("process", request={"json": {"documents": [ROW], "config": {}}}),
    "GET /api/batch/jobs/{job_id}/status": Who("read", owned=True),
    "POST /api/batch/jobs/{job_id}/pause": Who("write", owned=True),
    "POST /api/batch/jobs/{job_id}/resume": Who("write", owned=True),
    "POST /api/batch/jobs/{job_id}/cancel": Who("write", owned=True),
    "POST /api/batch/jobs/{job_id}/retry": Who("write", owned=True, request={"json": {}}),
    "GET /api/batch/active": Who("read"),
    "POST /api/batch/validate-paths": Who("process", request={"json": {"paths": []}}),
    "GET /api/batch/template": Who("read"),
    "POST /api/batch/uploads": Who("process", request={"files": {"files": ("a.pdf", PDF)}}),
    "POST /api/batch/uploads/find": Who("process", request={"json": {"files": []}}),
    "POST /api/batch/tables": Who("process", request={"files": {"file": ("a.csv", b"file_path\na.pdf\n")}}),
    "POST /api/batch/process": Who(
        "process", request={"files": {"csv_file": ("a.csv", b"title,path\n"), "config": (None, "{}")}}
    ),
    "GET /api/history/jobs": Who("read"),
    "GET /api/history/jobs/{job_id}": Who("read", owned=True),
    "GET /api/history/jobs/{job_id}/documents": Who("read", owned=True),
    "GET /api/history/jobs/{job_id}/export": Who("read", owned=True),
    "GET /api/history/documents": Who("read"),
    "GET /api/history/documents/search": Who("read", request={"params": {"query": "wells"}}),
    "GET /api/history/documents/{doc_id}": Who("read", owned=True),
    "GET /api/history/documents/{doc_id}/file": Who("read", owned=True, query_token=True),
    "GET /api/history/documents/{doc_id}/tagged-file": Who("read", owned=True, query_token=True),
    "GET /api/history/documents/{doc_id}/searchable-file": Who("read", owned=True, query_token=True),
    "GET /api/history/documents/{doc_id}/pages/{number}/words": Who("read", owned=True),
    "GET /api/history/documents/{doc_id}/pages/{number}.png": Who("read", owned=True, query_token=True),
    "GET /api/history/documents/{doc_id}/history": Who("read", owned=True),
    "PATCH /api/history/documents/{doc_id}": Who(
        "write", owned=True, request={"json": {"title": "New"}}, headers={"If-Match": "*"}
    ),
    "POST /api/history/documents/{doc_id}/undo": Who(
        "write", owned=True, request={"json": {}}, headers={"If-Match": "*"}
    ),
    "POST /api/history/documents/{doc_id}/process-again": Who("process", owned=True, request={"json": {}}),
    "POST /api/history/documents/process-again": Who(
        "process", request={"json": {"document_ids": ["01934c5e-7b1a-7000-8000-000000000000"]}}, answers=(202,)
    ),
    "GET /api/webhooks": Who("read"),
    "POST /api/webhooks": Who("write", request={"json": {"url": "https://example.com/hook"}}),
    "PATCH /api/webhooks/{webhook_id}": Who("write", owned=True, request={"json": {"active": True}}),
    "DELETE /api/webhooks/{webhook_id}": Who("write", owned=True),
    "POST /api/webhooks/{webhook_id}/secret": Who("write", owned=True),
    "POST /api/webhooks/{webhook_id}/test": Who("write", owned=True),
    "POST /api/webhooks/{webhook_id}/deliveries/{delivery_id}/retry": Who("write", owned=True),
    "GET /api/webhooks/{webhook_id}/deliveries": Who("read", owned=True),
    "GET /api/learning": Who("read"),
    "PUT /api/learning": Who("write", request={"json": {"enabled": True}}),
    "DELETE /api/learning": Who("write"),
    "GET /api/history/evaluation": Who("read"),
    "GET /api/profiles": Who("read"),
    "GET /api/profiles/{name}": Who("read", owned=True),
    "PUT /api/profiles/{name}": Who("write", request={"json": {"num_tags": 5}}),
    "DELETE /api/profiles/{name}": Who("write", owned=True),
    "GET /api/searches": Who("read"),
    "POST /api/searches": Who("write", request={"json": {"name": "Wells", "params": {"query": "wells"}}}),
    "PUT /api/searches/{search_id}": Who("write", owned=True, request={"json": {"name": "Rivers"}}),
    "DELETE /api/searches/{search_id}": Who("write", owned=True),
    "GET /api/history/stats": Who("read"),
    "PATCH /api/history/jobs/{job_id}": Who("write", owned=True, request={"json": {"name": "New"}}),
    "GET /api/review": Who("read"),
    "POST /api/review/{document_id}/approve": Who("write", owned=True),
    "POST /api/review/{document_id}/skip": Who("write", owned=True),
    "DELETE /api/history/documents/{doc_id}": Who("write", owned=True),
    "GET /api/trash": Who("read"),
    "GET /api/tags": Who("read"),
    "POST /api/tag-jobs": Who("write", request={"json": {"action": "delete", "tags": ["none"]}}),
    "GET /api/tag-jobs": Who("read"),
    "GET /api/tag-jobs/{tag_job_id}": Who("read", owned=True),
    "POST /api/tag-jobs/{tag_job_id}/undo": Who("write", owned=True),
    "POST /api/trash/{doc_id}/restore": Who("write", owned=True),
    "DELETE /api/trash/{doc_id}": Who("write", owned=True),
    "GET /api/history/summary": Who("read"),
    "GET /api/vocabularies": Who("read"),
    "GET /api/vocabularies/{name}": Who("read", owned=True),
    "PUT /api/vocabularies/{name}": Who("write", request={"json": {"terms": [{"label": "wells"}]}}),
    "GET /api/engines": Who("read"),
    "GET /api/models": Who("read"),
    "POST /api/models/check-key": Who("read", request={"json": {"api_key": "sk"}}),
    # Last, because they end what the others need.
    "DELETE /api/vocabularies/{name}": Who("write", owned=True),
    "DELETE /api/history/jobs/{job_id}": Who("write", owned=True),
    "POST /api/account/export": Who("session"),
    "DELETE /api/account": Who("session", request={"json": {"password": "x"}}),
    "POST /api/auth/logout-all": Who("session"),
    "POST /api/admin/users/{user_id}/password": Who("admin", request={"json": {}}),
    "DELETE /api/admin/users/{user_id}": Who("admin", answers=(202,)),
    "WEBSOCKET /api/batch/ws/{job_id}": Who("read", owned=True, query_token=True),
}
GUARDED = [path for path, who in WHO.items() if who.need != "anybody" and not path.startswith("WEBSOCKET")]
OPEN = [path for path, who in WHO.items() if who.need == "anybody" and "{" not in path]
OWNED = [path for path in GUARDED if WHO[path].owned]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage() -> AsyncIterator[Stage]:
    async with running(admin_email=ADMIN, admin_password=PASSWORD) as system:
        stage = Stage(system)
        await stage.prepare()
        yield stage


class Stage:
    """People, tokens of every badness, and things that belong to the owner."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.tokens: dict[str, str] = {}
        self.known: dict[str, str] = {
            "name": "water",
            "number": "1",
            "invitation_id": "3f0e8f9a-0000-4000-8000-000000000000",
        }

    async def prepare(self) -> None:
        system = self.system
        owner = await system.register("owner@example.com")
        self.tokens |= {"owner": owner["token"], "stranger": (await system.register())["token"]}
        self.tokens["admin"] = (await system.login(ADMIN))["token"]
        gone = await system.register("gone@example.com")
        self.tokens["disabled"] = gone["token"]
        await self._admin(f"/api/admin/users/{gone['user']['id']}", {"is_active": False})
        job = await system.batch(owner["headers"], ["http://x/a.pdf"])
        await system.ended(job)
        key = await self._key(owner["headers"], ["read"])
        for scope in ("read", "process", "write"):
            self.tokens[f"key:{scope}"] = (await self._key(owner["headers"], [scope]))["key"]
        self.tokens["key:revoked"] = (await self._key(owner["headers"], ["read", "process", "write"]))["key"]
        await self._revoke(owner["headers"])
        await system.client.put(
            "/api/vocabularies/water", headers=owner["headers"], json={"terms": [{"label": "wells"}]}
        )
        await system.client.put("/api/profiles/water", headers=owner["headers"], json={"num_tags": 5})
        begun = await system.client.post(
            "/api/tag-jobs", headers=owner["headers"], json={"action": "delete", "tags": ["none"]}
        )
        self.known |= {
            "tag_job_id": begun.json()["data"]["id"],
            "job_id": job,
            "document_id": system.jobs.engine.jobs[job].documents[0].id,
            "doc_id": system.jobs.engine.jobs[job].documents[0].id,
            "key_id": key["id"],
            "webhook_id": "019ad3f2-6b00-7c40-8a10-1f2e3d4c5b6a",
            "delivery_id": "msg_019ad3f2-6b00-7c40-8a10-1f2e3d4c5b6a",
            "search_id": "8c1d0a52-7d55-4d0e-9a55-2f5c1f9e6b10",
            # Somebody else's: what an administrator does to it must not end what the others need.
            "user_id": (await system.register())["user"]["id"],
            "refresh": owner["tokens"]["refresh_token"],
        }
        self._forge(owner["user"]["id"])

    def _forge(self, user_id: str) -> None:
        now = int(time.time())
        claims = {
            "sub": user_id, "email": "owner@example.com", "type": "access", "iat": now, "exp": now + 600,
            "iss": "metatag", "aud": "metatag-api", "jti": "x", "ver": 1,
        }  # fmt: skip
        headers = {"kid": secret_key(SECRET).kid}

        def sign(secret: str = SECRET, **changes: Any) -> str:
            changed = {name: value for name, value in {**claims, **changes}.items() if value is not None}
            return jwt.encode(changed, secret, algorithm="HS256", headers=headers)

        none_head = base64.urlsafe_b64encode(json.dumps({"alg": "none", **headers}).encode()).rstrip(b"=").decode()
        self.tokens |= {
            "forged: good after all": sign(),
            "forged: nonsense": "nonsense",
            "forged: two dots": "..",
            "forged: expired": sign(iat=now - 7200, exp=now - 3600),
            "forged: no end": sign(exp=None),
            "forged: other audience": sign(aud="another-api"),
            "forged: other issuer": sign(iss="somebody"),
            "forged: other secret": sign("another secret of the tests, long enough"),
            "forged: refresh type": sign(type="refresh"),
            "forged: old session": sign(ver=0),
            "forged: no such user": sign(sub="3f0e8f9a-0000-4000-8000-000000000000"),
            "forged: alg none": f"{none_head}.{sign().split('.')[1]}.",
            "forged: no kid": jwt.encode(claims, SECRET, algorithm="HS256"),
            "forged: HS512": jwt.encode(claims, SECRET * 2, algorithm="HS512", headers=headers),
            "forged: no such key": "mt_" + "a" * 43,
        }

    async def call(self, path: str, token: str | None, **more: Any) -> httpx.Response:
        method, _, where = path.partition(" ")
        who = WHO[path]
        request = (
            json.loads(json.dumps(who.request).replace("{refresh}", self.known["refresh"]))
            if "json" in (who.request)
            else who.request
        )
        headers = who.headers | ({} if token is None else {"Authorization": f"Bearer {token}"})
        return await self.system.client.request(
            method, where.format(**self.known), headers=headers, **{**request, **more}
        )

    async def _key(self, headers: dict[str, str], scopes: list[str]) -> dict[str, str]:
        body = {"name": "of the tests", "scopes": scopes}
        made = await self.system.client.post("/api/auth/keys", headers=headers, json=body)
        data: dict[str, str] = made.json()["data"]
        return data

    async def _revoke(self, headers: dict[str, str]) -> None:
        keys = (await self.system.client.get("/api/auth/keys", headers=headers)).json()["data"]["keys"]
        newest = next(key for key in keys if len(key["scopes"]) == 3)
        assert (await self.system.client.delete(f"/api/auth/keys/{newest['id']}", headers=headers)).status_code == 200

    async def _admin(self, path: str, body: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {self.tokens['admin']}"}
        assert (await self.system.client.patch(path, headers=headers, json=body)).status_code == 200


def declared() -> Iterator[str]:
    """Give every path of every router."""
    for router in (*ROUTERS, docs.router):
        for route in router.routes:
            if isinstance(route, APIRoute):
                yield from (f"{method} {route.path}" for method in sorted(route.methods))
            elif isinstance(route, APIWebSocketRoute):
                yield f"WEBSOCKET {route.path}"


async def test_every_path_says_who_may_call_it() -> None:
    assert set(declared()) == set(WHO)


FORGED = [
    "forged: nonsense", "forged: two dots", "forged: expired", "forged: no end", "forged: other audience",
    "forged: other issuer", "forged: other secret", "forged: refresh type", "forged: old session",
    "forged: no such user", "forged: alg none", "forged: no kid", "forged: HS512", "forged: no such key",
    "key:revoked",
]  # fmt: skip


async def test_the_forger_knows_how_to_make_a_good_token(stage: Stage) -> None:
    assert (await stage.call("GET /api/auth/me", stage.tokens["forged: good after all"])).status_code == 200


@pytest.mark.parametrize("path", OPEN)
async def test_open_paths_need_no_token_and_mind_no_bad_one(stage: Stage, path: str) -> None:
    answer = await stage.call(path, "nonsense")
    assert answer.status_code not in (401, 403), answer.text
    assert answer.status_code < 500


@pytest.mark.parametrize("path", GUARDED)
async def test_no_token_and_bad_tokens_are_401(stage: Stage, path: str) -> None:
    for name in (None, *FORGED):
        answer = await stage.call(path, None if name is None else stage.tokens[name])
        assert answer.status_code == 401, (name, answer.text)
        assert answer.headers["www-authenticate"] == "Bearer"
        assert isinstance(answer.json()["detail"], str)


@pytest.mark.parametrize("path", GUARDED)
async def test_a_token_in_the_query_counts_only_where_a_frame_needs_it(stage: Stage, path: str) -> None:
    params = {**WHO[path].request.get("params", {}), "token": stage.tokens["owner"]}
    answer = await stage.call(path, None, params=params)
    assert (answer.status_code == 401) is not WHO[path].query_token


@pytest.mark.parametrize("path", GUARDED)
async def test_a_disabled_account_is_403_at_once(stage: Stage, path: str) -> None:
    answer = await stage.call(path, stage.tokens["disabled"])
    assert answer.status_code == 403
    assert answer.json()["detail"] == "User account is disabled"


@pytest.mark.parametrize("path", GUARDED)
async def test_a_key_without_the_scope_is_403(stage: Stage, path: str) -> None:
    for scope in ("read", "process", "write"):
        if scope != WHO[path].need:
            answer = await stage.call(path, stage.tokens[f"key:{scope}"])
            assert answer.status_code == 403, (scope, answer.text)


@pytest.mark.parametrize("path", OWNED)
async def test_what_belongs_to_somebody_else_does_not_exist(stage: Stage, path: str) -> None:
    answer = await stage.call(path, stage.tokens["stranger"])
    assert answer.status_code == 404, answer.text


@pytest.mark.parametrize("path", [path for path in GUARDED if WHO[path].need == "admin"])
async def test_only_administrators_administrate(stage: Stage, path: str) -> None:
    assert (await stage.call(path, stage.tokens["owner"])).status_code == 403
    assert (await stage.call(path, stage.tokens["admin"])).status_code in WHO[path].answers


async def test_a_socket_asks_the_same_of_its_callers(stage: Stage) -> None:
    url = f"{stage.system.ws_url}/api/batch/ws/{stage.known['job_id']}"
    for name in (*FORGED, "disabled", "key:process", "stranger"):
        async with connect(f"{url}?token={stage.tokens[name]}") as socket:
            assert json.loads(await socket.recv())["type"] == "error", name
            await socket.wait_closed()
            assert socket.close_code == 1008
    for name in ("owner", "key:read"):
        async with connect(f"{url}?token={stage.tokens[name]}") as socket:
            assert json.loads(await socket.recv())["type"] == "catchup"


@pytest.mark.parametrize("path", [path for path in GUARDED if WHO[path].need != "admin"])
async def test_the_owner_may_and_so_may_a_key_with_the_scope(stage: Stage, path: str) -> None:
    key = stage.tokens.get(f"key:{WHO[path].need}")
    for token in [stage.tokens["owner"], *([key] if key else [])]:
        answer = await stage.call(path, token)
        assert answer.status_code not in (401, 403), answer.text
        assert answer.status_code < 500, answer.text
