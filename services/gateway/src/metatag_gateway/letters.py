"""The words of the mails about accounts, in English and Hindi, and the way in which they leave."""

from __future__ import annotations

import asyncio
from datetime import datetime

import structlog

from metatag_gateway.account_ports import Mailer
from metatag_gateway.model.account_links import Letter
from metatag_runtime.errors import MetatagError

log = structlog.get_logger("metatag.mail")

# Letters under way at once, and tries of each. One more is dropped, and told of by the log.
MAX_UNDER_WAY = 100
TRIES = 3
WAIT_SECONDS = 5.0

_INVITATION = """You are invited to metatag. Choose a password before {until} UTC:

{url}

If you do not know why, leave this mail alone: nothing happens then.

आपको metatag पर आमंत्रित किया गया है। {until} UTC से पहले ऊपर के पते पर अपना पासवर्ड चुनें।
यदि आप इसका कारण नहीं जानते, तो इस मेल को छोड़ दें: कुछ नहीं होगा।
"""
_RESET = """Somebody, you we hope, has forgotten the password of this account of metatag.
Choose a new one before {until} UTC:

{url}

If it was not you, leave this mail alone: your password stays.

किसी ने, शायद आपने, metatag के इस खाते का पासवर्ड भूलने की सूचना दी है। {until} UTC से पहले ऊपर के पते पर नया पासवर्ड चुनें।
यदि यह आप नहीं थे, तो इस मेल को छोड़ दें: आपका पासवर्ड वही रहेगा।
"""


def invitation(to: str, url: str, until: datetime) -> Letter:
    """Return the mail with the link of an invitation."""
    return Letter(to, "An account of metatag · metatag का खाता", _INVITATION.format(url=url, until=_moment(until)))


def reset(to: str, url: str, until: datetime) -> Letter:
    """Return the mail with the link of a reset."""
    return Letter(to, "Your password · आपका पासवर्ड", _RESET.format(url=url, until=_moment(until)))


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


class Outbox:
    """Hands letters over in the background: no answer tells by its time whether there was one."""

    def __init__(self, mailer: Mailer | None, page_url: str, *, wait_seconds: float = WAIT_SECONDS) -> None:
        """`page_url` is where people find the page, without a slash at its end."""
        self._mailer = mailer
        self._page_url = page_url
        self._wait_seconds = wait_seconds
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_open(self) -> bool:
        """Whether letters leave at all."""
        return self._mailer is not None

    def link(self, place: str, token: str) -> str:
        """Return the address of a place of the page. The token stands behind `#`: no server and no log sees it."""
        return f"{self._page_url}/app/#/{place}/{token}" if self._page_url else ""

    def post(self, letter: Letter) -> None:
        """Send a letter soon."""
        if self._mailer is None:
            return
        if len(self._tasks) >= MAX_UNDER_WAY:
            log.error("mail not sent: too much is under way", subject=letter.subject)
            return
        task = asyncio.create_task(self._send(self._mailer, letter))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Drop what is under way."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _send(self, mailer: Mailer, letter: Letter) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                await mailer.send(letter)
            except MetatagError as error:
                log.warning("mail not sent", attempt=attempt, reason=error.message)
                if attempt < TRIES:
                    await asyncio.sleep(self._wait_seconds * 2**attempt)
            else:
                log.info("mail sent", subject=letter.subject)
                return
        log.error("mail given up", subject=letter.subject)
