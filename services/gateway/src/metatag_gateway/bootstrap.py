"""The one place that picks adapters for the gateway: reads like its parts list."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from metatag_gateway.account_erasure import AccountErasure
from metatag_gateway.account_export import AccountExport
from metatag_gateway.accounts import Accounts, Rules
from metatag_gateway.adapters.argon2_passwords import Argon2Passwords
from metatag_gateway.adapters.grpc_accounts import GrpcAccounts
from metatag_gateway.adapters.grpc_jobs import GrpcJobs
from metatag_gateway.adapters.grpc_learning import GrpcLearning
from metatag_gateway.adapters.grpc_ocr import GrpcOcr
from metatag_gateway.adapters.grpc_records import GrpcRecords
from metatag_gateway.adapters.grpc_tag_jobs import GrpcTagJobs
from metatag_gateway.adapters.grpc_tagger import GrpcTagger
from metatag_gateway.adapters.grpc_webhooks import GrpcWebhooks
from metatag_gateway.adapters.memory_limiter import MemoryLimiter
from metatag_gateway.adapters.oidc_provider import OidcProvider, groups_of
from metatag_gateway.adapters.redis_limiter import RedisLimiter
from metatag_gateway.adapters.smtp_mailer import SmtpMailer, SmtpOptions
from metatag_gateway.adapters.sql_account_links import SqlAccountLinks
from metatag_gateway.adapters.sql_accounts import SqlAccounts
from metatag_gateway.adapters.sql_audit import SqlAudit
from metatag_gateway.adapters.sql_erasures import SqlErasures
from metatag_gateway.adapters.sql_profiles import SqlProfiles
from metatag_gateway.adapters.sql_searches import SqlSearches
from metatag_gateway.adapters.sql_second_factor import SqlSecondFactor
from metatag_gateway.app import create_app
from metatag_gateway.audit_log import AuditLog
from metatag_gateway.external_accounts import ExternalAccounts, GroupRules
from metatag_gateway.health import Health
from metatag_gateway.http_service import HttpService
from metatag_gateway.identity import Identity
from metatag_gateway.invitations import Invitations
from metatag_gateway.letters import Outbox
from metatag_gateway.limits import Quota, Quotas
from metatag_gateway.model.external import OidcOptions
from metatag_gateway.observers import Observers
from metatag_gateway.operator_key import OperatorKey
from metatag_gateway.password_resets import PasswordResets
from metatag_gateway.places import Places
from metatag_gateway.routes.dependencies import Dependencies
from metatag_gateway.second_factor import SecondFactor
from metatag_gateway.sessions import Sessions
from metatag_gateway.settings import GatewaySettings, split
from metatag_gateway.single_documents import Singles
from metatag_gateway.tokens import AccessTokens, Key, pem_keys, secret_key
from metatag_runtime.hosting import Service
from metatag_runtime.settings import SettingsError
from metatag_runtime.sql import Database, migrate

_Closing = GrpcAccounts | GrpcJobs | GrpcLearning | GrpcRecords | GrpcTagJobs | GrpcWebhooks | GrpcOcr | GrpcTagger

SCRIPTS = Path(__file__).parent / "migrations"
VERSION_TABLE = "gateway_version"
# Archives of whole accounts made at once.
MAX_EXPORTS = 4


async def build(settings: GatewaySettings) -> Sequence[Service]:
    """Give the gateway's services, not yet started."""
    return [GatewayService(settings)]


