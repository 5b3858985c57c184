"""The web page at /app: files of this package, read once, under a policy that lets no request leave the origin."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from metatag_runtime.errors import NotFound

router = APIRouter(include_in_schema=False)

ROOT = Path(__file__).resolve().parents[1] / "web"
MEDIA = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".LICENSE": "text/plain; charset=utf-8",
}
_IMPORT_MAP = re.compile(rb'<script type="importmap">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the page."""

    content: bytes
    packed: bytes
    media: str
    etag: str


@cache
def assets() -> dict[str, Asset]:
    """Give every file of the page by its path below /app/; under 1 MB together."""
    found = {}
    for path in sorted(ROOT.rglob("*")):
        if path.is_file() and path.suffix in MEDIA:
            content = path.read_bytes()
            etag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
            found[path.relative_to(ROOT).as_posix()] = Asset(
                content, gzip.compress(content, mtime=0), MEDIA[path.suffix], etag
            )
    return found


@cache
def policy() -> str:
    """Give the Content-Security-Policy: own files only, no inline code but the import map, no markup from text."""
    inline = _IMPORT_MAP.search(assets()["index.html"].content)
    assert inline is not None
    digest = base64.b64encode(hashlib.sha256(inline[1]).digest()).decode()
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' 'sha256-{digest}'",
            "style-src 'self'",
            "img-src 'self' blob:",
            "connect-src 'self'",
            "worker-src 'self'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types metatag-worker",
        )
    )


def _headers(asset: Asset) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        # Asked for at every load and answered with 304: a new version is never mixed with an old one.
        "Cache-Control": "no-cache",
        "ETag": asset.etag,
        "Vary": "Accept-Encoding",
    }


@router.get("/app")
async def page_address(request: Request) -> Response:
    """Send on to the page's folder, so that its relative addresses hold behind any prefix."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}/app/", status_code=308)


@router.get("/app/{path:path}")
async def page_file(request: Request, path: str) -> Response:
    """Give one file of the page; the page itself for its folder."""
    asset = assets().get(path or "index.html")
    if asset is None:
        raise NotFound("There is no such page.")
    headers = _headers(asset)
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, media_type=asset.media, headers=headers)
    return Response(asset.content, media_type=asset.media, headers=headers)
