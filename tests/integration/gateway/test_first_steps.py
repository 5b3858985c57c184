"""The way of a newcomer: register, sign in, one document, history, sign out."""

from __future__ import annotations

from fakes.gateway_system import running
from fakes.jobs_service import PDF


async def test_a_newcomer_registers_and_has_a_document_tagged() -> None:
    async with running() as system:
        user = await system.register()
        answer = await system.single(user["headers"], num_tags=5, exclusion_words=["Rivers"])
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        assert data["tags"] == ["annual report", "water board", "wells", "canals", "irrigation"]
        assert data["pages"][0]["method"] == "text_layer"
        found = await system.client.get(f"/api/history/documents/{data['document_id']}", headers=user["headers"])
        assert found.json()["data"]["extracted_text"].startswith("The annual report")
        jobs = await system.client.get("/api/history/jobs", headers=user["headers"])
        assert [job["id"] for job in jobs.json()["data"]["jobs"]] == [data["job_id"]]
        file = await system.client.get(
            f"/api/history/documents/{data['document_id']}/file", params={"token": user["token"]}
        )
        assert file.content == PDF
        out = await system.client.post("/api/auth/logout", json={"refresh_token": user["tokens"]["refresh_token"]})
        assert out.json() == {"success": True, "data": {"message": "Successfully logged out"}}


async def test_the_flat_style_answers_without_the_envelope() -> None:
    async with running(response_style="flat") as system:
        user = await system.register()
        data = (await system.single(user["headers"])).json()
        assert data["success"] is True
        assert data["tags"][0] == "annual report"
        jobs = (await system.client.get("/api/history/jobs", headers=user["headers"])).json()
        assert jobs["total"] == 1
        assert "success" not in jobs


async def test_health_asks_every_service() -> None:
    async with running() as system:
        data = (await system.client.get("/api/health")).json()["data"]
        assert data["status"] == "healthy"
        assert {found["name"] for found in data["dependencies"]} == {
            "accounts", "jobs", "ocr", "tagger", "database", "redis", "object_store",
        }  # fmt: skip


async def test_the_description_and_its_page_are_served_from_here() -> None:
    async with running() as system:
        page = (await system.client.get("/docs")).text
        assert "http" not in page.replace("http-equiv", "")
        for name in ("swagger-ui-bundle.js", "swagger-ui.css", "start.js", "favicon-32x32.png"):
            assert (await system.client.get(f"/docs/assets/{name}")).status_code == 200
        described = (await system.client.get("/openapi.json")).json()
        # 422 is for a reused idempotency key only; what does not validate is 400, as in the v1 API.
        assert "HTTPValidationError" not in str(described)
