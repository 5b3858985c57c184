"""`metatag doctor`: what is here, what is missing and how to get it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.text import Text

from metatag_cli import checkup, screen
from metatag_cli.checkup import Finding
from metatag_cli.connect import JsonOption, ServerOption

MARKS = {"ok": Text("✓", style="green"), "note": Text("!", style="yellow"), "bad": Text("✗", style="red")}


def doctor(
    port: Annotated[int, typer.Option(envvar="METATAG_GATEWAY_PORT", help="Port that serve would take.")] = 8000,
    data_dir: Annotated[Path | None, typer.Option(envvar="METATAG_CLI_DATA_DIR", show_default=False)] = None,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what this machine has, what it lacks and how to get it; with --server also how that server is."""
    findings = list(checkup.examine(port, data_dir))
    if server:
        findings.append(_ask(server))
    bad = [finding for finding in findings if finding.level == "bad"]
    if as_json:
        screen.print_json([vars(finding) for finding in findings])
    else:
        _print(findings, len(bad))
    raise typer.Exit(screen.FAILED if bad else screen.OK)


def _print(findings: list[Finding], bad: int) -> None:
    screen.out.print()
    for finding in findings:
        line = Text.assemble("  ", MARKS[finding.level], f" {finding.what:<12}", finding.found)
        screen.out.print(line, soft_wrap=True)
        if finding.level != "ok" and finding.remedy:
            screen.out.print(Text(f"{'':<16}{finding.remedy}", style="dim"), soft_wrap=True)
    verdict = "Something is missing, see above." if bad else "Ready: metatag serve"
    screen.out.print(Text(f"\n  {verdict}\n", style="red" if bad else "green"))


def _ask(server: str) -> Finding:
    try:
        answer = httpx.get(f"{server.rstrip('/')}/api/health", timeout=10)
        body: dict[str, Any] = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        return Finding("Server", "bad", f"{server} does not answer ({error})", "Is it running? metatag serve")
    health = body.get("data", body)
    status = str(health.get("status", "unknown"))
    return Finding(
        "Server", "ok" if status == "healthy" else "bad", f"{server} is {status}", str(health.get("message", ""))
    )
