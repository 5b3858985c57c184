"""Ways in which a provider misbehaves, by name. A model called `fake/<name>` behaves so; so does a queued name."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from fakes.openrouter.http import Response, error, error_body, reply
from fakes.openrouter.quirks import QUIRKS

Completion = Callable[..., dict[str, Any]]
Scenario = Callable[[dict[str, Any], Completion], Response]


def _content(text: Any, **choice: Any) -> Scenario:
    def run(body: dict[str, Any], complete: Completion) -> Response:
        return reply(complete(body, content=text, **choice))

    return run


def _refusal(response: Callable[[], Response]) -> Scenario:
    return lambda _body, _complete: response()


def _broken(transport: str, delay: float = 0.0) -> Scenario:
    def run(body: dict[str, Any], complete: Completion) -> Response:
        found = reply(complete(body))
        found.transport, found.delay = transport, delay
        return found

    return run


def _in_body(code: int | str, message: str, metadata: dict[str, Any] | None = None) -> Scenario:
    return _refusal(lambda: reply(error_body(code, message, metadata)))


def _tags(*names: Any) -> str:
    return json.dumps({"tags": [{"tag": name, "kind": "topic", "score": 0.9} for name in names]})


def _echo(body: dict[str, Any], complete: Completion) -> Response:
    return reply(complete(body, content="\n".join(str(message["content"]) for message in body["messages"])))


def _invalid_utf8(body: dict[str, Any], complete: Completion) -> Response:
    found = reply(complete(body))
    found.body = found.body.replace(b'"tag', b'"\xff\xfetag', 1)
    return found


def _no_schema(body: dict[str, Any], complete: Completion) -> Response:
    kind = (body.get("response_format") or {}).get("type")
    if kind == "json_schema":
        return error(400, "response_format json_schema is not supported by this model")
    return reply(complete(body))


def _no_format(body: dict[str, Any], complete: Completion) -> Response:
    if body.get("response_format"):
        return error(400, "response_format is not supported")
    return reply(complete(body))


def _no_system(body: dict[str, Any], complete: Completion) -> Response:
    if any(message["role"] == "system" for message in body["messages"]):
        return error(400, "Developer instruction is not enabled for this model")
    return reply(complete(body))


def _short_context(body: dict[str, Any], complete: Completion) -> Response:
    if sum(len(str(message["content"])) for message in body["messages"]) > 12_000:
        return error(400, "This endpoint's maximum context length is 4096 tokens. You requested about 9000 tokens.")
    return reply(complete(body))


_HTML = Response(502, b"<html><body><h1>502 Bad Gateway</h1></body></html>", {"content-type": "text/html"})
_LONG = json.dumps({"tags": [{"tag": f"term {n}", "kind": "topic", "score": 0.5} for n in range(500)]})

SCENARIOS: dict[str, Scenario] = {
    # refusals
    "400": _refusal(lambda: error(400, "Invalid value for parameter")),
    "400-context": _refusal(
        lambda: error(400, "maximum context length is 4096 tokens", {"code": "context_length_exceeded"})
    ),
    "401": _refusal(lambda: error(401, "No auth credentials found")),
    "402": _refusal(lambda: error(402, "Insufficient credits")),
    "402-in-flight": _refusal(
        lambda: error(402, "Budget in use", {"limit_source": "openrouter_in_flight_budget"}, retry_after="1")
    ),
    "403-moderation": _refusal(
        lambda: error(
            403, "Flagged", {"reasons": ["violence"], "flagged_input": "SECRET DOCUMENT TEXT", "provider_name": "X"}
        )
    ),
    "403-budget": _refusal(
        lambda: error(
            403,
            "Key limit exceeded",
            {
                "limit_source": "key",
                "limit_usd": 5,
                "spend_usd": 5,
                "resets_at": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
            },
        )
    ),
    "403": _refusal(lambda: error(403, "Forbidden")),
    "404": _refusal(lambda: error(404, "No endpoints found for this model")),
    "404-html": _refusal(lambda: Response(404, b"<html>not found</html>", {"content-type": "text/html"})),
    "408": _refusal(lambda: error(408, "Request timed out")),
    "413": _refusal(lambda: error(413, "Payload too large")),
    "429": _refusal(lambda: error(429, "Rate limit exceeded")),
    "429-seconds": _refusal(lambda: error(429, "Rate limit exceeded", retry_after="1")),
    "429-long": _refusal(lambda: error(429, "Rate limit exceeded", retry_after="900")),
    "429-date": _refusal(
        lambda: error(
            429,
            "Rate limit exceeded",
            retry_after=format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True),
        )
    ),
    "429-reset": _refusal(
        lambda: error(
            429, "Rate limit exceeded: free-models-per-min", x_ratelimit_reset=str(int((time.time() + 50) * 1000))
        )
    ),
    "500": _refusal(lambda: error(500, "Internal error")),
    "502": _refusal(
        lambda: error(502, "Provider returned error", {"raw": "SECRET DOCUMENT TEXT", "provider_name": "X"})
    ),
    "503": _refusal(lambda: error(503, "No available provider")),
    "503-seconds": _refusal(lambda: error(503, "No available provider", retry_after="1")),
    "529": _refusal(lambda: error(529, "Overloaded")),
    "html": _refusal(lambda: Response(_HTML.status, _HTML.body, dict(_HTML.headers))),
    "html-200": _refusal(lambda: Response(200, b"<html>captive portal</html>", {"content-type": "text/html"})),
    "redirect": _refusal(lambda: Response(307, b"", {"location": "http://127.0.0.1:9/steal"})),
    # errors and odd answers inside 200
    "200-429": _in_body(429, "Rate limited upstream", {"provider_name": "X"}),
    "200-502": _in_body(502, "Upstream failed"),
    "200-words": _in_body("server_error", "Upstream failed"),
    "200-401": _in_body(401, "User not found"),
    "empty-choices": _refusal(lambda: reply({"id": "gen-empty", "choices": [], "model": "x"})),
    "no-choices": _refusal(lambda: reply({"id": "gen-none", "model": "x"})),
    "choice-error": _refusal(
        lambda: reply({"id": "gen-e", "choices": [{"error": {"code": 502, "message": "stopped"}}]})
    ),
    "null": _content(None),
    "empty": _content(""),
    "reasoning-only": _content("", reasoning="The user wants tags. I think the tags are: budget, roads."),
    "cut": _content('{"language": "en", "tags": [{"tag": "street', finish_reason="length"),
    "content-filter": _content(None, finish_reason="content_filter"),
    "refusal": _content(None, refusal="I cannot help with that."),
    "finish-error": _content("", finish_reason="error"),
    "array-root": _refusal(lambda: reply([1, 2, 3])),
    # contents
    "fenced": _content("Sure! Here you go:\n```json\n" + _tags("street lights", "battery") + "\n```\nAnything else?"),
    "prose": _content("I am unable to produce JSON, but this document is about several important municipal things."),
    "lines": _content("1. street lights\n2. battery\n- energy audit\n"),
    "original-shape": _content(
        json.dumps({"names": ["street lights"], "subjects": ["battery"], "actions": ["energy audit"]})
    ),
    "duplicates": _content(
        _tags("Street Lights", "street light", "STREET LIGHTS", "street-lights", "battery", "batteries")
    ),
    "500-tags": _content(_LONG),
    "wrong-types": _content(
        json.dumps({"tags": [1, None, {"tag": 5}, {"tag": ["x"]}, True, {"tag": "battery", "score": "high"}]})
    ),
    "extra-keys": _content(
        json.dumps({"tags": [{"tag": "battery", "score": 0.5, "x": {"y": 1}}], "comment": "hi", "more": [1]})
    ),
    "other-language": _content(_tags("éclairage public", "batterie au lithium", "économie d'énergie")),
    "echo": _echo,
    "injected": _content(
        _tags(
            "http://evil.example/x",
            "<script>alert(1)</script>",
            "buy now at evil.com",
            "[click](http://x)",
            "a" * 300,
            "battery",
        )
    ),
    "nan": _content('{"tags": [{"tag": "battery", "score": NaN}, {"tag": "street lights", "score": 1e999}]}'),
    "deep": _content("[" * 5_000 + "]" * 5_000),
    "invalid-utf8": _invalid_utf8,
    "no-schema": _no_schema,
    "no-format": _no_format,
    "no-system": _no_system,
    "short-context": _short_context,
    # transport
    "slow": _broken("", delay=2.0),
    "blanks": _broken("blanks"),
    "drip": _broken("drip"),
    "close": _broken("close"),
    "reset": _broken("reset"),
    "half-closed": _broken("half_closed"),
    "wrong-length": _broken("wrong_length"),
    "gzip": _broken("gzip"),
    "huge": _broken("huge"),
    **{name: quirk.run for name, quirk in QUIRKS.items()},
}
