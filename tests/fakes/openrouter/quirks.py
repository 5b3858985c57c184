"""Ways of real servers, as their users reported them. Each names the public thread or page that it is taken from."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakes.openrouter.http import Response, error, reply

Completion = Callable[..., dict[str, Any]]
Scenario = Callable[[dict[str, Any], Completion], Response]


@dataclass(frozen=True)
class Quirk:
    """One way of a real server, and where it was reported."""

    source: str
    run: Scenario


def _says(text: Any, **choice: Any) -> Scenario:
    return lambda body, complete: reply(complete(body, content=text, **choice))


def _refuses(status: int, body: Any) -> Scenario:
    return lambda _body, _complete: reply(body, status)


def _object(tags: Any) -> str:
    return json.dumps({"tags": tags}, ensure_ascii=False)


def _openai_error(message: str, code: str, parameter: str | None = None) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error", "param": parameter, "code": code}}


def _new_token_name(body: dict[str, Any], complete: Completion) -> Response:
    if "max_tokens" in body:
        said = (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead."
        )
        return reply(_openai_error(said, "unsupported_parameter", "max_tokens"), 400)
    return _default_temperature(body, complete)


def _default_temperature(body: dict[str, Any], complete: Completion) -> Response:
    if body.get("temperature", 1) != 1:
        said = (
            "Unsupported value: 'temperature' does not support 0 with this model. Only the default (1) value is "
            "supported."
        )
        return reply(_openai_error(said, "unsupported_value", "temperature"), 400)
    return reply(complete(body))


def _extra_forbidden(body: dict[str, Any], complete: Completion) -> Response:
    if "provider" in body:
        entry = {"type": "extra_forbidden", "loc": ["body", "provider"], "msg": "Extra inputs are not permitted"}
        return reply({"detail": [entry]}, 422)
    return reply(complete(body))


def _answer_bound(body: dict[str, Any], complete: Completion) -> Response:
    if body.get("max_tokens", 0) > 300:
        said = "max_tokens is too large: 650. This model supports at most 300 completion tokens."
        return reply(_openai_error(said, "invalid_value", "max_tokens"), 400)
    return reply(complete(body))


def _data_policy(body: dict[str, Any], complete: Completion) -> Response:
    if (body.get("provider") or {}).get("data_collection") == "deny":
        return error(404, "No endpoints found matching your data policy (Free model publication).")
    return reply(complete(body))


def _no_endpoint(body: dict[str, Any], complete: Completion) -> Response:
    if (body.get("provider") or {}).get("require_parameters"):
        return error(404, "No endpoints found that can handle the requested parameters.")
    return reply(complete(body))


def _short_context(body: dict[str, Any], complete: Completion) -> Response:
    if sum(len(str(message["content"])) for message in body["messages"]) > 6_500:
        said = (
            "This model's maximum context length is 2048 tokens. However, you requested 5723 tokens. Please reduce the "
            "length of the messages or completion."
        )
        return reply({"object": "error", "message": said, "type": "BadRequestError", "param": None, "code": 400}, 400)
    return reply(complete(body))


def _events(body: dict[str, Any], complete: Completion) -> Response:
    content = complete(body)["choices"][0]["message"]["content"]
    half = len(content) // 2
    chunks = [{"choices": [{"delta": {"content": part}}]} for part in (content[:half], content[half:])]
    chunks.append({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3}})
    lines = [": OPENROUTER PROCESSING", *(f"data: {json.dumps(chunk)}" for chunk in chunks), "data: [DONE]"]
    return Response(200, "\n\n".join(lines).encode(), {"content-type": "text/event-stream"})


def _stream_only(body: dict[str, Any], complete: Completion) -> Response:
    if not body.get("stream"):
        said = "This model only support stream mode, please enable the stream parameter to access the model."
        return reply(_openai_error(said, "invalid_parameter_error"), 400)
    return _events(body, complete)


_GEMINI_KEY = {"code": 400, "message": "API key not valid. Please pass a valid API key.", "status": "INVALID_ARGUMENT"}
_GEMINI_QUOTA = {
    "code": 429,
    "message": "You exceeded your current quota, please check your plan and billing details. Please retry in 2s.",
    "status": "RESOURCE_EXHAUSTED",
    "details": [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "2s"}],
}
_QUOTA = "You exceeded your current quota, please check your plan and billing details."
_LIST = ["street lights", "battery", "energy audit"]
_THOUGHT = 'Okay, the user wants tags: maybe ["nonsense tag"].\n</think>\n'
_CHANNELS = (
    '<|channel|>analysis<|message|>Perhaps {"tags": ["bogus"]}<|end|><|start|>assistant'
    "<|channel|>final <|constrain|>json<|message|>" + _object(_LIST) + "<|return|>"
)

REQUESTS: dict[str, Quirk] = {
    "oa-token-name": Quirk("nextlevelbuilder/goclaw#211", _new_token_name),
    "oa-temperature": Quirk("RooCodeInc/Roo-Code#6965", _default_temperature),
    "or-no-endpoint": Quirk("CultivateLabs/raif#507", _no_endpoint),
    "mistral-extra": Quirk("FastAPI's form of a validation error, as Mistral answers", _extra_forbidden),
    "oa-answer-bound": Quirk("OpenAI's error for max_tokens above a model's completion tokens", _answer_bound),
    "vllm-context": Quirk("vllm-project/vllm#12886, huggingface/chat-ui#1684", _short_context),
    "stream-only": Quirk("DashScope's error for models that only stream", _stream_only),
    "events": Quirk("OpenRouter's documentation of server-sent events", _events),
}
REFUSALS: dict[str, Quirk] = {
    "or-data-policy": Quirk("ShamanicArts/Flow.Launcher.Plugin.AI-Assistant#2", _data_policy),
    "or-key-limit": Quirk(
        "RooCodeInc/Roo-Code#515, MCPJam/inspector#1287",
        lambda _body, _complete: error(403, "Key limit exceeded (total limit). Manage it using the settings."),
    ),
    "oa-quota": Quirk(
        "langchain-ai/langchainjs#1929, 2389-research/tracker#547",
        _refuses(429, {"error": {"message": _QUOTA, "type": "insufficient_quota", "code": "insufficient_quota"}}),
    ),
    "oa-region": Quirk(
        "OpenAI's error codes",
        _refuses(403, _openai_error("Country not supported", "unsupported_country_region_territory")),
    ),
    "vllm-no-model": Quirk(
        "vllm-project/vllm#12886",
        _refuses(404, {"object": "error", "message": "The model `x` does not exist.", "type": "NotFoundError"}),
    ),
    "ollama-no-model": Quirk(
        "olimorris/codecompanion.nvim#68",
        _refuses(404, {"error": 'model "llama3.2" not found, try pulling it first'}),
    ),
    "gemini-key": Quirk("continuedev/continue#10077", _refuses(400, {"error": _GEMINI_KEY})),
    "gemini-key-list": Quirk("continuedev/continue#10077", _refuses(400, [{"error": _GEMINI_KEY}])),
    "gemini-quota": Quirk("Google's error list for the Gemini API", _refuses(429, [{"error": _GEMINI_QUOTA}])),
    "tgi-context": Quirk(
        "huggingface/chat-ui#1684",
        _refuses(
            422,
            {"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 2048.",
             "error_type": "validation"},
        ),
    ),
    "groq-context": Quirk(
        "Groq's error codes",
        _refuses(400, _openai_error("Please reduce the length.", "context_length_exceeded", "messages")),
    ),
    "groq-minute": Quirk(
        "Groq's rate limits: one request larger than the tokens of a minute",
        _refuses(413, _openai_error("Request too large for model: Limit 6000, Requested 9000", "rate_limit_exceeded")),
    ),
    "anthropic-overloaded": Quirk(
        "Anthropic's error types",
        _refuses(529, {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}),
    ),
    "anthropic-key": Quirk(
        "Anthropic's error types",
        _refuses(401, {"type": "error", "error": {"type": "authentication_error", "message": "invalid x-api-key"}}),
    ),
    "anthropic-credit": Quirk(
        "Anthropic's error for an empty balance",
        _refuses(
            400,
            {"type": "error", "error": {"type": "invalid_request_error",
                                        "message": "Your credit balance is too low to access the Anthropic API."}},
        ),
    ),
    "litellm-budget": Quirk(
        "LiteLLM's budgets",
        _refuses(
            400,
            {"error": {"message": "Budget has been exceeded! Current cost: 5.1, Max budget: 5.0",
                       "type": "budget_exceeded", "param": None, "code": "400"}},
        ),
    ),
    "litellm-context": Quirk(
        "LiteLLM's exception mapping",
        _refuses(
            400,
            {"error": {"message": "litellm.ContextWindowExceededError: This model's maximum context length is 4097",
                       "type": None, "param": None, "code": "400"}},
        ),
    ),
    "detail-key": Quirk("FastAPI's form of an error", _refuses(401, {"detail": "Invalid API key"})),
    "dashscope-blocked": Quirk(
        "DashScope's error codes", _refuses(400, {"code": "data_inspection_failed", "message": "Inappropriate."})
    ),
    "or-upstream": Quirk(
        "OpenRouter's documentation of provider errors",
        lambda _body, _complete: error(
            400, "Provider returned error",
            {"raw": json.dumps(_openai_error("maximum context length is 4096", "context_length_exceeded")),
             "provider_name": "X"},
        ),
    ),
    "minimax-key": Quirk(
        "MiniMax's error codes inside status 200",
        _refuses(200, {"base_resp": {"status_code": 1004, "status_msg": "login fail: invalid api key"}}),
    ),
}  # fmt: skip
ANSWERS: dict[str, Quirk] = {
    "thoughts-closed-only": Quirk(
        "open-webui/open-webui#9808, ggml-org/llama.cpp#11861", _says(_THOUGHT + _object(_LIST))
    ),
    "channels": Quirk("ml-explore/mlx-lm#1867, kekzl/imp#768", _says(_CHANNELS)),
    "comma-string": Quirk("karakeep-app/karakeep#20", _says(_object("street lights, battery, energy audit"))),
    "capital-key": Quirk("karakeep-app/karakeep#20", _says(json.dumps({"Tags": _LIST}))),
    "trailing-comma": Quirk(
        "karakeep-app/karakeep#20", _says('{"tags": ["street lights", "battery", "energy audit",]}')
    ),
    "single-quotes": Quirk("karakeep-app/karakeep#20", _says("{'tags': ['street lights', 'battery', 'energy audit']}")),
    "comments": Quirk(
        "karakeep-app/karakeep#20", _says('{"tags": ["street lights", // one\n "battery", "energy audit"]}')
    ),
    "groups": Quirk(
        "karakeep-app/karakeep#20", _says(_object({"people": [], "topics": _LIST[:1], "things": _LIST[1:]}))
    ),
    "numbered-map": Quirk("karakeep-app/karakeep#20", _says(_object(dict(enumerate(_LIST))))),
    "json-in-string": Quirk("karakeep-app/karakeep#20", _says(json.dumps(_object(_LIST)))),
    "tool-call": Quirk(
        "OpenAI's function calling, given unasked",
        lambda body, complete: reply(_with_call(complete(body, content=None), _object(_LIST))),
    ),
}
EMPTY: dict[str, Quirk] = {
    "apology": Quirk("openai/harmony#80", _says("I cannot help with this.")),
    "apology-commas": Quirk("openai/harmony#80", _says("Sorry, I can't help.")),
    "apology-hindi": Quirk("openai/harmony#80", _says("मैं इसमें सहायता नहीं कर सकता")),
    "apology-in-json": Quirk("openai/harmony#80", _says(_object(["I'm sorry, but I can't help with that."]))),
    "not-applicable": Quirk("openai/harmony#80", _says("N/A")),
    "no-tags": Quirk("openai/harmony#80", _says("No tags could be generated.")),
    "empty-list": Quirk("openai/harmony#80", _says(_object([]))),
    "thoughts-only": Quirk("open-webui/open-webui#9808", _says('<think>The user wants ["nonsense"], hmm')),
}


def _with_call(answer: dict[str, Any], arguments: str) -> dict[str, Any]:
    call = {"id": "1", "type": "function", "function": {"name": "tags", "arguments": arguments}}
    answer["choices"][0]["message"]["tool_calls"] = [call]
    return answer


QUIRKS: dict[str, Quirk] = {**REQUESTS, **REFUSALS, **ANSWERS, **EMPTY}
