"""Provider keys at rest: AES-256-GCM under a key derived from the service's secret, bound to one job."""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from metatag_runtime.errors import InvalidArgument

_NONCE_BYTES = 12
# First byte of a sealed key: names the way it was sealed.
_VERSION = b"\x01"


class AesKeyBox:
    """The port KeyBox. `secret` is METATAG_JOBS_SECRET_KEY; empty: keys are refused."""

    def __init__(self, secret: str) -> None:
        self._seal_key = self._derive(secret, b"metatag jobs provider key")
        self._name_key = self._derive(secret, b"metatag jobs limiter name")
        self._usable = bool(secret)

    @staticmethod
    def _derive(secret: str, purpose: bytes) -> bytes:
        return hmac.new(secret.encode(), purpose, hashlib.sha256).digest()

    def seal(self, job_id: str, provider_key: str) -> bytes:
        """Encrypt a key for one job; raises InvalidArgument when the service has no secret."""
        if not self._usable:
            raise InvalidArgument("This service cannot keep provider keys: METATAG_JOBS_SECRET_KEY is not set.")
        nonce = os.urandom(_NONCE_BYTES)
        return _VERSION + nonce + AESGCM(self._seal_key).encrypt(nonce, provider_key.encode(), job_id.encode())

    def open(self, job_id: str, sealed: bytes) -> str:
        """Decrypt; raises ValueError when it was sealed with another secret or for another job."""
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        try:
            return AESGCM(self._seal_key).decrypt(nonce, body, job_id.encode()).decode()
        except InvalidTag:
            raise ValueError("The provider key was sealed with another secret.") from None

    def fingerprint(self, provider_key: str) -> str:
        """Give an opaque name for a key: equal keys, equal names; empty for no key."""
        if not provider_key:
            return ""
        return "key:" + hmac.new(self._name_key, provider_key.encode(), hashlib.sha256).hexdigest()[:32]
