"""`metatag watch-folder`: PDFs are sent as they appear in a folder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

import typer

from metatag_cli import screen
from metatag_cli.connect import (
    FolderTagsOption,
    LanguageOption,
    OcrOption,
    ServerOption,
    TaggerOption,
    need_server,
    plain_errors,
    server_client,
)
from metatag_cli.data_dir import default_data_dir
from metatag_cli.watched_folder import Ready, SentFiles, WatchedFolder, move, place_of
from metatag_client import ApiError, Client, NotSignedIn, Options, Unreachable

# Files of one batch.
MAX_FILES = 200


def watch_folder(
    folder: Annotated[Path, typer.Argument(help="Folder to watch, with what lies below it.")],
    *,
    server: ServerOption = None,
    every: Annotated[float, typer.Option(min=0.5, max=3600, help="Seconds between two looks.")] = 5.0,
    folder_tags: FolderTagsOption = False,
    move_to: Annotated[
        Path | None, typer.Option("--move-to", help="Folder for files that were sent.", show_default=False)
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Send what is there now, and end.")] = False,
    pages: Annotated[int | None, typer.Option(min=1, help="Pages to read from the front.")] = None,
    tags: Annotated[int | None, typer.Option(min=3, max=15, help="Tags wanted.")] = None,
    ocr: OcrOption = None,
    language: LanguageOption = None,
    tagger: TaggerOption = None,
) -> None:
    """Send PDFs to a server as they appear in a folder, each content once, over restarts too.

    A file is sent when two looks find it unchanged and its end is that of a PDF. Batches are named by the folder.
    """
    if not folder.is_dir():
        screen.fail(f"There is no folder {folder}.", screen.USAGE)
    options = Options(pages=pages, tags=tags, ocr=ocr, languages=language or (), tagger=tagger, folder_tags=folder_tags)
    address = need_server(server)
    place = place_of(address, folder)
    with plain_errors(), server_client(address) as client, closing(SentFiles(_memory())) as sent:
        watched = WatchedFolder(folder, place, sent, move_to)
        sender = _Sender(client, folder.resolve().name, options, sent, place, move_to)
        sender.send(watched.look())
        while True:
            time.sleep(every)
            sender.send(watched.look())
            if once:
                return


def _memory() -> Path:
    return default_data_dir() / "watched-folders.sqlite"


@dataclass(frozen=True)
class _Sender:
    """Sends what is ready, as batches; `done` is where files go then, None: they stay."""

    client: Client
    name: str
    options: Options
    sent: SentFiles
    place: str
    done: Path | None

    def send(self, ready: Sequence[Ready]) -> None:
        """Send files that were not sent, some at a time, and move those that the server has."""
        self._move([each for each in ready if each.job_id])
        new = [each for each in ready if each.job_id is None]
        for start in range(0, len(new), MAX_FILES):
            self._move(self._send(new[start : start + MAX_FILES]))

    def _move(self, files: Sequence[Ready]) -> None:
        if self.done is None:
            return
        for each in files:
            try:
                move(each.path, self.done, each.folder)
            except OSError as error:
                screen.err.print(f"{each.path} stays: {error.strerror or error}", style="yellow", markup=False)

    def _send(self, ready: Sequence[Ready]) -> Sequence[Ready]:
        """Send files as one batch and return those that the server has now."""
        try:
            uploads = self.client.upload([each.path for each in ready])
            kept = [(each, upload) for each, upload in zip(ready, uploads, strict=True) if upload.error is None]
            rows = [replace(upload.row(), folder=each.folder) for each, upload in kept]
            job = self.client.start_batch(rows, self.options, source_name=self.name).id if rows else ""
        except NotSignedIn:
            raise
        except (ApiError, Unreachable, OSError) as error:
            # The server is away, or a file went meanwhile: the next look finds them again.
            screen.err.print(f"not sent, trying again: {error}", style="yellow", markup=False)
            return ()
        for each, upload in zip(ready, uploads, strict=True):
            if upload.error is not None:
                self.sent.add(self.place, [each.sha256], "")
                screen.err.print(f"{each.path}: refused: {upload.error}", style="red", markup=False)
        if job:
            self.sent.add(self.place, [each.sha256 for each, _ in kept], job)
            screen.out.print(f"{job}  {len(rows)} documents", markup=False, soft_wrap=True)
        return [each for each, _ in kept]
