"""Mail through an SMTP server of the operator's."""

from __future__ import annotations

import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Literal

import aiosmtplib

from metatag_gateway.model.account_links import Letter
from metatag_runtime.errors import Unavailable

# One letter, the connection included.
SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SmtpOptions:
    """Where mail goes, and as whose it does."""

    host: str
    port: int
    sender: str
    # `starttls` and `tls` are refused by a server without a certificate that holds.
    security: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)


class SmtpMailer:
    """Keeps the promises of account_ports.Mailer."""

    def __init__(self, options: SmtpOptions) -> None:
        self._options = options

    async def send(self, letter: Letter) -> None:
        """Send on a connection of its own."""
        options = self._options
        context = None if options.security == "none" else ssl.create_default_context()
        try:
            await aiosmtplib.send(
                self._message(letter),
                recipients=[letter.to],
                sender=options.sender,
                hostname=options.host,
                port=options.port,
                username=options.user or None,
                password=options.password or None,
                use_tls=options.security == "tls",
                start_tls=options.security == "starttls",
                tls_context=context,
                timeout=SECONDS,
            )
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            # What the server said may hold the address.
            raise Unavailable(f"The mail server did not take a letter ({type(error).__name__}).") from None

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"], message["To"], message["Subject"] = self._options.sender, letter.to, letter.subject
        message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain="metatag.invalid")
        # No answer of a machine is wanted.
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message
