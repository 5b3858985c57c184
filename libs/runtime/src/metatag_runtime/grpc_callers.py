"""Who may call which method: the names in client certificates, held against a table before a method runs.

With mutual TLS every service holds a certificate of the same authority. Without this table one of
them could do with the others whatever any may: the service that opens hostile files could name any
user to the one that stores documents.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metatag_runtime.errors import ErrorCode, MetatagError

# A service's full name, or service/method for one that differs -> names of certificates that may call it.
Callers = Mapping[str, frozenset[str]]

# DNS names in the services' certificates, as the Kubernetes component `mtls` issues them.
GATEWAY = frozenset({"gateway"})
JOBS = frozenset({"jobs", "jobs-api", "jobs-worker"})


def check_caller(callers: Callers, method: str, peer: Mapping[str, Any]) -> None:
    """Raise PERMISSION_DENIED unless the peer's certificate bears a name that may call `method` (/service/method).

    `peer` is the authentication context of the call. A method that is not in the table may be called by nobody.
    """
    path = method.lstrip("/")
    allowed = callers.get(path, callers.get(path.rpartition("/")[0], frozenset()))
    names = names_of(peer)
    if allowed.isdisjoint(names):
        who = ", ".join(sorted(names)[:3]) or "a caller without a name"
        raise MetatagError(f"The certificate of {who} may not call {path}.", code=ErrorCode.PERMISSION_DENIED)


def names_of(peer: Mapping[str, Any]) -> frozenset[str]:
    """Return the names in a peer's certificate: its alternative names, or its common name where it has none."""
    found = peer.get("x509_subject_alternative_name") or peer.get("x509_common_name") or ()
    return frozenset(name.decode("utf-8", "replace") for name in found)
