"""Webhooks over real gRPC on both databases, to a receiver in a process of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from fakes import servers
from fakes.fake_ocr_node import fake_pdf
from fakes.jobs_process import JobsProcess, running_jobs, specs, until
from fakes.records_client import Records, refusal
from fakes.webhook_receiver import Receiver, receiving
from metatag.v1 import webhooks_pb2 as w
from metatag.v1 import webhooks_pb2_grpc
from metatag_jobs.webhooks import delivering


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    with receiving(tmp_path) as found:
        yield found


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again at once: what is shown is the order and the end of tries, not how long they wait."""
    monkeypatch.setattr(delivering, "WAITS", (0.01, 0.01))
    monkeypatch.setitem(delivering.WebhookDeliverer.__init__.__kwdefaults__, "waits", (0.01, 0.01))
    monkeypatch.setitem(delivering.WebhookDeliverer.__init__.__kwdefaults__, "period", 0.1)
    monkeypatch.setattr(delivering, "POST_SECONDS", 2.0)


@asynccontextmanager
async def system(kind: str, **settings: Any) -> AsyncIterator[JobsProcess]:
    if kind == "embedded":
        async with running_jobs(**settings) as running:
            yield running
        return
    url = servers.postgres().new_database()
    async with running_jobs(database_url=url, **settings) as running:
        yield running
    servers.postgres().drop_database(url)


@pytest.fixture(params=["embedded", "postgres"])
async def service(request: pytest.FixtureRequest, receiver: Receiver) -> AsyncIterator[JobsProcess]:
    async with system(request.param, url_allow=f"127.0.0.1:{receiver.port}") as running:
        yield running


class Hooks:
    """One user's webhooks."""

    def __init__(self, service: JobsProcess, user: str = "u1") -> None:
        self.client = service.as_user(user)
        self.stub = webhooks_pb2_grpc.WebhooksServiceStub(service.channel)
        self.user = user

    async def create(self, url: str, *events: str) -> w.CreateWebhookResponse:
        return await self.stub.CreateWebhook(w.CreateWebhookRequest(user_id=self.user, url=url, events=events))

    async def one(self, webhook_id: str) -> w.Webhook:
        found = (await self.stub.ListWebhooks(w.ListWebhooksRequest(user_id=self.user))).webhooks
        return next(each for each in found if each.id == webhook_id)

    async def deliveries(self, webhook_id: str) -> list[w.WebhookDelivery]:
        request = w.ListWebhookDeliveriesRequest(user_id=self.user, webhook_id=webhook_id)
        return list((await self.stub.ListWebhookDeliveries(request)).deliveries)

    async def retry(self, webhook_id: str, delivery_id: str) -> w.WebhookDelivery:
        request = w.RetryWebhookDeliveryRequest(user_id=self.user, webhook_id=webhook_id, delivery_id=delivery_id)
        return (await self.stub.RetryWebhookDelivery(request)).delivery

    async def test(self, webhook_id: str) -> str:
        request = w.TestWebhookRequest(user_id=self.user, webhook_id=webhook_id)
        return (await self.stub.TestWebhook(request)).delivery_id

    async def ended(self, webhook_id: str, state: str) -> w.WebhookDelivery:
        """Wait until the last delivery is in a state."""

        async def there() -> bool:
            found = await self.deliveries(webhook_id)
            return bool(found) and found[0].state == state

        await until(there, seconds=60)
        return (await self.deliveries(webhook_id))[0]


def told(receiver: Receiver) -> list[str]:
    """Return the states of the tag jobs that were posted."""
    bodies = [json.loads(entry["body"]) for entry in receiver.heard()]
    return [body["data"]["state"] for body in bodies if body["type"] == "tag_job.finished"]


def signature(secret: str, entry: dict[str, Any]) -> str:
    """Compute a signature as the specification says, with nothing of ours."""
    headers = entry["headers"]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{entry['body']}"
    key = base64.b64decode(secret.removeprefix("whsec_"))
    return "v1," + base64.b64encode(hmac.new(key, signed.encode(), hashlib.sha256).digest()).decode()


