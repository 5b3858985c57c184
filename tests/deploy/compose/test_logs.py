"""A document can be followed through the logs: one trace and one request id in all services, its job and its own id."""

from __future__ import annotations

import json
import secrets
import time
from typing import Any

import httpx

from deploy.compose.load import DIGITAL, sign_in, unseen
from deploy.compose.stack import Stack

SERVICES = ("gateway", "jobs-api", "jobs-worker", "ocr", "tagger")


def lines(stack: Stack, service: str) -> list[dict[str, Any]]:
    """Gives the log lines of all containers of a service; each must be one JSON object."""
    found = []
    for identity in stack.containers()[service]:
        for line in stack.docker.logs(identity).splitlines():
            if line.startswith("{"):
                found.append(json.loads(line))
    return found


def test_a_document_is_found_in_every_service_s_log_by_one_trace_id(stack: Stack) -> None:
    trace = secrets.token_hex(16)
    name, body = unseen(DIGITAL)
    with sign_in(stack.urls[0]) as client:
        token = client.tokens.access_token if client.tokens else ""
        answer = httpx.post(
            f"{stack.urls[0]}/api/single/process",
            headers={"Authorization": f"Bearer {token}", "traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"},
            files={"pdf_file": (name, body, "application/pdf")},
            data={"config": '{"num_pages": 1, "num_tags": 5, "tagger": "local"}'},
            timeout=120,
        )
    assert answer.is_success, answer.text
    document = answer.json()["data"]["document_id"]
    # Containers write their lines a moment later.
    end = time.monotonic() + 20
    while True:
        by_service = {
            service: [line for line in lines(stack, service) if line.get("trace_id") == trace] for service in SERVICES
        }
        if all(by_service[service] for service in SERVICES if service != "jobs-api") or time.monotonic() > end:
            break
        time.sleep(0.5)
    told = {service: [line["event"] for line in found] for service, found in by_service.items()}
    print(f"trace {trace}: {told}")
    request = answer.headers["x-request-id"]
    jobs = set()
    for service in ("gateway", "jobs-worker", "ocr", "tagger"):
        named = [line for line in by_service[service] if line.get("document_id") == document]
        assert named, f"{service} has no line of document {document}: {told}"
        assert {line["request_id"] for line in named} == {request}
        jobs |= {line.get("job_id") for line in named}
    assert len(jobs) == 1, "one job in all services"
    assert None not in jobs


def test_no_log_holds_text_a_file_name_or_a_secret(stack: Stack) -> None:
    with sign_in(stack.urls[0]) as client:
        client.process(("secret-file-name.pdf", DIGITAL))
    everything = "".join(stack.docker.logs(each) for found in stack.containers().values() for each in found)
    for word in ("secret-file-name", "Water supply", "correct horse battery", "Bearer "):
        assert word not in everything, word
    for name in ("POSTGRES_PASSWORD", "REDIS_PASSWORD", "MINIO_PASSWORD", "JOBS_SECRET_KEY", "GATEWAY_SECRET_KEY"):
        assert stack.variable(name) not in everything, name
