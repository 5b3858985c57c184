"""How large the body of each path may be: small but where a batch, a list or a file comes in."""

from __future__ import annotations

from metatag_gateway import tables, term_tables
from metatag_gateway.settings import GatewaySettings

KIB = 1024
MIB = 1024 * KIB
# Without a token nothing larger than an email, a password and a name is taken.
SIGN_IN_BYTES = 16 * KIB
DEFAULT_BYTES = MIB
# 10,000 sources to look at, or as many documents to retry.
LIST_BYTES = 4 * MIB
# Config and boundaries beside the files of a form.
FORM_BYTES = 5 * MIB
CSV_BYTES = 16 * MIB


def body_bytes(path: str, settings: GatewaySettings) -> int:
    """Return the bound of a JSON body, in bytes; `path` is the route's template."""
    bounds = {
        "/api/batch/start": settings.max_body_bytes,
        "/api/batch/validate-paths": LIST_BYTES,
        "/api/batch/jobs/{job_id}/retry": LIST_BYTES,
        "/api/vocabularies/{name}": term_tables.MAX_BYTES,
        # The form of a document at a URL, sent without files.
        "/api/single/process": LIST_BYTES,
    }
    default = SIGN_IN_BYTES if path.startswith(("/api/auth/", "/api/account")) else DEFAULT_BYTES
    return min(bounds.get(path, default), settings.max_body_bytes)


def form_bytes(path: str, settings: GatewaySettings) -> int | None:
    """Return the bound of a whole form in bytes: 0 where none is taken, None where only its files have bounds."""
    return {
        "/api/single/process": settings.max_upload_bytes + settings.max_exclusion_bytes + FORM_BYTES,
        "/api/batch/process": CSV_BYTES + settings.max_exclusion_bytes + FORM_BYTES,
        "/api/vocabularies/{name}": term_tables.MAX_BYTES + MIB,
        "/api/batch/tables": tables.MAX_BYTES + MIB,
        "/api/batch/uploads": None,
    }.get(path, 0)
