"""The server: checks requests as the provider does, then answers, or follows a scenario."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Self

from fakes.openrouter.catalogue import MODELS, entry
from fakes.openrouter.http import Request, Response, error, read_request, reply, write_response
from fakes.openrouter.limits import Limits
from fakes.openrouter.scenarios import SCENARIOS
from fakes.openrouter.writer import answer, first_text_beside_picture

GOOD_KEY = "sk-or-fake-good"
# Each scenario also as a model that misbehaves once and then answers.
_NAMES = ["ok", *SCENARIOS, *(f"{name}-then-ok" for name in SCENARIOS)]
_ROLES = {"system", "user", "assistant", "tool", "developer"}


@dataclass
class Recorded:
    """One request, for a test's assertions."""

    method: str
    path: str
    headers: dict[str, str]
    body: Any


@dataclass
class FakeOpenRouter:
    """A running server; `async with FakeOpenRouter() as fake` gives `fake.url`.

    `keys` are the keys it takes (None: any). `queue` holds scenario names used up one a call. `obey` are tags that its
    model adds to every answer, as one that obeys a hostile document. `flake` is the share of calls that fail with 502.
    """

    host: str = "127.0.0.1"
    port: int = 0
    keys: set[str] | None = field(default_factory=lambda: {GOOD_KEY})
    limits: Limits = field(default_factory=Limits)
    queue: deque[str] = field(default_factory=deque)
    obey: list[str] = field(default_factory=list)
    flake: float = 0.0
    seed: int = 1
    latency: float = 0.0
    # "openrouter", or "plain": a server without prices, parameters, /key and cost, such as Ollama.
    manner: str = "openrouter"
    # What its models read on a picture, by the first text that they are told.
    sees: Callable[[str], str] = field(default=lambda first: first)
    # No model takes pictures.
    sightless: bool = False
    # Keys whose calls are refused with 429, and the Retry-After that goes with it (empty: none).
    limited: dict[str, str] = field(default_factory=dict)
    # Keys whose calls are not answered while they stand here.
    silent: set[str] = field(default_factory=set)
    # Answer 503 to everything but completions: the list of models and the key's state are away.
    outage: bool = False
    requests: list[Recorded] = field(default_factory=list)

    async def __aenter__(self) -> Self:
        self._random = random.Random(self.seed)
        self._numbers = itertools.count(1)
        self._generations: dict[str, dict[str, Any]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, self.host, self.port, limit=64 * 1024 * 1024)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @property
    def url(self) -> str:
        """Give the base URL for METATAG_TAGGER_LLM_BASE_URL."""
        return f"http://{self.host}:{self.port}/api/v1"

    @property
    def completions(self) -> list[Recorded]:
        """Give the recorded chat completions."""
        return [request for request in self.requests if request.path.endswith("/chat/completions")]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            while (request := await read_request(reader)) is not None:
                self.requests.append(Recorded(request.method, request.path, request.headers, request.json))
                if not await write_response(writer, await self._respond(request)):
                    break
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            with contextlib.suppress(Exception):
                writer.close()

    async def _respond(self, request: Request) -> Response:
        path = request.path.partition("?")[0].removeprefix("/api/v1")
        if path == "/chat/completions" and request.method == "POST":
            return await self._complete(request)
        if self.outage:
            return error(503, "Service unavailable")
        if path == "/models" and request.method == "GET":
            return self._models()
        if self.manner == "plain":
            return Response(404, b"404 page not found", {"content-type": "text/plain"})
        if path == "/key":
            return self._key(request)
        if path == "/generation":
            found = self._generations.get(request.path.partition("id=")[2])
            return reply({"data": found}) if found else error(404, "Generation not found")
        return error(404, "Not found")

    def _models(self) -> Response:
        if self.manner == "plain":
            return reply({"object": "list", "data": [{"id": "llama3", "object": "model"}]})
        fakes = [(f"fake/{name}", 128_000, "0.000001", "0.000002", MODELS[0][4]) for name in _NAMES]
        return reply({"data": [entry(model) for model in (*MODELS, *fakes)]})

    def _key(self, request: Request) -> Response:
        if not self._knows(request):
            return error(401, "No auth credentials found")
        left = self.limits.credit_micros
        dollars = None if left is None else left / 1e6
        return reply({"data": {"label": "fake", "limit": dollars, "limit_remaining": dollars, "usage": 0.0}})

    def _knows(self, request: Request) -> bool:
        return self.keys is None or request.key in self.keys

    async def _complete(self, request: Request) -> Response:
        refusal = self._refuse(request)
        if refusal is not None:
            return refusal
        while request.key in self.silent:
            await asyncio.sleep(0.05)
        self.limits.begin()
        cost = 0
        try:
            if self.latency:
                await asyncio.sleep(self.latency)
            scripted = request.headers.get("x-fake-scenario")
            if scripted:
                self.queue.appendleft(scripted)
            response = self._run(request.json)
            cost = 120 if response.status == 200 else 0
            return response
        finally:
            self.limits.end(cost)

    def _refuse(self, request: Request) -> Response | None:
        body = request.json
        if not self._knows(request):
            return error(401, "No auth credentials found")
        if not isinstance(body, dict) or not isinstance(body.get("messages"), list) or not body["messages"]:
            return error(400, "Invalid JSON body")
        if any(message.get("role") not in _ROLES for message in body["messages"]):
            return error(400, "Invalid message role")
        if not 1 <= body.get("max_tokens", 1) <= 100_000:
            return error(400, "max_tokens out of range")
        if request.key in self.limited:
            wished = self.limited[request.key]
            return error(429, "Rate limit exceeded", **({"retry_after": wished} if wished else {}))
        wait = self.limits.admit()
        if wait is not None:
            return error(429, "Rate limit exceeded", retry_after=f"{max(wait, 0.01):.3f}")
        if self.limits.credit_micros is not None and self.limits.credit_micros <= 0:
            return error(402, "Insufficient credits")
        return None

    def _run(self, body: dict[str, Any]) -> Response:
        response = error(400, "no model")
        for model in body.get("models") or [body.get("model")]:
            response = self._one({**body, "model": model})
            failed = response.status != 200 or b'"error"' in response.body[:12]
            if not failed or response.status in (401, 402):
                break
        return response

    def _one(self, body: dict[str, Any]) -> Response:
        model = str(body["model"])
        name = (
            self.queue.popleft() if self.queue else model.removeprefix("fake/") if model.startswith("fake/") else "ok"
        )
        if name.endswith("-then-ok"):
            self.queue.append("ok")
            name = name.removesuffix("-then-ok")
        if self._random.random() < self.flake:
            name = "502"
        if name in SCENARIOS:
            return SCENARIOS[name](body, self._completion)
        known = {entry[0]: entry for entry in MODELS}
        if self.manner == "openrouter" and model not in known and not model.startswith("fake/"):
            return error(400, f"{model} is not a valid model ID")
        if self.manner == "openrouter" and model in known:
            refusal = _unsupported(body, known[model][4])
            if refusal is not None:
                return refusal
        first = first_text_beside_picture(body)
        return reply(self._completion(body)) if first is None else self._look(body, first)

    def _look(self, body: dict[str, Any], first: str) -> Response:
        if self.sightless:
            return error(404, "No endpoints found that support image input")
        seen = self.sees(first)
        # Four characters a token, as everywhere here.
        most = 4 * int(body.get("max_tokens", 100_000))
        reason = "length" if len(seen) > most else "stop"
        return reply(self._completion(body, content=seen[:most], finish_reason=reason))

    def _completion(self, body: dict[str, Any], content: Any = ..., **choice: Any) -> dict[str, Any]:
        text = answer(body, self.obey) if content is ... else content
        prompt = sum(len(str(message.get("content", ""))) for message in body["messages"]) // 4
        completion = len(text or "") // 4
        generation = f"gen-{next(self._numbers):06d}"
        message = {"role": "assistant", "content": text, "refusal": choice.pop("refusal", None)}
        message["reasoning"] = choice.pop("reasoning", None)
        usage: dict[str, Any] = {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
        }
        if self.manner == "openrouter":
            usage |= {
                "cost": 0.00012,
                "prompt_tokens_details": {"cached_tokens": 0},
                "completion_tokens_details": {"reasoning_tokens": 0},
                "cost_details": {"upstream_inference_cost": None},
            }
        self._generations[generation] = {"id": generation, "model": body["model"], "total_cost": 0.00012}
        return {
            "id": generation,
            "provider": "FakeHost",
            "model": body["model"],
            "object": "chat.completion",
            "created": 1_700_000_000,
            "choices": [
                {"index": 0, "message": message, "finish_reason": "stop", "native_finish_reason": "stop", **choice}
            ],
            "usage": usage,
        }


def _unsupported(body: dict[str, Any], parameters: list[str]) -> Response | None:
    """Refuse a format that a model does not support: 404 when the request demands support, else 400 for a schema."""
    shape = (body.get("response_format") or {}).get("type")
    needed = {"json_schema": "structured_outputs", "json_object": "response_format"}.get(str(shape))
    demanded = bool((body.get("provider") or {}).get("require_parameters"))
    if demanded and any(name in body and name not in parameters for name in ("temperature", "max_tokens", "seed")):
        return error(404, "No endpoints found that can handle the requested parameters.")
    if needed is None or needed in parameters:
        return None
    if (body.get("provider") or {}).get("require_parameters"):
        return error(404, "No endpoints found that can handle the requested parameters.")
    return error(400, f"{shape} is not supported by this model")
