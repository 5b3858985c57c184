"""The ASGI application: routes in the chosen style, handlers of errors, the edge around all."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from metatag_gateway import problems
from metatag_gateway.body_bounds import body_bytes, form_bytes
from metatag_gateway.json_bodies import LargeBodyRoute
from metatag_gateway.middleware.audit import Audit
from metatag_gateway.middleware.bodies import BodyBounds
from metatag_gateway.middleware.edge import Edge
from metatag_gateway.middleware.gate import Gate, GateBounds
from metatag_gateway.middleware.hosts import HostCheck
from metatag_gateway.middleware.proxies import Proxies
from metatag_gateway.policies import PathPolicies, PathPolicy, PathRule, Permission
from metatag_gateway.routes import (
    account,
    account_links,
    app_page,
    audit,
    auth,
    batch,
    docs,
    files,
    history,
    keys,
    learning,
    models,
    page_words,
    profiles,
    records,
    reprocessing,
    review,
    searches,
    second_factor,
    single,
    single_sign_on,
    socket,
    system,
    tables,
    tag_jobs,
    tags,
    trash,
    vocabularies,
    webhooks,
)
from metatag_gateway.routes.access import permission_of
from metatag_gateway.routes.dependencies import Dependencies
from metatag_gateway.settings import MIB, GatewaySettings, split
from metatag_gateway.style import mount
from metatag_runtime.errors import MetatagError

ROUTERS = (
    single.router,
    batch.router,
    files.router,
    tables.router,
    socket.router,
    auth.router,
    keys.router,
    second_factor.router,
    single_sign_on.router,
    account_links.router,
    account.router,
    audit.router,
    history.router,
    page_words.router,
    records.router,
    reprocessing.router,
    review.router,
    searches.router,
    trash.router,
    tags.router,
    tag_jobs.router,
    vocabularies.router,
    webhooks.router,
    learning.router,
    profiles.router,
    models.router,
    system.router,
    app_page.router,
)
EXPOSED = ("X-Request-ID", "Retry-After", "Location", "Preference-Applied", "Content-Disposition", "ETag")


def create_app(parts: Dependencies) -> FastAPI:
    """Give the application over its parts."""
    settings = parts.settings
    app = FastAPI(
        title=system.NAME,
        version=system.VERSION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        # A path with a slash too many is unknown; a redirect would name the wrong scheme behind a proxy.
        redirect_slashes=False,
        # FastAPI's own spans would carry the query, in which tokens travel; the edge makes ours.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    app.router.route_class = LargeBodyRoute
    app.state.parts = parts
    app.state.sockets = socket.Sockets(settings.max_sockets)
    app.add_exception_handler(MetatagError, problems.on_metatag_error)
    app.add_exception_handler(RequestValidationError, problems.on_validation_error)
    app.add_exception_handler(HTTPException, problems.on_http_error)
    mount(app, (*ROUTERS, docs.router) if settings.docs else ROUTERS, settings.response_style)
    _wrap(app, parts)
    return app


def policies_of(app: FastAPI, settings: GatewaySettings) -> PathPolicies:
    """Return what each path asks of a request, read from the dependencies of its route."""
    return PathPolicies(
        PathRule(
            frozenset(route.methods or ()),
            route.path,
            route.path_regex,
            PathPolicy(
                _permission(route.dependant),
                body_bytes(route.path, settings),
                form_bytes(route.path, settings),
                route.operation_id or route.name,
            ),
        )
        for route in app.routes
        if isinstance(route, APIRoute)
    )


def _permission(dependant: Dependant) -> Permission | None:
    """Return what the dependencies of a route ask of callers; None where they ask nothing."""
    for inner in dependant.dependencies:
        found = permission_of(inner.call) or _permission(inner)
        if found is not None:
            return found
    return None


def _wrap(app: FastAPI, parts: Dependencies) -> None:
    settings = parts.settings
    app.add_middleware(
        Gate,
        policies=policies_of(app, settings),
        identity=parts.identity,
        quotas=parts.quotas,
        bounds=GateBounds(
            max_in_flight=settings.max_in_flight,
            admin_second_factor=settings.admin_second_factor,
            bodies=_body_bounds(settings, settings.body_budget_bytes),
            # Nobody without a token takes room from those who have one.
            public_bodies=_body_bounds(settings, max(MIB, settings.body_budget_bytes // 8)),
        ),
    )
    app.add_middleware(Audit, log=parts.audit)
    names = split(settings.allowed_hosts)
    if names:
        app.add_middleware(HostCheck, names=names, origins=split(settings.cors_origins))
    proxies = Proxies(split(settings.trusted_proxies), settings.root_path)
    app.add_middleware(Edge, proxies=proxies, hsts_seconds=settings.hsts_seconds)
    origins = split(settings.cors_origins)
    if origins:
        # Added last, so outermost: refusals of the edge carry its headers too.
        app.add_middleware(
            CORSMiddleware,
            allow_origins=origins,
            allow_credentials=True,
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=list(EXPOSED),
            max_age=600,
        )


def _body_bounds(settings: GatewaySettings, total_bytes: int) -> BodyBounds:
    return BodyBounds(
        total_bytes=total_bytes,
        max_open=settings.max_in_flight,
        idle_seconds=settings.body_idle_seconds,
        grace_seconds=settings.body_grace_seconds,
        bytes_per_second=settings.body_bytes_per_second,
    )
