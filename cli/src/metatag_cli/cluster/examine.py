"""All checks of a cluster, side by side, each within its time; none raises."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from urllib.parse import urlsplit

from metatag_cli.checkup import Finding
from metatag_cli.cluster import certificates, services, stores, walls
from metatag_cli.cluster.config import Asked

# Longer than any check's own limits together, but for the walls.
_LIMIT = 150.0


async def examine(asked: Asked) -> list[Finding]:
    """Give the findings in the order in which one reads them."""
    checks: list[tuple[str, Awaitable[Finding | list[Finding]]]] = [
        ("Gateway", services.ready(asked.gateway)),
        ("Health", services.health(asked.gateway)),
        *((name, services.service(name, target)) for name, target in asked.services.items()),
        ("Leader", services.leader(asked.services["jobs-api"], asked.metrics_port)),
        *_stores(asked),
        *_certificates(asked),
        ("Walls of ocr", _walls(asked)),
    ]
    found = await asyncio.gather(*(_bounded(what, check) for what, check in checks))
    return [finding for part in found for finding in part]


def _stores(asked: Asked) -> list[tuple[str, Awaitable[Finding | list[Finding]]]]:
    checks: list[tuple[str, Awaitable[Finding | list[Finding]]]] = []
    for name, url in asked.databases.items():
        what = f"Tables {name}"
        variable = f"METATAG_{name.upper()}_DATABASE_URL"
        checks.append((what, stores.tables(name, url) if url else _unasked(what, variable)))
    for name, url in asked.redis.items():
        what = f"Redis {name}"
        variable = f"METATAG_{name.upper()}_REDIS_URL"
        checks.append((what, stores.answers(name, url) if url else _unasked(what, variable)))
    files = stores.writable(asked.bucket) if asked.bucket else _unasked("Files", "METATAG_JOBS_FILES_URL")
    return [*checks, ("Files", files)]


def _certificates(asked: Asked) -> list[tuple[str, Awaitable[Finding | list[Finding]]]]:
    if asked.tls is None:
        return [("Certificate", _unasked("Certificate", "METATAG_TLS_DIR"))]
    return [
        ("Certificate", certificates.own(asked.tls)),
        *((f"TLS {name}", certificates.shown(name, target, asked.tls)) for name, target in asked.services.items()),
    ]


async def _walls(asked: Asked) -> Finding:
    """Everything that somebody in the system calls, by address: ocr knows no names."""
    targets = [target for name, target in asked.services.items() if not name.startswith("ocr")]
    gateway = urlsplit(asked.gateway)
    targets.append(f"{gateway.hostname}:{gateway.port or (443 if gateway.scheme == 'https' else 80)}")
    for url in (*asked.databases.values(), *asked.redis.values()):
        parts = urlsplit(url)
        if parts.hostname:
            targets.append(f"{parts.hostname}:{parts.port or (5432 if url.startswith('postgres') else 6379)}")
    if asked.bucket is not None and ":" in asked.bucket.endpoint:
        targets.append(asked.bucket.endpoint)
    addresses: dict[str, None] = {}
    for target in targets:
        try:
            addresses |= dict.fromkeys(await services.resolve(target))
        except OSError:
            continue
    return await walls.ocr(asked.inside_ocr, [each for each in addresses if not each.startswith("unix:")])


async def _unasked(what: str, variable: str) -> Finding:
    return Finding(
        what, "note", f"not looked at: {variable} is not set here", "Give the doctor the services' variables."
    )


async def _bounded(what: str, check: Awaitable[Finding | list[Finding]]) -> list[Finding]:
    try:
        async with asyncio.timeout(_LIMIT):
            found = await check
    except TimeoutError:
        return [
            Finding(what, "bad", f"no answer within {_LIMIT:.0f} seconds", "Something takes calls and keeps silent.")
        ]
    except Exception as error:
        # A doctor that falls ill over one patient helps nobody.
        return [
            Finding(what, "bad", f"could not be looked at ({error!r})", "This is a fault of the doctor; report it.")
        ]
    return found if isinstance(found, list) else [found]
