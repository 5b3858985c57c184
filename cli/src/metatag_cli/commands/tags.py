"""`metatag tags`: the tags of the documents on a server, changed in all of them at once."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from metatag_cli import screen
from metatag_cli.connect import JsonOption, ServerOption, need_server, plain_errors, server_client
from metatag_cli.help import Command
from metatag_client.models import Json

app = typer.Typer(help="See and change the tags of your documents on a server.", no_args_is_help=True)
Old = Annotated[str, typer.Argument(metavar="TAG", help="The tag, as `metatag tags list` writes it.")]
Tags = Annotated[list[str], typer.Argument(metavar="TAG...", help="Tags, as `metatag tags list` writes them.")]
Wait = Annotated[bool, typer.Option("--wait/--no-wait", help="Wait until all documents are changed.")]


@app.command("list", cls=Command)
def list_all(
    prefix: Annotated[str, typer.Argument(help="How the tags begin.")] = "",
    *,
    sort: Annotated[str, typer.Option(help="count, name or latest.")] = "count",
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """List tags with the number of their documents, and how many came in each of the last 8 weeks."""
    if sort not in ("count", "name", "latest"):
        screen.fail("--sort is count, name or latest.", screen.USAGE)
    with plain_errors(), server_client(need_server(server)) as client:
        found, total = client.tags(prefix, sort=sort, limit=limit)
    if as_json:
        screen.print_json(found)
    elif found:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim", pad_edge=False)
        table.add_column("tag")
        table.add_column("documents", justify="right")
        table.add_column("last 8 weeks", justify="right")
        for entry in found:
            weeks = " ".join(str(count) for count in entry["trend"])
            table.add_row(Text(entry["tag"], style="cyan"), f"{entry['count']:,}", weeks)
        screen.show(table)
        if total > len(found):
            screen.err.print(f"{total - len(found):,} more; --limit shows up to 200, a beginning narrows them.")
    else:
        screen.err.print("No tags begin like this." if prefix else "Your documents have no tags yet.")


@app.command(cls=Command)
def rename(
    tag: Old,
    name: Annotated[str, typer.Argument(help="The new name.")],
    *,
    wait: Wait = True,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a tag another name in all documents; one that is taken is refused, merge instead."""
    _change("rename", [tag], name, wait=wait, server=server, as_json=as_json)


@app.command(cls=Command)
def merge(
    tags: Tags,
    *,
    into: Annotated[str, typer.Option("--into", help="The tag that stays.")],
    wait: Wait = True,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make several tags one in all documents."""
    _change("merge", tags, into, wait=wait, server=server, as_json=as_json)


@app.command(cls=Command)
def delete(
    tags: Tags,
    *,
    wait: Wait = True,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take tags away from all documents; the documents stay."""
    _change("delete", tags, None, wait=wait, server=server, as_json=as_json)


@app.command(cls=Command)
def undo(
    change: Annotated[str, typer.Argument(help="Id of the change, as the other commands print it.")],
    *,
    wait: Wait = True,
    server: ServerOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take a change back in all documents that were not changed since."""
    with plain_errors(), server_client(need_server(server)) as client:
        job = client.undo_tag_job(change)
        _say(client.wait_for_tag_job(change) if wait else job, as_json=as_json)


def _change(action: str, tags: list[str], to: str | None, *, wait: bool, server: str | None, as_json: bool) -> None:
    with plain_errors(), server_client(need_server(server)) as client:
        job = client.change_tags(action, tags, to)
        _say(client.wait_for_tag_job(job["id"]) if wait else job, as_json=as_json)


def _say(job: Json, *, as_json: bool) -> None:
    """Print how a change ended; the command fails with one that did."""
    if as_json:
        screen.print_json(dict(job))
    elif job["state"] == "undone":
        left = f" {job['left']:,} were changed since and stay as they are." if job["left"] else ""
        screen.out.print(f"{job['restored']:,} documents are as they were.{left}", soft_wrap=True)
    elif job["state"] == "completed":
        screen.out.print(
            f"{job['changed']:,} documents changed. To undo: metatag tags undo {job['id']}", soft_wrap=True
        )
    elif job["state"] != "failed":
        screen.out.print(f"The change {job['id']} goes on in the background.", soft_wrap=True)
    if job["state"] == "failed":
        screen.fail(job["error_message"] or "The change could not be finished.")
