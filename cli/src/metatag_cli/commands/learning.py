"""`metatag learning`: what your corrections teach, and how good the machine's tags were by them."""

from __future__ import annotations

from typing import Any

import typer
from rich.table import Table
from rich.text import Text

from metatag_cli import screen
from metatag_cli.connect import JsonOption, ServerOption, need_server, plain_errors, server_client
from metatag_cli.help import Command
from metatag_client.models import Json

app = typer.Typer(help="See, switch and forget what your corrections teach.", no_args_is_help=True)
SHOWN = 20


@app.command(cls=Command)
def show(*, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Show what became of which tags."""
    with plain_errors(), server_client(need_server(server)) as client:
        _print(client.learning(), as_json)


@app.command(cls=Command)
def on(*, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Learn from your corrections."""
    with plain_errors(), server_client(need_server(server)) as client:
        _print(client.set_learning(True), as_json)


@app.command(cls=Command)
def off(*, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Learn nothing, and use nothing that was learnt."""
    with plain_errors(), server_client(need_server(server)) as client:
        _print(client.set_learning(False), as_json)


@app.command(cls=Command)
def forget(*, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Forget what was learnt; documents and their history stay."""
    with plain_errors(), server_client(need_server(server)) as client:
        count = client.forget_learning()
    screen.print_json({"documents": count}) if as_json else screen.out.print(f"Forgotten: {count} documents.")


@app.command(cls=Command)
def evaluate(*, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Compare the machine's tags with those that you left: F1, NDCG, precision by rank, facets."""
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.evaluation()
    if as_json:
        screen.print_json(dict(found))
        return
    table = _table("documents", "F1@5", "F1@10", "NDCG", "precision at 1, 3, 5, 10", "facets")
    ranks = "  ".join(f"{found['precision_by_rank'][rank - 1]:.2f}" for rank in (1, 3, 5, 10))
    coverage: dict[str, Any] = dict(found["facet_coverage"])
    table.add_row(
        str(found["documents"]),
        f"{100 * found['f1_at_5']:.1f}",
        f"{100 * found['f1_at_10']:.1f}",
        f"{found['ndcg']:.3f}",
        ranks,
        ", ".join(f"{kind} {100 * share:.0f} %" for kind, share in coverage.items()),
    )
    screen.show(table)


def _print(found: Json, as_json: bool) -> None:
    if as_json:
        screen.print_json(dict(found))
        return
    state = "on" if found["enabled"] else "off"
    screen.out.print(
        f"Learning is {state}; {found['documents']} documents: {found['kept']} tags kept, {found['removed']} removed, "
        f"{found['added']} added.",
        soft_wrap=True,
    )
    if found["tags"]:
        table = _table("tag", "kept", "removed", "added")
        for each in found["tags"][:SHOWN]:
            table.add_row(Text(each["tag"], style="cyan"), *(str(each[name]) for name in ("kept", "removed", "added")))
        screen.show(table)


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