class GatewayService:
    """Tables, peers and the HTTP server, started and stopped together; `port` holds the bound port."""

    name = "gateway"

    def __init__(self, settings: GatewaySettings, passwords: Argon2Passwords | None = None) -> None:
        """`passwords` replaces the settings' hashing; tests hash fast."""
        self._settings = settings
        self._database = Database(settings.database_url)
        self._store = SqlAccounts(self._database)
        self._audit = AuditLog(SqlAudit(self._database), settings.audit_days)
        self._passwords = passwords or Argon2Passwords(settings.password_workers)
        self._limiter = RedisLimiter(settings.redis_url) if settings.redis_url else MemoryLimiter()
        self._ring = signing_ring(settings)
        self._http: HttpService | None = None
        self._provider = oidc_provider(settings)
        self._outbox = Outbox(mailer_of(settings), settings.public_url)
        self._resets: PasswordResets | None = None
        self._erasure: AccountErasure | None = None
        self._closing: list[_Closing] = []

    @property
    def port(self) -> int:
        """The port that the server listens on."""
        assert self._http is not None
        return self._http.port

    async def start(self) -> None:
        """Bring the tables up to date, make the administrator, open the door."""
        settings = self._settings
        await asyncio.to_thread(migrate, settings.database_url, SCRIPTS, VERSION_TABLE)
        parts = self._parts()
        admin_password = settings.admin_password.get_secret_value()
        if settings.admin_email and admin_password:
            await parts.accounts.ensure_admin(settings.admin_email, admin_password)
        self._http = HttpService(create_app(parts), settings.host, settings.port, settings.max_connections)
        await self._http.start()
        self._audit.start()
        parts.erasure.start()

    async def wait(self) -> None:
        """Return when the server ended by itself."""
        assert self._http is not None
        await self._http.wait()

    async def stop(self, grace: float) -> None:
        """Close the door, then what stands behind it."""
        if self._http is not None:
            await self._http.stop(grace)
        if self._erasure is not None:
            await self._erasure.stop()
        if self._resets is not None:
            await self._resets.close()
        await self._outbox.close()
        await self._audit.stop()
        for peer in (*self._closing, *([self._provider] if self._provider else [])):
            await peer.close()
        if isinstance(self._limiter, RedisLimiter):
            await self._limiter.close()
        self._passwords.close()
        await self._database.close()

    def _parts(self) -> Dependencies:
        settings = self._settings
        jobs, ocr = GrpcJobs(settings.jobs_address), GrpcOcr(settings.ocr_address)
        tagger = GrpcTagger(settings.tagger_address)
        records, tag_jobs = GrpcRecords(settings.jobs_address), GrpcTagJobs(settings.jobs_address)
        webhooks, learning = GrpcWebhooks(settings.jobs_address), GrpcLearning(settings.jobs_address)
        data = GrpcAccounts(settings.jobs_address)
        self._closing = [jobs, records, tag_jobs, webhooks, learning, data, ocr, tagger]
        tokens = self._tokens()
        identity = Identity(self._store, tokens)
        second_factor = SecondFactor(
            SqlSecondFactor(self._database),
            self._limiter,
            secret_keys=secrets_of(settings),
            issuer=settings.token_issuer,
        )
        sessions = Sessions(
            self._store,
            tokens,
            secret_keys=secrets_of(settings),
            life=timedelta(days=settings.refresh_token_days),
            grace=timedelta(seconds=settings.refresh_grace_seconds),
        )
        invitations, resets = self._account_links(identity)
        quotas = Quotas(self._limiter, quota_of(settings), OperatorKey(tagger).pays)
        searches = SqlSearches(self._database)
        erasure, export = self._whole_accounts(identity, searches, data)
        return Dependencies(
            settings=settings,
            accounts=self._accounts(sessions, identity, second_factor),
            external=self._external(sessions, identity),
            invitations=invitations,
            password_resets=resets,
            erasure=erasure,
            account_export=export,
            audit=self._audit,
            second_factor=second_factor,
            identity=identity,
            tokens=tokens,
            quotas=quotas,
            singles=Singles(jobs, quotas),
            observers=Observers(jobs, settings.socket_keepalive_seconds),
            health=Health(jobs, ocr, tagger, self._store, self._limiter),
            jobs=jobs,
            records=records,
            searches=searches,
            profiles=SqlProfiles(self._database),
            learning=learning,
            tag_jobs=tag_jobs,
            webhooks=webhooks,
            ocr=ocr,
            tagger=tagger,
            upload_places=Places(settings.max_uploads),
            picture_places=Places(settings.max_pictures),
            export_places=Places(MAX_EXPORTS),
        )

    def _tokens(self) -> AccessTokens:
        settings = self._settings
        return AccessTokens(
            self._ring,
            issuer=settings.token_issuer,
            audience=settings.token_audience,
            seconds=settings.access_token_seconds,
        )

    def _accounts(self, sessions: Sessions, identity: Identity, second_factor: SecondFactor) -> Accounts:
        return Accounts(
            store=self._store,
            passwords=self._passwords,
            sessions=sessions,
            identity=identity,
            limiter=self._limiter,
            audit=self._audit,
            second_factor=second_factor,
            rules=rules_of(self._settings),
        )

    def _whole_accounts(
        self, identity: Identity, searches: SqlSearches, data: GrpcAccounts
    ) -> tuple[AccountErasure, AccountExport]:
        """Return what ends accounts, and what exports them."""
        store = SqlErasures(self._database)
        erasure = self._erasure = AccountErasure(
            store, self._store, data=data, identity=identity, limiter=self._limiter
        )
        return erasure, AccountExport(store, searches, SqlProfiles(self._database), self._audit, data)

    def _account_links(self, identity: Identity) -> tuple[Invitations, PasswordResets]:
        """Return what one-time links do with accounts."""
        settings, links = self._settings, SqlAccountLinks(self._database)
        life = timedelta(days=settings.invitation_days)
        self._resets = PasswordResets(
            links,
            self._store,
            passwords=self._passwords,
            identity=identity,
            limiter=self._limiter,
            outbox=self._outbox,
            life=timedelta(minutes=settings.reset_minutes),
        )
        return Invitations(links, self._passwords, self._limiter, self._outbox, life), self._resets

    def _external(self, sessions: Sessions, identity: Identity) -> ExternalAccounts | None:
        """Return single sign-on, whose bearer tokens `identity` then takes too; None where it is not set up."""
        settings, provider = self._settings, self._provider
        if provider is None:
            return None
        found = ExternalAccounts(
            provider=provider,
            store=self._store,
            sessions=sessions,
            identity=identity,
            limiter=self._limiter,
            secret_keys=secrets_of(settings),
            rules=GroupRules(
                frozenset(split(settings.oidc_administrator_groups)),
                frozenset(split(settings.oidc_auditor_groups)),
                frozenset(split(settings.oidc_user_groups)),
            ),
            groups=lambda claims: groups_of(claims.claims, settings.oidc_groups_claim),
            link_verified_email=settings.oidc_link_verified_email,
        )
        if settings.oidc_audience:
            identity.take_tokens_of(provider.issuer, found.by_token)
        return found


