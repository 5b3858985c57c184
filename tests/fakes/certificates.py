"""A small certificate authority for tests: makes the files that a mounted TLS secret would hold."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


class Authority:
    def __init__(self, name: str = "test authority") -> None:
        self._name = _name(name)
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._build(self._name, self._key, ca=True, names=[])

    def issue(self, directory: Path, *dns_names: str, days: float = 30) -> int:
        """Writes tls.crt, tls.key and ca.crt as an orchestrator does, each file replaced whole; gives the serial."""
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self._build(_name(dns_names[0]), key, ca=False, names=list(dns_names), days=days)
        pem = serialization.Encoding.PEM
        directory.mkdir(exist_ok=True)
        plain = serialization.NoEncryption()
        _replace(directory / "tls.key", key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
        _replace(directory / "tls.crt", certificate.public_bytes(pem))
        _replace(directory / "ca.crt", self._certificate.public_bytes(pem))
        return certificate.serial_number

    def _build(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, *, ca: bool, names: list[str], days: float = 30
    ) -> x509.Certificate:
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        # Python 3.13 verifies strictly: a leaf must name the key of its issuer.
        issuer = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(issuer), critical=False
        ).add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        if ca:
            usage = x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                crl_sign=True,
                content_commitment=False,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                encipher_only=False,
                decipher_only=False,
            )
            builder = builder.add_extension(usage, critical=True)
        if names:
            found = [*map(x509.DNSName, names), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            builder = builder.add_extension(x509.SubjectAlternativeName(found), critical=False)
        return builder.sign(self._key, hashes.SHA256())


def _replace(path: Path, content: bytes) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(content)
    os.replace(new, path)
