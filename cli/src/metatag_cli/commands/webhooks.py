"""`metatag webhook`: addresses to which events are posted, and what came of each post."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from metatag_cli import screen
from metatag_cli.connect import JsonOption, ServerOption, need_server, plain_errors, server_client
from metatag_cli.help import Command
from metatag_client.models import Json

app = typer.Typer(help="Have events posted to your own programs.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="WEBHOOK", help="Its id, as `metatag webhook list` shows it.")]


@app.command("list", cls=Command)
def list_(*, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """List your webhooks."""
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.webhooks()
    if as_json:
        screen.print_json(found)
        return
    table = _table("id", "address", "state", "events")
    for each in found:
        state = "active" if each["active"] else each["problem"] or "paused"
        table.add_row(each["id"], Text(each["url"], style="cyan"), Text(state), ", ".join(each["events"]))
    screen.show(table)


@app.command(cls=Command)
def create(
    url: Annotated[str, typer.Argument(metavar="URL", help="A public https address.")],
    *,
    event: Annotated[list[str] | None, typer.Option(help="An event to post; give it often. All by default.")] = None,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have events posted to an address. The secret that signs them is shown this once."""
    with plain_errors(), server_client(need_server(server)) as client:
        made = client.create_webhook(url, *(event or ()))
    if as_json:
        screen.print_json(made)
        return
    screen.out.print(f"{made['id']}\nsecret: {made['secret']}", soft_wrap=True)


@app.command("test", cls=Command)
def send_test(webhook: Id, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Post a test event; `metatag webhook deliveries` says what came of it."""
    with plain_errors(), server_client(need_server(server)) as client:
        delivery = client.test_webhook(webhook)
    screen.print_json({"delivery_id": delivery}) if as_json else screen.out.print(delivery)


@app.command(cls=Command)
def deliveries(webhook: Id, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Show the last events for a webhook, newest first."""
    with plain_errors(), server_client(need_server(server)) as client:
        found = client.webhook_deliveries(webhook)
    if as_json:
        screen.print_json(found)
        return
    table = _table("id", "event", "state", "tries", "answer")
    for each in found:
        answer = Text(_answer(each))
        table.add_row(each["id"], Text(each["event"], style="cyan"), each["state"], str(each["tries"]), answer)
    screen.show(table)


@app.command(cls=Command)
def retry(
    webhook: Id,
    delivery: Annotated[str, typer.Argument(metavar="DELIVERY", help="Its id, as `deliveries` shows it.")],
    *,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Post an event again."""
    with plain_errors(), server_client(need_server(server)) as client:
        made = client.retry_webhook_delivery(webhook, delivery)
    screen.print_json(made) if as_json else screen.out.print("It is posted again in a moment.")


@app.command(cls=Command)
def pause(webhook: Id, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Post nothing until it is resumed; what happens meanwhile is not posted later."""
    _change(webhook, server, as_json, active=False)


@app.command(cls=Command)
def resume(webhook: Id, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Post what happens from now on."""
    _change(webhook, server, as_json, active=True)


@app.command(cls=Command)
def delete(webhook: Id, *, server: ServerOption = None, as_json: JsonOption = False) -> None:
    """Remove a webhook and what it was to be told."""
    with plain_errors(), server_client(need_server(server)) as client:
        client.delete_webhook(webhook)
    screen.print_json({"id": webhook}) if as_json else screen.out.print("Deleted.")


def _change(webhook: str, server: str | None, as_json: bool, *, active: bool) -> None:
    with plain_errors(), server_client(need_server(server)) as client:
        changed = client.change_webhook(webhook, active=active)
    screen.print_json(changed) if as_json else screen.out.print("Active." if active else "Paused.")


def _answer(delivery: Json) -> str:
    status = f"HTTP {delivery['status']}" if delivery["status"] else ""
    return " ".join(part for part in (status, delivery["error"] or "") if part)


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