async def test_what_ended_is_posted_signed_and_once(service: JobsProcess, receiver: Receiver) -> None:
    hooks = Hooks(service)
    made = await hooks.create(receiver.url("/ok"))
    assert made.secret.startswith("whsec_")
    assert len(base64.b64decode(made.secret.removeprefix("whsec_"))) == 32
    file_id = await hooks.client.upload(fake_pdf(pages=1))
    job = (await hooks.client.create(specs(file_id, 2), name="Circulars")).job
    await hooks.client.finished(job.id)
    await until(lambda: len(receiver.heard()) == 3, seconds=60)
    heard = receiver.heard()
    bodies = [json.loads(entry["body"]) for entry in heard]
    assert sorted(body["type"] for body in bodies) == ["document.processed", "document.processed", "job.completed"]
    told = next(body for body in bodies if body["type"] == "job.completed")
    assert (told["data"]["id"], told["data"]["name"], told["data"]["processed_count"]) == (job.id, "Circulars", 2)
    document = next(body for body in bodies if body["type"] == "document.processed")
    assert document["data"]["file_name"] == "a.pdf"
    assert "wizards" in document["data"]["tags"]
    for entry in heard:
        assert signature(made.secret, entry) == entry["headers"]["webhook-signature"]
        assert entry["headers"]["content-type"] == "application/json"
    assert len({entry["headers"]["webhook-id"] for entry in heard}) == 3
    await hooks.ended(made.webhook.id, "delivered")
    assert {each.state for each in await hooks.deliveries(made.webhook.id)} == {"delivered"}
    # Somebody else's webhook does not exist.
    other = Hooks(service, "u2")
    for call in (other.deliveries(made.webhook.id), other.test(made.webhook.id)):
        assert (await refusal(call))[0] == "not_found"


async def test_corrections_and_changes_of_many_tags_are_posted(service: JobsProcess, receiver: Receiver) -> None:
    hooks, records = Hooks(service), Records(service)
    made = await hooks.create(receiver.url("/ok"), "document.corrected", "tag_job.finished")
    stranger = Records(service, "u2")
    (theirs,) = await stranger.ended(1, salt="theirs")
    await stranger.correct(theirs.id, title="None of your business")
    first, second = await records.ended(2)
    await records.correct(first.id, title="Wells of Nandgaon", tags=["canals", "<b>wells</b>"])
    await records.undo(first.id)
    await records.correct(second.id, tags=["canals"])
    job = await records.retagged(await records.retag("merge", ["canals"], ["waterways"]))
    assert (await records.undo_tag_job(job.id)).state == "undone"
    await until(lambda: "undone" in told(receiver), seconds=60)
    bodies = [json.loads(entry["body"]) for entry in receiver.heard()]
    corrected = [body["data"] for body in bodies if body["type"] == "document.corrected"]
    # The changes of a tag job are told together.
    assert [(each["id"], each["action"], each["version"]) for each in corrected] == [
        (first.id, "correct", 2),
        (first.id, "undo", 3),
        (second.id, "correct", 2),
    ]
    assert (corrected[0]["by"], corrected[0]["fields"]) == ("u1", ["title", "tags"])
    # What is told is the document as it is when the event is written down.
    assert corrected[2]["file_name"] == "a.pdf"
    ended = [body["data"] for body in bodies if body["type"] == "tag_job.finished"][-1]
    assert (ended["id"], ended["action"], ended["state"], ended["restored"]) == (job.id, "merge", "undone", 1)
    assert (ended["tags"], ended["to"]) == (["canals"], ["waterways"])
    assert all(signature(made.secret, entry) == entry["headers"]["webhook-signature"] for entry in receiver.heard())


async def test_a_delivery_is_posted_again_when_asked_for(service: JobsProcess, receiver: Receiver) -> None:
    hooks = Hooks(service)
    made = await hooks.create(receiver.url("/ok"))
    delivery_id = await hooks.test(made.webhook.id)
    await hooks.ended(made.webhook.id, "delivered")
    again = await hooks.retry(made.webhook.id, delivery_id)
    assert (again.id, again.state, again.tries) == (delivery_id, "pending", 0)
    await until(lambda: len(receiver.heard()) == 2, seconds=60)
    assert {entry["headers"]["webhook-id"] for entry in receiver.heard()} == {delivery_id}
    assert (await refusal(hooks.retry(made.webhook.id, "msg_none")))[0] == "not_found"
    assert (await refusal(Hooks(service, "u2").retry(made.webhook.id, delivery_id)))[0] == "not_found"
    pause = w.ChangeWebhookRequest(user_id="u1", webhook_id=made.webhook.id, active=False)
    await hooks.stub.ChangeWebhook(pause)
    assert (await refusal(hooks.retry(made.webhook.id, delivery_id)))[0] == "invalid_state"


async def test_only_wanted_events_are_posted_and_an_old_secret_signs_beside_the_new(
    service: JobsProcess, receiver: Receiver
) -> None:
    hooks = Hooks(service)
    made = await hooks.create(receiver.url("/ok"), "document.failed")
    rotated = await hooks.stub.RotateWebhookSecret(
        w.RotateWebhookSecretRequest(user_id="u1", webhook_id=made.webhook.id)
    )
    file_id = await hooks.client.upload(fake_pdf(pages=1))
    wrong = specs(file_id, 1, description=json.dumps({"fail": "invalid_argument"}))
    await hooks.client.finished((await hooks.client.create([*wrong, *specs(file_id, 1)])).job.id)
    await until(receiver.heard, seconds=60)
    (entry,) = receiver.heard()
    body = json.loads(entry["body"])
    assert (body["type"], body["data"]["error_code"]) == ("document.failed", "invalid_argument")
    both = entry["headers"]["webhook-signature"].split()
    assert both == [signature(rotated.secret, entry), signature(made.secret, entry)]


