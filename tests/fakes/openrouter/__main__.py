"""Starts the fake by hand and says how to point metatag at it."""

from __future__ import annotations

import argparse
import asyncio

from fakes.openrouter.scenarios import SCENARIOS
from fakes.openrouter.server import GOOD_KEY, FakeOpenRouter


async def _serve(host: str, port: int) -> None:
    async with FakeOpenRouter(host=host, port=port) as fake:
        print(f"A fake OpenRouter listens on {fake.url}. Point metatag at it from another terminal:\n")
        print(f"  export METATAG_TAGGER_LLM_BASE_URL={fake.url}")
        print(f"  export METATAG_TAGGER_LLM_KEY={GOOD_KEY}")
        print("  make run\n")
        print("Its answers are made from the document's own words. Models that misbehave, for trying out failures:")
        print("  " + ", ".join(f"fake/{name}" for name in SCENARIOS) + "\n", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8089)
    arguments = parser.parse_args()
    try:
        asyncio.run(_serve(arguments.host, arguments.port))
    except KeyboardInterrupt:
        print("stopped")


if __name__ == "__main__":
    main()
