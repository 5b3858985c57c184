"""The walls of ocr, seen from inside it: nothing that the rest of the system reaches may be reached from there."""

from __future__ import annotations

import asyncio
import json
import shlex
from collections.abc import Sequence

from metatag_cli.checkup import Finding

_TRY = (
    "import json, socket, sys\n"
    "def reached(target):\n"
    "    host, _, port = target.rpartition(':')\n"
    "    try:\n"
    "        socket.create_connection((host.strip('[]'), int(port)), 2).close()\n"
    "    except OSError:\n"
    "        return False\n"
    "    return True\n"
    "print(json.dumps([each for each in sys.argv[1:] if reached(each)]))\n"
)
# Addresses of the world that answer for certain, and where clouds keep their credentials.
WORLD = ("1.1.1.1:443", "8.8.8.8:53", "169.254.169.254:80")
_PATIENCE = 120.0
BY_HAND = 'metatag doctor --cluster --inside-ocr "kubectl -n metatag exec deploy/ocr --"'


async def ocr(inside: str, targets: Sequence[str]) -> Finding:
    """Try to open connections from inside an ocr container; `inside` is the command that runs another there."""
    if not inside:
        return Finding("Walls of ocr", "note", "not seen from here", f"Where kubectl or docker is: {BY_HAND}")
    targets = [*targets, *WORLD]
    try:
        async with asyncio.timeout(_PATIENCE):
            process = await asyncio.create_subprocess_exec(
                *shlex.split(inside), "python", "-c", _TRY, *targets,
                stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
            )  # fmt: skip
            answer, complaint = await process.communicate()
        reached = json.loads(answer)
    except (OSError, ValueError, TimeoutError) as error:
        return Finding(
            "Walls of ocr", "bad", f"`{inside}` did not run a program in ocr ({type(error).__name__})",
            "It must run a command inside an ocr container and show its output.",
        )  # fmt: skip
    if process.returncode:
        last = (complaint.decode(errors="replace").strip().splitlines() or [""])[-1]
        return Finding("Walls of ocr", "bad", f"`{inside}` ended with {process.returncode}: {last}", "")
    if reached:
        return Finding(
            "Walls of ocr", "bad", f"ocr reaches {', '.join(reached)}; it must reach nothing",
            "Does the network plug-in enforce NetworkPolicies? In compose: is ocr on `recognition` alone?",
        )  # fmt: skip
    return Finding("Walls of ocr", "ok", f"none of {len(targets)} addresses is reached from inside ocr")
