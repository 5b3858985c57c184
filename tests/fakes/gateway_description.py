"""The description of the gateway's API, without a running gateway."""

from __future__ import annotations

from dataclasses import fields
from typing import Any, cast

from metatag_gateway.app import create_app
from metatag_gateway.openapi import describe
from metatag_gateway.routes.dependencies import Dependencies
from metatag_gateway.settings import GatewaySettings


def described(**settings: Any) -> dict[str, Any]:
    """Give the OpenAPI document under some settings."""
    chosen = GatewaySettings(database_url="sqlite+aiosqlite://", secret_key="x" * 32, **settings)
    app = create_app(Dependencies(chosen, *[cast(Any, None)] * (len(fields(Dependencies)) - 1)))
    return describe(app, version="2.0.0", max_pages=chosen.max_pages)