def oidc_provider(settings: GatewaySettings) -> OidcProvider | None:
    """Return the single sign-on provider of the settings, which nothing is asked of yet; None without one."""
    if not settings.oidc_issuer:
        return None
    return OidcProvider(
        OidcOptions(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            redirect_url=settings.oidc_redirect_url,
            scopes=settings.oidc_scopes,
            audience=settings.oidc_audience,
            hosts=tuple(split(settings.oidc_hosts)),
        )
    )


def mailer_of(settings: GatewaySettings) -> SmtpMailer | None:
    """Return the mail server of the settings; None without one."""
    if not settings.smtp_host:
        return None
    return SmtpMailer(
        SmtpOptions(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_from,
            security=settings.smtp_security,
            user=settings.smtp_user,
            password=settings.smtp_password.get_secret_value(),
        )
    )


def signing_ring(settings: GatewaySettings) -> list[Key]:
    """Give all keys that verify access tokens; the first one signs."""
    ring = [
        *_pem("METATAG_GATEWAY_SIGNING_KEY", settings.signing_key),
        *_pem("METATAG_GATEWAY_PREVIOUS_SIGNING_KEYS", settings.previous_signing_keys),
        *[secret_key(secret) for secret in secrets_of(settings)],
    ]
    if ring[0].sign_with is None:
        raise SettingsError("METATAG_GATEWAY_SIGNING_KEY is a public key; give the private one, in PEM.")
    return ring


def secrets_of(settings: GatewaySettings) -> list[str]:
    """Give the shared secrets, newest first."""
    # One a line: a secret may hold any other character.
    previous = settings.previous_secret_keys.get_secret_value().splitlines()
    return [settings.secret_key.get_secret_value(), *(secret for secret in previous if secret)]


def rules_of(settings: GatewaySettings) -> Rules:
    """Give what the operator chose for accounts."""
    return Rules(
        registration_open=settings.registration == "open",
        login_attempts=settings.login_attempts,
        register_attempts=settings.register_attempts,
        api_keys_per_user=settings.api_keys_per_user,
    )


def quota_of(settings: GatewaySettings) -> Quota:
    """Give the bounds of one user."""
    return Quota(
        requests_per_minute=settings.requests_per_minute,
        concurrent_singles=settings.concurrent_singles,
        upload_mib_per_day=settings.upload_mib_per_day,
        documents_per_day=settings.documents_per_day,
        checks_per_hour=settings.checks_per_hour,
    )


def _pem(variable: str, value: SecretStr) -> list[Key]:
    text = value.get_secret_value()
    if not text.strip():
        return []
    try:
        return pem_keys(text)
    except ValueError as error:
        raise SettingsError(f"{variable} is wrong: {error}.") from error
