"""Errors as providers and servers word them: what each means, whatever the form of its body."""

from __future__ import annotations

from typing import Any

import pytest

from metatag_tagger.errors import Category
from metatag_tagger.llm.failures import failure

KEY = Category.AUTH
CONTEXT = Category.CONTEXT_LENGTH
REFUSED = Category.INVALID_REQUEST


def error(message: str, **more: Any) -> dict[str, Any]:
    return {"error": {"message": message, **more}}


@pytest.mark.parametrize(
    ("status", "body", "category"),
    [
        (401, error("Incorrect API key provided.", code="invalid_api_key"), KEY),
        (401, {"detail": {"message": "Invalid token"}}, KEY),
        (401, "Unauthorized", KEY),
        (400, {"code": "InvalidApiKey", "message": "Invalid API-key provided."}, KEY),
        (402, error("Insufficient Balance", code="invalid_request_error"), Category.CREDITS),
        (429, error("suspended due to insufficient balance", type="exceeded_current_quota_error"), Category.CREDITS),
        (400, {"code": "Arrearage", "message": "Access denied."}, Category.CREDITS),
        (403, error("This key has reached its monthly limit"), Category.KEY_LIMIT),
        (429, error("Rate limit exceeded: free-models-per-day. Add 10 credits to unlock 1000"), Category.RATE_LIMITED),
        (429, error("Rate limit reached. Please try again in 20s.", code="rate_limit_exceeded"), Category.RATE_LIMITED),
        (429, error("Request too large for gpt-4o on tokens per min", code="rate_limit_exceeded"), CONTEXT),
        (400, error("exceeds the available context size", type="exceed_context_size_error"), CONTEXT),
        (500, error("the request exceeds the available context size", type="server_error"), CONTEXT),
        (400, error("prompt is too long: 210000 tokens > 200000 maximum"), CONTEXT),
        (400, error("The input token count (12) exceeds the maximum number of tokens allowed (10)."), CONTEXT),
        (422, {"error": "Input validation error: `inputs` must have less than 4095 tokens."}, CONTEXT),
        (200, {"object": "error", "message": "maximum context length is 4096", "code": 400}, CONTEXT),
        (404, error("models/foo is not found for API version v1", status="NOT_FOUND"), Category.MODEL_NOT_FOUND),
        (404, error("No endpoints found for foo/bar."), Category.MODEL_NOT_FOUND),
        (200, {"error": "model 'x' not found"}, Category.MODEL_NOT_FOUND),
        (404, {"detail": "Not Found"}, Category.ADDRESS),
        (404, "404 page not found", Category.ADDRESS),
        (404, error("No allowed providers are available for the selected model."), Category.NO_PROVIDER),
        (
            404,
            error("No endpoints available matching your guardrail restrictions and data policy."),
            Category.DATA_POLICY,
        ),
        (404, error("No endpoints found that support the requested output modalities"), Category.PARAMETERS),
        (400, error("User location is not supported for the API use."), Category.REGION),
        (400, error("The response was filtered.", code="content_filter", param="prompt"), Category.MODERATION),
        (500, {"error": "model requires more system memory (5.6 GiB) than is available"}, Category.PROVIDER),
        (200, error("Rate limit exceeded", code="429"), Category.RATE_LIMITED),
        (524, "<html>A timeout occurred</html>", Category.PROVIDER),
        # What a firewall or a site answers that stands where the provider should.
        (403, "<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>", Category.ADDRESS),
        (404, "<html><body>nothing here</body></html>", Category.ADDRESS),
        (400, {"error": "No models loaded. Please load a model in the developer page."}, Category.MODEL_NOT_FOUND),
        (
            400,
            error("Invalid model name passed in model=x. Call `/v1/models` to view available models.", param="model"),
            Category.MODEL_NOT_FOUND,
        ),
        (403, error("Permission denied: Consumer 'api_key:x' has been suspended."), KEY),
        (400, {"message": "max tokens of 4096 exceeded"}, CONTEXT),
    ],
)
def test_an_error_is_judged_by_what_it_says_before_its_status(status: int, body: Any, category: Category) -> None:
    found = failure(status, {}, body)
    assert found is not None
    assert found.category is category


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        (error("`temperature` is deprecated for this model."), "temperature"),
        (error("openai does not support parameters: ['temperature'], for model=gpt-5."), "temperature"),
        (error("Unrecognized request argument supplied: seed"), "seed"),
        ([error('Invalid JSON payload received. Unknown name "seed": Cannot find field.')], "seed"),
        ({"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra inputs"}]}, "seed"),
        ({"object": "error", "message": "('body', 'provider'): Extra inputs are not permitted"}, "provider"),
        (error("This model does not support response format `json_schema`."), "response_format"),
        (error("Failed to generate JSON.", code="json_validate_failed", failed_generation="{tags"), "response_format"),
        ({"object": "error", "message": {"detail": [{"loc": ["body", "seed"], "msg": "Extra inputs"}]}}, "seed"),
        (error("This model only support stream mode, please enable the stream parameter."), "stream"),
        (
            error("Provider returned error", metadata={"raw": '{"error": {"message": "x", "param": "max_tokens"}}'}),
            "max_tokens",
        ),
    ],
)
def test_the_part_of_the_request_that_is_refused_is_named(body: Any, parameter: str) -> None:
    found = failure(400, {}, body)
    assert found is not None
    assert (found.category, found.parameter) == (REFUSED, parameter)


def test_a_good_answer_with_an_empty_error_is_no_failure() -> None:
    assert failure(200, {}, {"choices": [{"message": {"content": "x"}}], "error": None}) is None
