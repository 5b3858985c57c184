"""The methods about records that both clients have beside their own."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any, TypeVar

from metatag_client import record_calls
from metatag_client.calls import Call
from metatag_client.models import Json, Options

T = TypeVar("T")


class Records(ABC):
    """Methods of Client."""

    @abstractmethod
    def _run(self, call: Call[T]) -> T:
        """Send a call and return what its answer says."""

    def process_again(self, document_id: str, options: Options | None = None, *, replace_edits: bool = False) -> str:
        """Process a document again from its stored file and return the id of the job, for `events`.

        The earlier result stays in the document's history. What people gave is kept, unless `replace_edits`.
        """
        key = str(uuid.uuid4())
        return self._run(record_calls.process_again(document_id, options or Options(), replace_edits, key))

    def process_all_again(
        self,
        document_ids: Sequence[str],
        options: Options | None = None,
        *,
        replace_edits: bool = False,
        name: str = "",
    ) -> str:
        """Process up to 10,000 documents again as one batch and return its id."""
        key = str(uuid.uuid4())
        return self._run(record_calls.process_all_again(document_ids, options or Options(), replace_edits, name, key))

    def searches(self) -> list[Json]:
        """List the saved searches by name: `id`, `name`, `params`, `created_at`."""
        return self._run(record_calls.searches())

    def save_search(self, name: str, **params: str) -> Json:
        """Keep a search under a name; `params` are those of `documents`. Conflict when the name is taken."""
        return self._run(record_calls.save_search(name, params))

    def change_search(self, search_id: str, *, name: str | None = None, params: Json | None = None) -> Json:
        """Give a saved search another name or other parameters."""
        changes = {key: value for key, value in (("name", name), ("params", params)) if value is not None}
        return self._run(record_calls.change_search(search_id, changes))

    def delete_search(self, search_id: str) -> None:
        """Forget a saved search."""
        self._run(record_calls.delete_search(search_id))

    def download(self, document_id: str, *, tagged: bool = False) -> bytes:
        """Return a document's PDF: as it came, or with title, description and tags in its metadata.

        Conflict for a signed PDF, which cannot take tags.
        """
        return self._run(record_calls.download(document_id, tagged))

    def learning(self) -> Json:
        """Tell what was learnt from your corrections: `enabled`, `documents`, `kept`, `removed`, `added`, `tags`."""
        return self._run(record_calls.learning())

    def set_learning(self, enabled: bool) -> Json:
        """Switch learning from your corrections on or off."""
        return self._run(record_calls.set_learning(enabled))

    def forget_learning(self) -> int:
        """Forget what was learnt and return of how many documents; the documents stay."""
        return self._run(record_calls.forget_learning())

    def evaluation(self) -> Json:
        """Compare the machine's tags with those that you left: `f1_at_5`, `f1_at_10`, `ndcg`, `precision_by_rank`."""
        return self._run(record_calls.evaluation())

    def profiles(self) -> list[Json]:
        """List your profiles by name: `name`, `settings`, `updated_at`."""
        return self._run(record_calls.profiles())

    def profile(self, name: str) -> Json:
        """Return one profile."""
        return self._run(record_calls.profile(name))

    def put_profile(self, name: str, settings: Json | Options) -> Json:
        """Keep settings under a name: Options without a key, or fields of the API's config."""
        fields = settings.to_json() if isinstance(settings, Options) else settings
        return self._run(record_calls.put_profile(name, fields))

    def delete_profile(self, name: str) -> None:
        """Forget a profile."""
        self._run(record_calls.delete_profile(name))

    def searchable(self, document_id: str) -> bytes:
        """Return a document's PDF with the text that was recognised under the pictures of its scanned pages.

        Conflict for a signed PDF, and for one read before the places of words were kept: process it again.
        """
        return self._run(record_calls.searchable(document_id))

    def page_words(self, document_id: str, page: int, *, tag: str = "", query: str = "", words: bool = False) -> Json:
        """Return where a tag and the words of a search stand on a page: `hits`, each with `boxes`.

        Sides are shares of the page's picture. With `words` all words of the page come, too.
        """
        return self._run(record_calls.page_words(document_id, page, tag, query, words))

    def webhooks(self) -> list[Json]:
        """List your webhooks: `id`, `url`, `events`, `active`, `problem`."""
        return self._run(record_calls.webhooks())

    def create_webhook(self, url: str, *events: str) -> Json:
        """Have events posted to an address, all of them for none named; `secret` is shown this once."""
        return self._run(record_calls.create_webhook(url, events))

    def change_webhook(self, webhook_id: str, **changes: Any) -> Json:
        """Change `url`, `events` or `active` of a webhook."""
        return self._run(record_calls.change_webhook(webhook_id, changes))

    def delete_webhook(self, webhook_id: str) -> None:
        """Remove a webhook."""
        self._run(record_calls.delete_webhook(webhook_id))

    def rotate_webhook_secret(self, webhook_id: str) -> str:
        """Return a new secret; the old one signs beside it for a day."""
        return self._run(record_calls.rotate_webhook_secret(webhook_id))

    def test_webhook(self, webhook_id: str) -> str:
        """Have an event posted soon and return its delivery's id."""
        return self._run(record_calls.test_webhook(webhook_id))

    def retry_webhook_delivery(self, webhook_id: str, delivery_id: str) -> Json:
        """Post a delivery again soon, whatever became of it before."""
        return self._run(record_calls.retry_webhook_delivery(webhook_id, delivery_id))

    def webhook_deliveries(self, webhook_id: str, limit: int = 50) -> list[Json]:
        """List the last deliveries of a webhook, newest first."""
        return self._run(record_calls.webhook_deliveries(webhook_id, limit))


