"""The API's own description, and a page that shows it; everything comes from here, nothing from elsewhere."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from metatag_gateway.openapi import describe
from metatag_gateway.routes.dependencies import dependencies_of
from metatag_gateway.routes.system import VERSION
from metatag_runtime.errors import NotFound

router = APIRouter(include_in_schema=False)

_KINDS = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "png": "image/png"}
_ASSETS = frozenset({"swagger-ui-bundle.js", "swagger-ui.css", "favicon-32x32.png", "start.js"})
# swagger-ui writes styles into its elements and shows inline pictures.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Document Meta-Tagging API</title>
<link rel="icon" href="docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="docs/assets/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="docs/assets/swagger-ui-bundle.js"></script>
<script src="docs/assets/start.js"></script>
</body>
</html>
"""


@router.get("/openapi.json")
async def openapi(request: Request) -> Any:
    """Give the OpenAPI description."""
    app = request.app
    if app.openapi_schema is None:
        app.openapi_schema = describe(app, version=VERSION, max_pages=dependencies_of(request).settings.max_pages)
    root_path = request.scope.get("root_path", "")
    return {**app.openapi_schema, "servers": [{"url": root_path}]} if root_path else app.openapi_schema


@router.get("/docs")
async def page() -> HTMLResponse:
    """Give the page."""
    return HTMLResponse(_PAGE, headers={"Content-Security-Policy": _POLICY})


@router.get("/docs/assets/{name}")
async def asset(name: str) -> Response:
    """Give one file of the page."""
    if name not in _ASSETS:
        raise NotFound("No such file")
    kind = _KINDS[name.rpartition(".")[2]]
    return Response(_read(name), media_type=kind, headers={"Cache-Control": "public, max-age=86400"})


@cache
def _read(name: str) -> bytes:
    folder = files("metatag_gateway") / "assets" / "swagger-ui"
    return (folder / name).read_bytes()
