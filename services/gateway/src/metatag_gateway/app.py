"""The ASGI application: routes in the chosen style, handlers of errors, the edge around all."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from metatag_gateway import problems
from metatag_gateway.middleware.edge import Bounds, Edge
from metatag_gateway.middleware.proxies import Proxies
from metatag_gateway.routes import (
    app_page,
    auth,
    batch,
    docs,
    files,
    history,
    keys,
    models,
    single,
    socket,
    system,
    tables,
    vocabularies,
)
from metatag_gateway.routes.parts import Parts
from metatag_gateway.settings import GatewaySettings, split
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
    history.router,
    vocabularies.router,
    models.router,
    system.router,
    app_page.router,
)
EXPOSED = ("X-Request-ID", "Retry-After", "Location", "Preference-Applied", "Content-Disposition")


@dataclass(slots=True)
class Sockets:
    """How many WebSockets are open."""

    count: int = 0


def create_app(parts: Parts) -> FastAPI:
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
    app.state.parts = parts
    app.state.sockets = Sockets()
    app.add_exception_handler(MetatagError, problems.on_metatag_error)
    app.add_exception_handler(RequestValidationError, problems.on_validation_error)
    app.add_exception_handler(HTTPException, problems.on_http_error)
    mount(app, (*ROUTERS, docs.router) if settings.docs else ROUTERS, settings.response_style)
    _wrap(app, settings)
    return app


def _wrap(app: FastAPI, settings: GatewaySettings) -> None:
    bounds = Bounds(
        in_flight=settings.max_in_flight,
        body_bytes=settings.max_body_bytes,
        body_idle_seconds=settings.body_idle_seconds,
        hsts_seconds=settings.hsts_seconds,
    )
    app.add_middleware(Edge, proxies=Proxies(split(settings.trusted_proxies), settings.root_path), bounds=bounds)
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
