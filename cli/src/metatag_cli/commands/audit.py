"""`metatag audit`: the audit log, for an auditor or administrator."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from metatag_cli import screen
from metatag_cli.connect import JsonOption, ServerOption, need_server, plain_errors, server_client


def audit(
    *,
    actor: Annotated[str, typer.Option("--actor", help="Id of the account that did it.")] = "",
    action: Annotated[str, typer.Option("--action", help="What was done, such as document.read.")] = "",
    target: Annotated[str, typer.Option("--target", help="Id of what it was done to.")] = "",
    outcome: Annotated[str, typer.Option("--outcome", help="done, refused or failed.")] = "",
    since: Annotated[str, typer.Option("--since", help="Moment such as 2026-03-01T00:00:00Z.")] = "",
    before: Annotated[str, typer.Option("--before", help="Moment; entries of before it.")] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many entries.")] = 50,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show who did what, newest first."""
    wanted = {"actor_id": actor, "action": action, "target_id": target, "outcome": outcome}
    found: list[dict[str, object]] = []
    before_id = 0
    with plain_errors(), server_client(need_server(server)) as client:
        while len(found) < limit:
            rest = min(500, limit - len(found))
            page = client.audit(limit=rest, before_id=before_id, since=since, before=before, **wanted)
            found += page["entries"]
            before_id = page["next_before"] or 0
            if not before_id:
                break
    if as_json:
        screen.print_json(found)
        return
    table = Table("when", "who", "what", "to", "outcome", box=None, header_style="dim")
    for entry in found:
        who = str(entry["actor_id"] or entry["actor_kind"])
        what = f"{entry['target_kind']} {entry['target_id']}".strip()
        table.add_row(*map(Text, (str(entry["at"])[:19], who, str(entry["action"]), what, str(entry["outcome"]))))
    screen.show(table)
