"""Certificates between services: our own, and what each service shows; how long they still hold."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
import ssl
from pathlib import Path

from cryptography import x509

from metatag_cli.checkup import Finding
from metatag_cli.cluster.services import host_of, resolve

# cert-manager renews a third of the life before the end: less than this means that it does not.
SOON = dt.timedelta(days=7)
_PATIENCE = 5.0


async def own(directory: Path) -> Finding:
    """Read the certificate that this process, and so the services, were given."""
    path = directory / "tls.crt"
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        return Finding("Certificate", "bad", f"{path} cannot be read ({error})", "Look at METATAG_TLS_DIR.")
    return _holds("Certificate", str(path), certificate)


async def shown(name: str, target: str, directory: Path) -> list[Finding]:
    """Look at the certificate of each address of a service, and whether its authority is ours."""
    try:
        addresses = [each for each in await resolve(target) if not each.startswith("unix:")]
    except OSError:
        # The service's own line says so.
        return []
    return list(
        await asyncio.gather(*(asyncio.to_thread(_shown, name, each, host_of(target), directory) for each in addresses))
    )


def _shown(name: str, address: str, server_name: str, directory: Path) -> Finding:
    what = f"TLS {name}"
    host, _, port = address.rpartition(":")
    try:
        context = ssl.create_default_context(cafile=str(directory / "ca.crt"))
        context.load_cert_chain(directory / "tls.crt", directory / "tls.key")
        context.set_alpn_protocols(["h2"])
        with (
            socket.create_connection((host.strip("[]"), int(port)), _PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=server_name) as secured,
        ):
            found = secured.getpeercert(binary_form=True) or b""
    except ssl.SSLCertVerificationError as error:
        remedy = "Is it expired, of another authority, or does it lack the name of the Service?"
        return Finding(what, "bad", f"{address} shows a certificate that does not hold: {error.verify_message}", remedy)
    except (OSError, ValueError) as error:
        remedy = f"Does {name} have METATAG_TLS_DIR set too? One that speaks plain gRPC shows none."
        return Finding(what, "bad", f"{address} shows no certificate ({type(error).__name__})", remedy)
    return _holds(what, address, x509.load_der_x509_certificate(found))


def _holds(what: str, where: str, certificate: x509.Certificate) -> Finding:
    until = certificate.not_valid_after_utc
    left = until - dt.datetime.now(dt.UTC)
    found = f"{where} holds until {until:%Y-%m-%d %H:%M} UTC, {left.days} days"
    if left <= dt.timedelta(0):
        return Finding(what, "bad", f"{where} ended on {until:%Y-%m-%d %H:%M} UTC", "Renew it; look at cert-manager.")
    if left < SOON:
        return Finding(what, "note", found, "It should have been renewed by now: kubectl -n metatag get certificate.")
    return Finding(what, "ok", found)
