"""The web page at /app: files of this package, read once, under a policy that lets no request leave the origin.

The page itself is asked for at every load and names everything else below `v/<hash of all files>/`, which browsers keep
for a year: a new version is never mixed with an old one, and an unchanged one is not asked for again.
"""

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

from metatag_gateway.page_linking import link
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
PAGE, SCRIPT, STYLE = "index.html", "page.js", "page.css"
# The page as it is written, each module by itself: for whoever looks for a fault.
MODULES = "modules.html"
STYLES = ("base", "parts", "views", "records")
# In whose place the page names one script, one style sheet, and the libraries, to be fetched at once.
_STYLES = re.compile(r'\s*<link rel="stylesheet" href="style/\w+\.css" />')
_VERSIONED = re.compile(r"v/([0-9a-f]{24})/(.+)")
_IMPORT_MAP = re.compile(rb'<script type="importmap">(.*?)</script>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Asset:
    """One file of the page."""

    content: bytes
    packed: bytes
    media: str
    etag: str


def _asset(content: bytes, ending: str) -> Asset:
    etag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'
    return Asset(content, gzip.compress(content, mtime=0), MEDIA[ending], etag)


@cache
def assets() -> dict[str, Asset]:
    """Give every file of the page by its path below /app/; under 1 MB together."""
    files = {
        path.relative_to(ROOT).as_posix(): path.read_bytes()
        for path in sorted(ROOT.rglob("*"))
        if path.is_file() and path.suffix in MEDIA
    }
    scripts = {path: content.decode() for path, content in files.items() if path.startswith("js/")}
    files[SCRIPT] = link(scripts, "js/main.js").encode()
    files[STYLE] = b"".join(files[f"style/{name}.css"] for name in STYLES)
    files[MODULES] = files[PAGE]
    files[PAGE] = _named(files[PAGE].decode(), _version(files)).encode()
    return {path: _asset(content, f".{path.rpartition('.')[2]}") for path, content in files.items()}


def _version(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, content in sorted(files.items()):
        digest.update(f"{path} {len(content)} ".encode() + content)
    return digest.hexdigest()[:24]


def _named(page: str, version: str) -> str:
    """Return the page with one script and one style sheet of this version in place of the many."""
    place = f"v/{version}"
    libraries = re.findall(r'"\./(vendor/[\w-]+\.js)"', page)
    ahead = "".join(f'\n    <link rel="modulepreload" href="{place}/{path}" />' for path in libraries)
    page = page.replace('"./vendor/', f'"./{place}/vendor/')
    page = _STYLES.sub("", page)
    script = f'<script type="module" src="{place}/{SCRIPT}"></script>'
    page = page.replace('<script type="module" src="js/main.js"></script>', ahead.lstrip() + "\n    " + script)
    return page.replace("</title>", f'</title>\n    <link rel="stylesheet" href="{place}/{STYLE}" />')


@cache
def version() -> str:
    """Give the version under which the page names its files."""
    found = re.search(rb'"v/([0-9a-f]{24})/', assets()[PAGE].content)
    assert found is not None
    return found[1].decode()


def _import_map_digest(path: str) -> str:
    inline = _IMPORT_MAP.search(assets()[path].content)
    assert inline is not None
    return base64.b64encode(hashlib.sha256(inline[1]).digest()).decode()


@cache
def policy() -> str:
    """Give the Content-Security-Policy: own files only, no inline code but the import map, no markup from text."""
    allowed = " ".join(f"'sha256-{_import_map_digest(path)}'" for path in (PAGE, MODULES))
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {allowed}",
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


def _headers(asset: Asset, kept: bool) -> dict[str, str]:
    return {
        "Content-Security-Policy": policy(),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "Cache-Control": "public, max-age=31536000, immutable" if kept else "no-cache",
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
    found = _VERSIONED.fullmatch(path)
    asset = assets().get(found[2] if found else path or PAGE)
    # An old version's files are gone: what is here must not be kept under its name.
    if asset is None or (found and found[1] != version()):
        raise NotFound("There is no such page.")
    headers = _headers(asset, found is not None)
    if request.headers.get("if-none-match") == asset.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(asset.packed, media_type=asset.media, headers=headers)
    return Response(asset.content, media_type=asset.media, headers=headers)
