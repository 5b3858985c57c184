"""The gateway as a process of its own."""

from __future__ import annotations

import sys

from metatag_gateway.bootstrap import build
from metatag_gateway.settings import GatewaySettings
from metatag_runtime.process import run_service

if __name__ == "__main__":
    if sys.platform == "win32":
        raise SystemExit(run_service("gateway", GatewaySettings, build))
    # The loop takes a third of a short request in asyncio's own; this one is written in C.
    from uvloop import new_event_loop

    raise SystemExit(run_service("gateway", GatewaySettings, build, new_event_loop))
