"""The response style, in one place: envelope `{"success": true, "data": ...}` or flat, in answers and in OpenAPI."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from fastapi import APIRouter, FastAPI
from fastapi.responses import Response
from fastapi.routing import APIRoute, APIWebSocketRoute
from pydantic import BaseModel, create_model

from metatag_gateway.examples import answers as examples
from metatag_gateway.links import links
from metatag_gateway.schemas.common import Payload, Problem

Style = Literal["envelope", "flat"]
PayloadT = TypeVar("PayloadT", bound=BaseModel)


class Envelope(BaseModel, Generic[PayloadT]):
    """A success."""

    success: Literal[True] = True
    data: PayloadT


@dataclass(frozen=True, slots=True)
class Answer:
    """A payload with a status or headers of its own."""

    payload: Payload
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


def render(payload: Payload, style: Style) -> bytes:
    """Give the JSON body of a success."""
    body = payload.model_dump_json().encode()
    if payload.bare:
        return body
    if style == "envelope":
        return b'{"success":true,"data":' + body + b"}"
    return b'{"success":true,' + body[1:] if payload.flat_success else body


def mount(app: FastAPI, routers: Iterable[APIRouter], style: Style) -> None:
    """Add the routes to the app: endpoints that give a Payload answer in the style, others pass untouched."""
    app.state.examples = {}
    for router in routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                _mount_route(app, route, style)
            elif isinstance(route, APIWebSocketRoute):
                app.add_api_websocket_route(route.path, route.endpoint, route.name)


def _mount_route(app: FastAPI, route: APIRoute, style: Style) -> None:
    status = route.status_code or 200
    app.add_api_route(
        route.path,
        _styled(route.endpoint, style, status),
        methods=sorted(route.methods or {"GET"}),
        status_code=route.status_code,
        response_model=_shape(route.response_model, style),
        response_class=route.response_class,
        responses=_responses(app, route, style, status),
        tags=list(route.tags),
        summary=route.summary,
        description=route.description,
        operation_id=route.name,
        deprecated=route.deprecated,
        include_in_schema=route.include_in_schema,
        openapi_extra=route.openapi_extra,
    )


def _styled(endpoint: Callable[..., Awaitable[Any]], style: Style, status: int) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(endpoint)
    async def answer(*args: Any, **kwargs: Any) -> Any:
        found = await endpoint(*args, **kwargs)
        if isinstance(found, Payload):
            return Response(render(found, style), status, media_type="application/json")
        if isinstance(found, Answer):
            body = render(found.payload, style)
            return Response(body, found.status or status, dict(found.headers), "application/json")
        return found

    return answer


def _responses(app: FastAPI, route: APIRoute, style: Style, status: int) -> dict[int | str, dict[str, Any]]:
    """Give the described answers of a route: shapes in the style, and what follows on them; keep their examples."""
    found: dict[int | str, dict[str, Any]] = {}
    for code, entry in {status: {"model": route.response_model}, **route.responses}.items():
        # The main shape comes from the route itself.
        model = route.response_model if code == status else entry.get("model")
        described = {name: value for name, value in entry.items() if name != "model"}
        if model is Problem:
            # By name, and described once by `openapi.describe`: FastAPI would build a validator for each of a thousand.
            described["content"] = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
        elif model is not None and code != status:
            described["model"] = _shape(model, style)
        payload = examples.answer(route.name, int(code))
        if payload is not None:
            # Beside the routes, because FastAPI would take every null out of it.
            app.state.examples[route.name, str(code)] = _dressed(payload, model, style)
        if follow := links(route.name, int(code), "/data" if _is_enveloped(model, style) else ""):
            described["links"] = follow
        if described:
            found[code] = described
    return found


def _is_enveloped(model: Any, style: Style) -> bool:
    return style == "envelope" and isinstance(model, type) and issubclass(model, Payload) and not model.bare


def _dressed(payload: dict[str, Any], model: Any, style: Style) -> dict[str, Any]:
    """Give an example as it leaves."""
    if _is_enveloped(model, style):
        return {"success": True, "data": payload}
    flat_success = isinstance(model, type) and issubclass(model, Payload) and model.flat_success and not model.bare
    return {"success": True, **payload} if flat_success else payload


def _shape(model: Any, style: Style) -> Any:
    """Give the model that describes the body as it leaves."""
    if not (isinstance(model, type) and issubclass(model, Payload)) or model.bare:
        return model
    if style == "envelope":
        return Envelope[model]
    return _with_success(model) if model.flat_success else model


@functools.cache
def _with_success(model: type[Payload]) -> type[BaseModel]:
    return create_model(model.__name__ + "Flat", __base__=model, success=(Literal[True], True))
