"""What the routes stand on; put together by the bootstrap."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import HTTPConnection

from metatag_gateway.account_erasure import AccountErasure
from metatag_gateway.account_export import AccountExport
from metatag_gateway.accounts import Accounts
from metatag_gateway.audit_log import AuditLog
from metatag_gateway.external_accounts import ExternalAccounts
from metatag_gateway.health import Health
from metatag_gateway.identity import Identity
from metatag_gateway.invitations import Invitations
from metatag_gateway.limits import Quotas
from metatag_gateway.observers import Observers
from metatag_gateway.password_resets import PasswordResets
from metatag_gateway.places import Places
from metatag_gateway.ports import Jobs, Ocr, TaggerPeer
from metatag_gateway.record_ports import LearningPeer, ProfileStore, Records, SearchStore, TagJobs, Webhooks
from metatag_gateway.second_factor import SecondFactor
from metatag_gateway.settings import GatewaySettings
from metatag_gateway.single_documents import Singles
from metatag_gateway.tokens import AccessTokens


@dataclass(frozen=True, slots=True)
class Dependencies:
    """The use cases and peers of one gateway."""

    settings: GatewaySettings
    accounts: Accounts
    # None where single sign-on is not set up.
    external: ExternalAccounts | None
    invitations: Invitations
    password_resets: PasswordResets
    erasure: AccountErasure
    account_export: AccountExport
    audit: AuditLog
    second_factor: SecondFactor
    identity: Identity
    tokens: AccessTokens
    quotas: Quotas
    singles: Singles
    observers: Observers
    health: Health
    jobs: Jobs
    records: Records
    searches: SearchStore
    profiles: ProfileStore
    learning: LearningPeer
    tag_jobs: TagJobs
    webhooks: Webhooks
    ocr: Ocr
    tagger: TaggerPeer
    # Places for files under way to jobs: what a slow store keeps waiting, waits in the network, not in memory.
    upload_places: Places
    # PDFs under way from jobs to ocr to be drawn.
    picture_places: Places
    # Archives of whole accounts under way.
    export_places: Places


def dependencies_of(connection: HTTPConnection) -> Dependencies:
    """Give the parts of the app that serves a request."""
    found = connection.app.state.parts
    assert isinstance(found, Dependencies)
    return found