async def test_a_failing_address_is_tried_again_in_order_and_disabled_at_the_end(
    service: JobsProcess, receiver: Receiver
) -> None:
    hooks = Hooks(service)
    flaky = await hooks.create(receiver.url("/flaky"))
    first = await hooks.test(flaky.webhook.id)
    second = await hooks.test(flaky.webhook.id)
    await hooks.ended(flaky.webhook.id, "delivered")
    ids = [entry["headers"]["webhook-id"] for entry in receiver.heard("/flaky")]
    assert ids == [first, first, second]
    failing = await hooks.create(receiver.url("/fail"))
    await hooks.test(failing.webhook.id)
    delivery = await hooks.ended(failing.webhook.id, "failed")
    assert (delivery.tries, delivery.status, delivery.error) == (3, 500, "The address answered 500.")
    disabled = await hooks.one(failing.webhook.id)
    assert (disabled.active, disabled.problem) == (False, "3 tries failed; the last: The address answered 500.")
    code, _ = await refusal(hooks.test(failing.webhook.id))
    assert code == "invalid_state"
    # Another address and activated, it goes on.
    request = w.ChangeWebhookRequest(user_id="u1", webhook_id=failing.webhook.id, url=receiver.url("/ok"), active=True)
    changed = (await hooks.stub.ChangeWebhook(request)).webhook
    assert (changed.active, changed.problem) == (True, "")
    await hooks.test(failing.webhook.id)
    await hooks.ended(failing.webhook.id, "delivered")


async def test_addresses_that_hang_redirect_or_went_harm_no_other(service: JobsProcess, receiver: Receiver) -> None:
    hooks = Hooks(service)
    hanging = await hooks.create(receiver.url("/hang"))
    redirecting = await hooks.create(receiver.url("/redirect"))
    gone = await hooks.create(receiver.url("/gone"))
    good = await hooks.create(receiver.url("/ok"))
    for each in (hanging, redirecting, gone, good):
        await hooks.test(each.webhook.id)
    await hooks.ended(good.webhook.id, "delivered")
    assert "410" in (await hooks.ended(gone.webhook.id, "failed")).error
    assert (await hooks.one(gone.webhook.id)).problem == "The address answered 410: it wants no more events."
    assert "redirects are not followed" in (await hooks.ended(redirecting.webhook.id, "failed")).error
    assert "did not answer within" in (await hooks.ended(hanging.webhook.id, "failed")).error
    # What a redirect names is never asked.
    assert len(receiver.heard()) == 1


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/x", "http://localhost/x", "http://[::1]/x", "http://169.254.169.254/latest", "ftp://x.org/a",
        "http://10.0.0.8/x", "javascript:alert(1)", "", "http://0x7f000001/",
    ],
)  # fmt: skip
async def test_an_address_inside_is_refused(service: JobsProcess, url: str) -> None:
    code, sentence = await refusal(Hooks(service).create(url))
    assert code == "source_refused"
    assert sentence


async def test_bounds_of_webhooks(service: JobsProcess, receiver: Receiver) -> None:
    hooks = Hooks(service)
    assert (await refusal(hooks.create(receiver.url("/ok"), "job.exploded")))[0] == "invalid_argument"
    made = [await hooks.create(receiver.url("/ok")) for _ in range(20)]
    code, sentence = await refusal(hooks.create(receiver.url("/ok")))
    assert (code, "20 webhooks" in sentence) == ("conflict", True)
    request = w.DeleteWebhookRequest(user_id="u1", webhook_id=made[0].webhook.id)
    await hooks.stub.DeleteWebhook(request)
    assert (await refusal(hooks.stub.DeleteWebhook(request)))[0] == "not_found"


async def test_what_ended_before_a_restart_is_posted_after_it(receiver: Receiver, tmp_path: Path) -> None:
    kept = {
        "database_url": f"sqlite+aiosqlite:///{tmp_path}/jobs.sqlite",
        "files_url": str(tmp_path / "files"),
        "url_allow": f"127.0.0.1:{receiver.port}",
    }
    async with running_jobs(**kept) as first:
        hooks = Hooks(first)
        made = await hooks.create(receiver.url("/ok"), "job.completed")
        file_id = await hooks.client.upload(fake_pdf(pages=1))
        await hooks.client.finished((await hooks.client.create(specs(file_id, 1))).job.id)
    async with running_jobs(**kept) as second:
        await until(receiver.heard, seconds=60)
        (entry,) = receiver.heard()
        assert signature(made.secret, entry) == entry["headers"]["webhook-signature"]
        await Hooks(second).ended(made.webhook.id, "delivered")
