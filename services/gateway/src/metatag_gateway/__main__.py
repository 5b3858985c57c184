"""The gateway as a process of its own."""

from __future__ import annotations

from metatag_gateway.bootstrap import build
from metatag_gateway.settings import GatewaySettings
from metatag_runtime.process import run_room

if __name__ == "__main__":
    raise SystemExit(run_room("gateway", GatewaySettings, build))
