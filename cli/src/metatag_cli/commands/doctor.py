"""`metatag doctor`: what is here, what is missing and how to get it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer
from rich.text import Text

from metatag_cli import checkup, screen
from metatag_cli.checkup import Finding
from metatag_cli.connect import JsonOption, ServerOption
from metatag_runtime.grpc_tls import TlsSettings, use_tls
from metatag_runtime.settings import SettingsError

MARKS = {"ok": Text("✓", style="green"), "note": Text("!", style="yellow"), "bad": Text("✗", style="red")}


def doctor(
    port: Annotated[int, typer.Option(envvar="METATAG_GATEWAY_PORT", help="Port that serve would take.")] = 8000,
    data_dir: Annotated[Path | None, typer.Option(envvar="METATAG_CLI_DATA_DIR", show_default=False)] = None,
    *,
    server: ServerOption = None,
    cluster: Annotated[
        bool, typer.Option("--cluster", help="Look at a cluster from inside it, by the services' own variables.")
    ] = False,
    inside_ocr: Annotated[
        str, typer.Option(help="Command that runs another inside an ocr container, to see its walls.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Say what this machine has, what it lacks and how to get it; with --server also how that server is."""
    if cluster:
        findings = _examine_cluster(server or "http://gateway:8000", inside_ocr)
        verdict = ("The cluster is well.", "Something is wrong, see above.")
    else:
        findings = list(checkup.examine(port, data_dir))
        verdict = ("Ready: metatag serve", "Something is missing, see above.")
    if server and not cluster:
        findings.append(_ask(server))
    bad = [finding for finding in findings if finding.level == "bad"]
    if as_json:
        screen.print_json([vars(finding) for finding in findings])
    else:
        _print(findings, verdict[bool(bad)], "red" if bad else "green")
    raise typer.Exit(screen.FAILED if bad else screen.OK)


def _examine_cluster(server: str, inside_ocr: str) -> list[Finding]:
    # Imported where it is asked for: database and object store clients take a second to load.
    from metatag_cli.cluster.config import Asked
    from metatag_cli.cluster.examine import examine

    try:
        use_tls(TlsSettings.load())
        asked = Asked.from_environment(server if "://" in server else f"http://{server}", inside_ocr)
    except (SettingsError, OSError, ValueError) as error:
        screen.fail(str(error), screen.USAGE)
    return asyncio.run(examine(asked))


def _print(findings: list[Finding], verdict: str, style: str) -> None:
    screen.out.print()
    width = max(12, *(len(finding.what) for finding in findings)) + 1
    for finding in findings:
        line = Text.assemble("  ", MARKS[finding.level], f" {finding.what:<{width}}", finding.found)
        screen.out.print(line, soft_wrap=True)
        if finding.level != "ok" and finding.remedy:
            screen.out.print(Text(f"{'':<{width + 4}}{finding.remedy}", style="dim"), soft_wrap=True)
    screen.out.print(Text(f"\n  {verdict}\n", style=style))


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