class AsyncRecords(ABC):
    """Methods of AsyncClient."""

    @abstractmethod
    async def _run(self, call: Call[T]) -> T:
        """Send a call and return what its answer says."""

    async def process_again(
        self, document_id: str, options: Options | None = None, *, replace_edits: bool = False
    ) -> str:
        """Process a document again from its stored file and return the id of the job, for `events`.

        The earlier result stays in the document's history. What people gave is kept, unless `replace_edits`.
        """
        key = str(uuid.uuid4())
        return await self._run(record_calls.process_again(document_id, options or Options(), replace_edits, key))

    async def process_all_again(
        self,
        document_ids: Sequence[str],
        options: Options | None = None,
        *,
        replace_edits: bool = False,
        name: str = "",
    ) -> str:
        """Process up to 10,000 documents again as one batch and return its id."""
        key = str(uuid.uuid4())
        return await self._run(
            record_calls.process_all_again(document_ids, options or Options(), replace_edits, name, key)
        )

    async def searches(self) -> list[Json]:
        """List the saved searches by name: `id`, `name`, `params`, `created_at`."""
        return await self._run(record_calls.searches())

    async def save_search(self, name: str, **params: str) -> Json:
        """Keep a search under a name; `params` are those of `documents`. Conflict when the name is taken."""
        return await self._run(record_calls.save_search(name, params))

    async def change_search(self, search_id: str, *, name: str | None = None, params: Json | None = None) -> Json:
        """Give a saved search another name or other parameters."""
        changes = {key: value for key, value in (("name", name), ("params", params)) if value is not None}
        return await self._run(record_calls.change_search(search_id, changes))

    async def delete_search(self, search_id: str) -> None:
        """Forget a saved search."""
        await self._run(record_calls.delete_search(search_id))

    async def download(self, document_id: str, *, tagged: bool = False) -> bytes:
        """Return a document's PDF: as it came, or with title, description and tags in its metadata.

        Conflict for a signed PDF, which cannot take tags.
        """
        return await self._run(record_calls.download(document_id, tagged))

    async def learning(self) -> Json:
        """Tell what was learnt from your corrections: `enabled`, `documents`, `kept`, `removed`, `added`, `tags`."""
        return await self._run(record_calls.learning())

    async def set_learning(self, enabled: bool) -> Json:
        """Switch learning from your corrections on or off."""
        return await self._run(record_calls.set_learning(enabled))

    async def forget_learning(self) -> int:
        """Forget what was learnt and return of how many documents; the documents stay."""
        return await self._run(record_calls.forget_learning())

    async def evaluation(self) -> Json:
        """Compare the machine's tags with those that you left: `f1_at_5`, `f1_at_10`, `ndcg`, `precision_by_rank`."""
        return await self._run(record_calls.evaluation())

    async def profiles(self) -> list[Json]:
        """List your profiles by name: `name`, `settings`, `updated_at`."""
        return await self._run(record_calls.profiles())

    async def profile(self, name: str) -> Json:
        """Return one profile."""
        return await self._run(record_calls.profile(name))

    async def put_profile(self, name: str, settings: Json | Options) -> Json:
        """Keep settings under a name: Options without a key, or fields of the API's config."""
        fields = settings.to_json() if isinstance(settings, Options) else settings
        return await self._run(record_calls.put_profile(name, fields))

    async def delete_profile(self, name: str) -> None:
        """Forget a profile."""
        await self._run(record_calls.delete_profile(name))

    async def searchable(self, document_id: str) -> bytes:
        """Return a document's PDF with the text that was recognised under the pictures of its scanned pages.

        Conflict for a signed PDF, and for one read before the places of words were kept: process it again.
        """
        return await self._run(record_calls.searchable(document_id))

    async def page_words(
        self, document_id: str, page: int, *, tag: str = "", query: str = "", words: bool = False
    ) -> Json:
        """Return where a tag and the words of a search stand on a page: `hits`, each with `boxes`.

        Sides are shares of the page's picture. With `words` all words of the page come, too.
        """
        return await self._run(record_calls.page_words(document_id, page, tag, query, words))

    async def webhooks(self) -> list[Json]:
        """List your webhooks: `id`, `url`, `events`, `active`, `problem`."""
        return await self._run(record_calls.webhooks())

    async def create_webhook(self, url: str, *events: str) -> Json:
        """Have events posted to an address, all of them for none named; `secret` is shown this once."""
        return await self._run(record_calls.create_webhook(url, events))

    async def change_webhook(self, webhook_id: str, **changes: Any) -> Json:
        """Change `url`, `events` or `active` of a webhook."""
        return await self._run(record_calls.change_webhook(webhook_id, changes))

    async def delete_webhook(self, webhook_id: str) -> None:
        """Remove a webhook."""
        await self._run(record_calls.delete_webhook(webhook_id))

    async def rotate_webhook_secret(self, webhook_id: str) -> str:
        """Return a new secret; the old one signs beside it for a day."""
        return await self._run(record_calls.rotate_webhook_secret(webhook_id))

    async def test_webhook(self, webhook_id: str) -> str:
        """Have an event posted soon and return its delivery's id."""
        return await self._run(record_calls.test_webhook(webhook_id))

    async def retry_webhook_delivery(self, webhook_id: str, delivery_id: str) -> Json:
        """Post a delivery again soon, whatever became of it before."""
        return await self._run(record_calls.retry_webhook_delivery(webhook_id, delivery_id))

    async def webhook_deliveries(self, webhook_id: str, limit: int = 50) -> list[Json]:
        """List the last deliveries of a webhook, newest first."""
        return await self._run(record_calls.webhook_deliveries(webhook_id, limit))
