"""Why a job that is watched stands still: asked for while its events are silent."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Self

from metatag_client import Client, Job, MetatagClientError, Unreachable

# Silence, in seconds, after which the server is asked for the reason, and the time between questions. A page of a scan
# takes a few seconds; an answer costs the server one small read.
SILENCE = 4.0
BETWEEN = 5.0
# Silence after which a job that names no reason is taken to wait for a service.
LONG_SILENCE = 15.0
# The same reason with another time is told again after so many seconds.
REPEAT = 60.0

# What jobs and the page end such sentences with; the time, when there is one, says it better.
_BY_ITSELF = re.compile(r"; the job goes on by itself\.?$")
_DIGITS = re.compile(r"[\d:-]+")
_IN_A_MOMENT = re.compile(r"; try again in a moment\.?$")


def reason_of(job: Job) -> str:
    """Give why a job is paused or waits, and when it goes on by this machine's clock; empty when it does neither."""
    if job.ended or not job.error:
        return ""
    until = clock(job.waits_until)
    if not until:
        return job.error
    return f"{_BY_ITSELF.sub('', job.error).rstrip('.')}. It goes on by itself at {until}."


def clock(moment: str) -> str:
    """Give the time of day of an ISO 8601 moment on this machine, with the date when that is not today."""
    if not moment:
        return ""
    local = datetime.fromisoformat(moment).astimezone()
    today = local.date() == datetime.now().astimezone().date()
    return f"{local:%H:%M:%S}" if today else f"{local:%Y-%m-%d %H:%M:%S}"


def reason(client: Client, job_id: str, silent: float) -> tuple[str, str]:
    """Ask why a job stands still; give the word for its state and the reason, both empty where there is none."""
    try:
        job = client.status(job_id)
        why = reason_of(job)
        if job.status == "paused":
            return "paused", why or f"It goes on with: metatag jobs {job_id} --resume"
        if why or job.ended or silent < LONG_SILENCE:
            return ("waiting" if why else ""), why
        return _services(client)
    except Unreachable:
        return "waiting", f"{client.base_url} does not answer just now; the job goes on without us, and we try again."
    except MetatagClientError:
        # The watching itself meets the same and says it.
        return "", ""


def _services(client: Client) -> tuple[str, str]:
    """Name the services that are in trouble: documents wait for them, and no try is counted."""
    found = [one for one in client.health().get("dependencies") or [] if not one.get("healthy")]
    said = [_IN_A_MOMENT.sub(".", one.get("detail") or f"The {one.get('name')} service is not well.") for one in found]
    return ("waiting", " ".join([*said, "The job goes on when that is over."])) if said else ("", "")


class StallMonitor:
    """Asks, in a thread of its own, as long as the block lives; `tell` gets a state and its reason, each once."""

    def __init__(self, ask: Callable[[float], tuple[str, str]] | None, tell: Callable[[str, str], None]) -> None:
        """`ask` gets the seconds of silence; without it nobody is asked."""
        self._ask = ask
        self._tell = tell
        self._heard = time.monotonic()
        self._told = ("", "")
        self._told_at = 0.0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stall_monitor", daemon=True)

    def __enter__(self) -> Self:
        if self._ask:
            self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._end.set()
        if self._ask:
            # A question under way may take long; it ends with the process.
            self._thread.join(0.5)

    def heard(self) -> None:
        """Note that an event came."""
        self._heard = time.monotonic()

    def _run(self) -> None:
        assert self._ask is not None
        wait = SILENCE
        while not self._end.wait(wait):
            silent = time.monotonic() - self._heard
            wait = BETWEEN if silent >= SILENCE else SILENCE - silent
            if silent < SILENCE:
                continue
            try:
                found = self._ask(silent)
            except RuntimeError:
                # The client was closed meanwhile.
                return
            if not self._end.is_set():
                self._note(*found)

    def _note(self, state: str, why: str) -> None:
        """Tell what is new. A provider that moves its time on again and again is told of once a minute."""
        told, now = self._told, time.monotonic()
        only_time = bool(why) and _DIGITS.sub("", why) == _DIGITS.sub("", told[1])
        if (state, why) == told or (only_time and now - self._told_at < REPEAT):
            return
        self._told, self._told_at = (state, why), now
        self._tell(state, why)
