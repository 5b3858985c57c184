"""Posting what happened: one webhook after the other in order, side by side, each bounded; tries with an end."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence

import structlog

from metatag_jobs.errors import SourceRefused, SourceUnavailable
from metatag_jobs.ports import KeyBox, Leadership
from metatag_jobs.webhooks.model import Due, Outcome
from metatag_jobs.webhooks.signing import headers
from metatag_jobs.webhooks.stores import Poster, WebhookStore
from metatag_runtime.loops import is_cancelling

log = structlog.get_logger("metatag.jobs.webhooks")

# Seconds: between two looks, and of one post.
PERIOD = 1.0
POST_SECONDS = 10.0
_FORGET_PERIOD = 300.0
# Webhooks posted to at once.
AT_ONCE = 16
# Seconds before each further try, a half more or less; after the last the webhook is disabled.
WAITS = (5.0, 30.0, 120.0, 600.0, 1_800.0, 7_200.0, 18_000.0, 36_000.0)
_GONE = 410


class WebhookDeliverer:
    """A service of the host; works only while this process leads."""

    name = "jobs-webhooks"

    def __init__(
        self,
        store: WebhookStore,
        poster: Poster,
        keys: KeyBox,
        leadership: Leadership,
        *,
        keep_ended: float,
        period: float = PERIOD,
        waits: Sequence[float] = WAITS,
    ) -> None:
        """`keep_ended`: seconds that ended deliveries stay in the log."""
        self._store = store
        self._poster = poster
        self._keys = keys
        self._leadership = leadership
        self._keep_ended = keep_ended
        self._period = period
        self._waits = waits
        self._task: asyncio.Task[None] | None = None
        # What is posted to now, by webhook.
        self._posting: dict[str, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._keep_delivering(), name=self.name)

    async def wait(self) -> None:
        """Never ends by itself."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """End; what is under way is posted again after the next start."""
        tasks = [task for task in (self._task, *self._posting.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _keep_delivering(self) -> None:
        forgotten = float("-inf")
        while not is_cancelling():
            await asyncio.sleep(self._period)
            try:
                if await self._leadership.leads():
                    await self._round()
                    if time.monotonic() - forgotten > _FORGET_PERIOD:
                        forgotten = time.monotonic()
                        await self._store.forget(self._keep_ended)
            except Exception as error:
                log.warning("webhooks not looked at", error=type(error).__name__)

    async def _round(self) -> None:
        await self._store.collect()
        self._posting = {each: task for each, task in self._posting.items() if not task.done()}
        for webhook_id, dues in (await self._store.due(list(self._posting))).items():
            if len(self._posting) >= AT_ONCE:
                return
            self._posting[webhook_id] = asyncio.create_task(self._post_all(dues), name=f"webhook-{webhook_id}")

    async def _post_all(self, dues: Sequence[Due]) -> None:
        """Post in order, up to the first that fails: what follows waits behind it."""
        for due in dues:
            outcome = await self._post(due)
            await self._store.record(due, outcome)
            if not outcome.delivered:
                log.info("webhook not delivered", webhook=due.webhook_id, tries=due.tries + 1, status=outcome.status)
                return

    async def _post(self, due: Due) -> Outcome:
        body = due.body.encode()
        status, error = 0, ""
        try:
            secrets = [self._keys.open(due.webhook_id, sealed) for sealed in due.secrets]
            async with asyncio.timeout(POST_SECONDS):
                status = await self._poster.post(due.url, headers(due.id, int(time.time()), body, secrets), body)
        except TimeoutError:
            error = f"The address did not answer within {POST_SECONDS:g} seconds."
        except (SourceRefused, SourceUnavailable) as refused:
            error = refused.message
        except ValueError:
            error = "The secret cannot be read any more; rotate it."
        if 200 <= status < 300:
            return Outcome(True, status)
        if 300 <= status < 400:
            error = f"The address answered {status}; redirects are not followed."
        return self._failed(due.tries, status, error or f"The address answered {status}.")

    def _failed(self, tries: int, status: int, error: str) -> Outcome:
        if status == _GONE:
            return Outcome(False, status, error, disabled="The address answered 410: it wants no more events.")
        if tries >= len(self._waits):
            return Outcome(False, status, error, disabled=f"{tries + 1} tries failed; the last: {error}")
        wait = self._waits[tries] * random.uniform(0.5, 1.5)  # noqa: S311  jitter, no secret
        return Outcome(False, status, error, again=wait)
