"""The OCR nodes behind one name: one channel a node, the fewest outstanding calls first, the name asked again often.

gRPC's own round robin ignores load, and finds a new node only when a connection ends; so the nodes are kept here.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field

import grpc
import structlog

from metatag.v1 import ocr_pb2, ocr_pb2_grpc
from metatag_runtime.errors import Unavailable
from metatag_runtime.grpc_client import open_channel
from metatag_runtime.loops import run_forever

log = structlog.get_logger("metatag.jobs.ocr")

# Pages that a node works on at once, until it has said so itself.
ASSUMED_SLOTS = 2

# A node that did not answer is left alone for this long. Seconds.
DOWN_SECONDS = 1.0


@dataclass(eq=False)
class Node:
    """One OCR node as this worker sees it."""

    address: str
    # None for a service of this process.
    channel: grpc.aio.Channel | None
    stub: ocr_pb2_grpc.OcrServiceAsyncStub
    slots: int = ASSUMED_SLOTS
    version: str = ""
    outstanding: int = 0
    rest_until: float = 0.0
    gone: bool = False


@dataclass(eq=False)
class _Lane:
    """The ranges of one document that wait for a node."""

    waiters: deque[asyncio.Future[Node]] = field(default_factory=deque)


class OcrNodes:
    """Hands out places on nodes: documents sent alone first, then document by document in turn."""

    def __init__(self, address: str, resolve_seconds: float) -> None:
        """`address` is "unix:/path", "host:port", or several of them with commas."""
        self._targets = [part.strip() for part in address.split(",") if part.strip()]
        # Nodes are called by address; a certificate bears the name that they share.
        self._name = _host(self._targets[0]) if self._targets else ""
        self._resolve_seconds = resolve_seconds
        self._nodes: dict[str, Node] = {}
        # Documents sent alone, and those of batches.
        self._lanes: tuple[OrderedDict[str, _Lane], OrderedDict[str, _Lane]] = (OrderedDict(), OrderedDict())
        self._keeper: asyncio.Task[None] | None = None
        self._known = asyncio.Event()
        self._closing: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Begin to look for nodes."""
        self._keeper = asyncio.create_task(run_forever(self._keep, "look for ocr nodes"), name="ocr-nodes")

    async def stop(self) -> None:
        """Close all channels."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)
        for node in self._nodes.values():
            if node.channel is not None:
                await node.channel.close(None)

    @property
    def nodes(self) -> list[Node]:
        """The nodes known now."""
        return list(self._nodes.values())

    @property
    def total_slots(self) -> int:
        """Pages that all nodes work on at once."""
        return sum(node.slots for node in self._nodes.values()) or 1

    async def known(self, seconds: float) -> None:
        """Wait until at least one address is known; raises Unavailable."""
        try:
            async with asyncio.timeout(seconds):
                await self._known.wait()
        except TimeoutError:
            raise Unavailable("No OCR node is known; try again in a moment.") from None

    async def acquire(self, lane: str, *, interactive: bool) -> Node:
        """Wait for a place; every acquired node must be given to `release`."""
        group = self._lanes[0 if interactive else 1]
        waiter: asyncio.Future[Node] = asyncio.get_running_loop().create_future()
        group.setdefault(lane, _Lane()).waiters.append(waiter)
        self._hand_out()
        try:
            return await waiter
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self.release(waiter.result())
            raise

    def release(self, node: Node, *, rest: float = 0.0) -> None:
        """Give a place back; with `rest`, the node gets no new call for so many seconds."""
        node.outstanding -= 1
        if rest > 0:
            node.rest_until = max(node.rest_until, time.monotonic() + rest)
            asyncio.get_running_loop().call_later(rest + 0.001, self._hand_out)
        self._hand_out()

    def _hand_out(self) -> None:
        for group, extra in zip(self._lanes, (1, 0), strict=True):
            while group:
                node = self._pick(extra)
                if node is None:
                    break
                waiter = self._next(group)
                if waiter is None:
                    break
                node.outstanding += 1
                waiter.set_result(node)

    @staticmethod
    def _next(group: OrderedDict[str, _Lane]) -> asyncio.Future[Node] | None:
        """Take the next waiter of the first lane and move that lane to the back."""
        while group:
            name, lane = group.popitem(last=False)
            while lane.waiters:
                waiter = lane.waiters.popleft()
                if not waiter.done():
                    if lane.waiters:
                        group[name] = lane
                    return waiter
        return None

    def _pick(self, extra: int) -> Node | None:
        now = time.monotonic()
        free = [
            node for node in self._nodes.values() if node.outstanding < node.slots + extra and node.rest_until <= now
        ]
        if not free:
            return None
        return min(free, key=lambda node: (node.outstanding / node.slots, random.random()))  # noqa: S311  a tie-break

    async def _keep(self) -> None:
        await self._refresh()
        await asyncio.sleep(self._resolve_seconds)

    async def _refresh(self) -> None:
        addresses: set[str] = set()
        for target in self._targets:
            with contextlib.suppress(OSError):
                addresses |= await _resolve(target)
        # An empty answer is a failing name server, not an empty cluster: keep what is known.
        if addresses:
            await self._adopt(addresses)
        await asyncio.gather(*(self._ask(node) for node in self.nodes))
        self._hand_out()

    async def _adopt(self, addresses: set[str]) -> None:
        for address in addresses - self._nodes.keys():
            # No retries: the pool tries another node itself, and a kept file would cost 16 MiB a call.
            channel = open_channel(address, retry_buffer=0, server_name=self._name)
            self._nodes[address] = Node(address, channel, ocr_pb2_grpc.OcrServiceStub(channel))
            log.info("ocr node found", node=address)
        for address in self._nodes.keys() - addresses:
            node = self._nodes.pop(address)
            node.gone = True
            log.info("ocr node gone", node=address)
            if node.channel is not None:
                # Its running calls may end; the channel goes when they have.
                closing = asyncio.create_task(node.channel.close(600))
                self._closing.add(closing)
                closing.add_done_callback(self._closing.discard)
        self._known.set()

    async def _ask(self, node: Node) -> None:
        try:
            answer = await node.stub.ListEngines(ocr_pb2.ListEnginesRequest(), timeout=2.0)
        except grpc.aio.AioRpcError:
            return
        node.slots = max(1, answer.slots)
        node.version = ";".join(f"{each.name}={each.version}" for each in answer.engines if each.healthy)


async def _resolve(target: str) -> set[str]:
    if target.startswith(("unix:", "ipv4:", "ipv6:")):
        return {target}
    port = target.rpartition(":")[2]
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(_host(target), int(port), type=socket.SOCK_STREAM)
    addresses = set()
    for family, _, _, _, address in found:
        if family == socket.AF_INET6:
            addresses.add(f"ipv6:[{address[0]!s}]:{address[1]!s}")
        elif family == socket.AF_INET:
            addresses.add(f"ipv4:{address[0]!s}:{address[1]!s}")
    # "localhost" has two faces of one node.
    v4 = {each for each in addresses if each.startswith("ipv4:")}
    return v4 or addresses


def _host(target: str) -> str:
    return target.removeprefix("dns:///").rpartition(":")[0].strip("[]")
