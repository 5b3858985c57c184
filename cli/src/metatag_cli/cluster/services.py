"""The services: the gateway by its public doors, the gRPC services address by address, the leader by its metric."""

from __future__ import annotations

import asyncio
import re
import socket
from typing import Any

import grpc
import httpx
from grpc_health.v1 import health_pb2, health_pb2_grpc

from metatag_cli.checkup import Finding
from metatag_runtime.grpc_client import open_channel

_LEADING = re.compile(r"^metatag_jobs_leading (\S+)$", re.MULTILINE)
_UNKNOWN = re.compile(r"^metatag_jobs_unknown_objects_total (\S+)$", re.MULTILINE)
_SERVING = health_pb2.HealthCheckResponse.SERVING
CALL_SECONDS = 5.0


async def ready(gateway: str) -> Finding:
    """Ask the gateway whether it could serve a request."""
    try:
        answer = await _get(f"{gateway}/readyz")
    except httpx.HTTPError as error:
        return Finding(
            "Gateway", "bad", f"{gateway} does not answer ({type(error).__name__})",
            "Name it with --server; look at its pods: kubectl -n metatag get pods, docker-compose ps.",
        )  # fmt: skip
    if answer.is_success:
        return Finding("Gateway", "ok", f"{gateway}/readyz says ready")
    return Finding(
        "Gateway", "bad", f"{gateway}/readyz answers {answer.status_code}", "The next lines tell what it misses."
    )


async def health(gateway: str) -> Finding:
    """Ask the gateway how everything it stands on is doing."""
    try:
        body: dict[str, Any] = (await _get(f"{gateway}/api/health")).json()
    except (httpx.HTTPError, ValueError) as error:
        return Finding("Health", "bad", f"/api/health does not answer ({type(error).__name__})", "See the line above.")
    data = body.get("data") or body
    ill = [
        f"{each.get('name')}: {each.get('detail') or 'not healthy'}"
        for each in data.get("dependencies", [])
        if not each.get("healthy", True)
    ]
    word = str(data.get("status", "unknown"))
    if word == "healthy" and not ill:
        return Finding("Health", "ok", f"/api/health: healthy, {len(data.get('dependencies', []))} dependencies asked")
    return Finding("Health", "bad", f"/api/health: {word}; {'; '.join(ill)}", "Each name is a line of its own below.")


async def service(name: str, target: str) -> Finding:
    """Look a service's name up and ask each address behind it whether it is ready."""
    try:
        addresses = await resolve(target)
    except OSError as error:
        return Finding(
            name, "bad", f"the name in {target} is not known ({error.strerror or error})",
            "A headless Service gives no address while no pod is ready; look at its pods.",
        )  # fmt: skip
    states = await asyncio.gather(*(_health(address, host_of(target)) for address in addresses))
    ill = [f"{address}: {state}" for address, state in zip(addresses, states, strict=True) if state]
    found = f"{len(addresses) - len(ill)} of {len(addresses)} addresses ready"
    if not ill:
        return Finding(name, "ok", found)
    return Finding(name, "bad", f"{found}; {'; '.join(ill)}", f"Look at the log of {name} for its last lines.")


async def leader(target: str, metrics_port: int) -> list[Finding]:
    """Sum up over all replicas of jobs-api who says that it dispatches, and the objects that no row names."""
    try:
        hosts = [address.rpartition(":")[0] for address in await resolve(target)]
        pages = await asyncio.gather(*(_get(f"http://{host}:{metrics_port}/metrics") for host in hosts))
    except (OSError, httpx.HTTPError) as error:
        return [Finding(
            "Leader", "bad", f"port {metrics_port} of jobs-api does not answer ({type(error).__name__})",
            "Is METATAG_PROCESS_METRICS_PORT 0, or does a NetworkPolicy keep this pod out?",
        )]  # fmt: skip
    leading = sum(float(found) for page in pages for found in _LEADING.findall(page.text))
    unknown = sum(float(found) for page in pages for found in _UNKNOWN.findall(page.text))
    return [_leads(leading, len(hosts)), _objects(unknown)]


def _leads(leading: float, replicas: int) -> Finding:
    if leading == 1:
        return Finding("Leader", "ok", f"one of {replicas} jobs-api leads the dispatch")
    return Finding(
        "Leader", "bad", f"{leading:.0f} of {replicas} jobs-api lead the dispatch; it must be one",
        "None: nothing is dispatched, see NobodyDispatches in docs/operations.md. More: one follows another just now; "
        "ask again in ten seconds.",
    )  # fmt: skip


def _objects(unknown: float) -> Finding:
    if not unknown:
        return Finding("Objects", "ok", "every old object that was looked at has its row")
    return Finding(
        "Objects", "note", f"{unknown:.0f} objects, older than a day, have no row in the database",
        "Left by a restore of an older database; see ObjectsUnknown in docs/operations.md.",
    )  # fmt: skip


async def resolve(target: str) -> list[str]:
    """Give the "address:port" behind "dns:///name:port" or "name:port", sorted; a unix socket is its own address."""
    if target.startswith("unix:"):
        return [target]
    loop = asyncio.get_running_loop()
    port = int(target.rpartition(":")[2])
    found = await loop.getaddrinfo(host_of(target), port, type=socket.SOCK_STREAM)
    hosts = dict.fromkeys(str(address[0]) for *_, address in found)
    return [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host in sorted(hosts)]


def host_of(target: str) -> str:
    """Give the name in an address."""
    return target.removeprefix("dns:///").rpartition(":")[0].strip("[]")


async def _health(address: str, name: str) -> str:
    """Give what is wrong with one replica, or nothing."""
    channel = open_channel(address, retry_buffer=0, server_name=name)
    try:
        asked = health_pb2.HealthCheckRequest(service="readiness")
        answer = await health_pb2_grpc.HealthStub(channel).Check(asked, timeout=CALL_SECONDS)
    except grpc.aio.AioRpcError as error:
        return str(error.code().name).lower()
    finally:
        await channel.close()
    return "" if answer.status == _SERVING else "not ready"


async def _get(url: str) -> httpx.Response:
    async with httpx.AsyncClient(timeout=CALL_SECONDS, trust_env=False) as client:
        return await client.get(url)
