"""A mail server that keeps what comes in."""

from __future__ import annotations

import email
import email.policy
import queue
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiosmtpd.controller import Controller

from fakes.ports import free_port


class MailServer:
    """`letters` holds pairs of whom a letter is to and its text, as they came in."""

    def __init__(self) -> None:
        self.port = free_port()
        self.letters: queue.Queue[tuple[str, str]] = queue.Queue()
        # So many letters are put off before one is taken.
        self.refuses = 0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            self.refuses -= 1
            return "451 try again"
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.letters.put((envelope.rcpt_tos[0], message.get_content()))
        return "250 OK"

    def link(self, place: str) -> tuple[str, str]:
        """Wait for the next letter; return whom it is to, and the secret of its link to a place of the page."""
        to, text = self.letters.get(timeout=60)
        found = re.search(rf"/app/#/{place}/(\S+)", text)
        assert found is not None, text
        return to, found[1]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    """Run a mail server in a thread of its own."""
    found = MailServer()
    controller = Controller(found, hostname="127.0.0.1", port=found.port)
    controller.start()
    try:
        yield found
    finally:
        controller.stop()
