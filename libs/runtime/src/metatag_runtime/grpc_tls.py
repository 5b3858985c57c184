"""TLS between services, mutual by default, with certificates that are read again when their files change.

A directory holds `tls.crt` (certificate chain), `tls.key` and `ca.crt`, all PEM: the layout of a mounted Kubernetes TLS
secret. A server asks for new files at each handshake; a client opens a new connection when it sees them. A half-written
or broken set is refused and the last good one stays in use.
"""

from __future__ import annotations

import ssl
import threading
from dataclasses import dataclass
from pathlib import Path

import grpc
import structlog
from pydantic import Field

from metatag_runtime.settings import ServiceSettings, SettingsError, service_config

log = structlog.get_logger("metatag.tls")

CERTIFICATE_FILE = "tls.crt"
KEY_FILE = "tls.key"
AUTHORITY_FILE = "ca.crt"

_MARKS = {CERTIFICATE_FILE: b"-----BEGIN CERTIFICATE-----", AUTHORITY_FILE: b"-----BEGIN CERTIFICATE-----"}


class TlsSettings(ServiceSettings):
    """METATAG_TLS_*: certificates for calls between services; one set for a whole process."""

    model_config = service_config("TLS")

    # Directory with tls.crt, tls.key and ca.crt; unset: plain text, as within one host.
    dir: Path | None = None
    # Whether a server lets only clients with a certificate of the same authority in.
    mutual: bool = True
    # Plain-text port that answers health checks only: kubelet's gRPC probes speak no TLS. 0: none.
    health_port: int = Field(default=0, ge=0, le=65535)


@dataclass(frozen=True)
class Certificates:
    """One consistent set of PEM bytes."""

    chain: bytes
    key: bytes
    authority: bytes


class CertificateStore:
    """Gives the newest good certificates of a directory; safe to call from any thread (handshakes come from gRPC's)."""

    def __init__(self, directory: Path) -> None:
        """Read the directory once; raises SettingsError when a file is missing or is not PEM."""
        self._directory = directory
        self._lock = threading.Lock()
        self._stamp = self._look()
        self._current = self._read()

    def current(self) -> Certificates:
        """Give the certificates, read again if a file changed since the last call."""
        with self._lock:
            try:
                stamp = self._look()
                if stamp != self._stamp:
                    self._current = self._read()
                    self._stamp = stamp
                    log.info("certificates read again", directory=str(self._directory))
            except SettingsError as error:
                # An update in two steps, or a mistake: what still works stays; the next handshake looks again.
                log.warning("new certificates refused", error=str(error))
            return self._current

    def _look(self) -> tuple[tuple[int, int, int], ...]:
        return tuple(_stamp(self._directory / name) for name in (CERTIFICATE_FILE, KEY_FILE, AUTHORITY_FILE))

    def _read(self) -> Certificates:
        chain = self._pem(CERTIFICATE_FILE)
        key = self._pem(KEY_FILE)
        _check_pair(self._directory)
        return Certificates(chain=chain, key=key, authority=self._pem(AUTHORITY_FILE))

    def _pem(self, name: str) -> bytes:
        path = self._directory / name
        try:
            content = path.read_bytes()
        except OSError as error:
            raise SettingsError(f"METATAG_TLS_DIR: {path} cannot be read: {error.strerror}.") from error
        if _MARKS.get(name, b"PRIVATE KEY-----") not in content:
            raise SettingsError(f"METATAG_TLS_DIR: {path} is not in PEM form.")
        return content


@dataclass(frozen=True)
class Tls:
    """What servers and channels of a process use to speak TLS."""

    store: CertificateStore
    mutual: bool = True
    health_port: int = 0

    def server_credentials(self) -> grpc.ServerCredentials:
        """Give credentials that ask the store at each handshake."""
        return grpc.dynamic_ssl_server_credentials(
            self._server_config(), self._server_config, require_client_authentication=self.mutual
        )

    def _server_config(self) -> grpc.ServerCertificateConfiguration:
        found = self.store.current()
        return grpc.ssl_server_certificate_configuration(
            [(found.key, found.chain)], root_certificates=found.authority if self.mutual else None
        )

    def channel_credentials(self, found: Certificates) -> grpc.ChannelCredentials:
        """Give a client's credentials for one set of certificates."""
        if not self.mutual:
            return grpc.ssl_channel_credentials(root_certificates=found.authority)
        return grpc.ssl_channel_credentials(found.authority, found.key, found.chain)


_of_process: Tls | None = None


def use_tls(settings: TlsSettings) -> None:
    """Make this process speak TLS between services from now on, or plain text; raises SettingsError for bad files."""
    global _of_process  # noqa: PLW0603  one identity a process, like its log format
    _of_process = load_tls(settings)


def load_tls(settings: TlsSettings) -> Tls | None:
    """Give the TLS that settings describe, None for plain text; raises SettingsError for bad files."""
    if settings.dir is None:
        return None
    return Tls(CertificateStore(settings.dir), mutual=settings.mutual, health_port=settings.health_port)


def process_tls() -> Tls | None:
    """Give what `use_tls` set for this process; None means plain text."""
    return _of_process


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0, 0)
    return (found.st_mtime_ns, found.st_ino, found.st_size)


def _check_pair(directory: Path) -> None:
    """Refuse a key that does not belong to the certificate: gRPC would drop every handshake without a word."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(directory / CERTIFICATE_FILE, directory / KEY_FILE)
    except (OSError, ValueError) as error:
        raise SettingsError(f"METATAG_TLS_DIR: the key in {directory} does not fit its certificate.") from error
