"""Root, health, liveness, readiness, public keys."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Request

from metatag_gateway.routes.access import known
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.schemas.system import DependencyView, HealthView, LiveView, RootView, StatusView
from metatag_gateway.style import Answer

router = APIRouter(tags=["Health & Status"])
VERSION = "2.0.0"
NAME = "Document Meta-Tagging API"


@router.get("/", responses=known(public=True))
async def root() -> RootView:
    """Give the name and version of the API."""
    return RootView(message=NAME, version=VERSION)


@router.get("/api/health", responses=known(public=True))
async def health(request: Request) -> HealthView:
    """Ask everything the system stands on. Answers 200 whenever the gateway runs; `status` says how it is."""
    report = await dependencies_of(request).health.report()
    message = f"{NAME} is running"
    if report.away:
        message += f"; in trouble: {report.away}"
    return HealthView(
        status=report.status,
        version=VERSION,
        message=message,
        dependencies=[DependencyView.model_validate(found) for found in report.dependencies],
    )


@router.get("/api/status", responses=known(public=True))
async def status() -> StatusView:
    """Tell that the gateway runs; asks nothing else."""
    return StatusView(status="ok", service="document-meta-tagging-api")


@router.get("/livez", responses=known(public=True))
async def live() -> LiveView:
    """Tell an orchestrator that the process runs; depends on nothing else."""
    return LiveView(status="ok")


@router.get(
    "/readyz",
    responses={**known(public=True), 503: {"model": LiveView, "description": "No request could succeed."}},
)
async def ready(request: Request) -> LiveView | Answer:
    """Tell an orchestrator whether requests can succeed: accounts and jobs answer."""
    report = await dependencies_of(request).health.report()
    if report.ready:
        return LiveView(status="ok")
    return Answer(LiveView(status="not ready", detail=f"No answer from: {report.away}"), 503, {"Retry-After": "2"})


@router.get("/.well-known/jwks.json", response_model=dict[str, Any], responses=known(public=True))
async def jwks(request: Request) -> dict[str, Any]:
    """Give the public keys that verify access tokens; empty while a shared secret signs them."""
    return dependencies_of(request).tokens.jwks()
