"""Names of files as clients send them, and as downloads bear them."""

from __future__ import annotations

import re
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import collapse_rfc2231_value
from urllib.parse import quote, unquote

MAX_NAME = 255
_ENCODED_WORDS = re.compile(r"(?:\s*=\?[\w*-]+\?[bBqQ]\?[^?]*\?=)+\s*")
_REFERENCE = re.compile(r"&#(\d{1,7});")
_EXTENDED = re.compile(rb";\s*filename\*", re.IGNORECASE)


def sent_name(disposition: bytes, plain: bytes | None) -> str | None:
    """Return the file's name of a form part, None where it has none.

    `disposition` is the Content-Disposition header, `plain` its plain `filename`. As clients differ, `filename*`
    (RFC 5987 and 2231) comes first, then the plain name as UTF-8, with encoded words (RFC 2047) read.
    """
    found = _extended(disposition) if _EXTENDED.search(disposition) else None
    if found is None:
        if plain is None:
            return None
        try:
            found = plain.decode("utf-8")
        except UnicodeDecodeError:
            found = plain.decode("cp1252", errors="replace")
        found = _escapes(_encoded_words(found))
    return "".join(char for char in found if char.isprintable() or char in "\u200c\u200d")[:MAX_NAME]


def _extended(disposition: bytes) -> str | None:
    message = Message()
    message["Content-Disposition"] = disposition.decode("latin-1").replace("\r", " ").replace("\n", " ")
    try:
        value = message.get_param("filename", header="content-disposition")
        # A charset that Python does not know leaves the bytes as Latin-1.
        return collapse_rfc2231_value(value) if isinstance(value, tuple) else None
    except (LookupError, ValueError, TypeError):
        return None


def _encoded_words(name: str) -> str:
    if not _ENCODED_WORDS.fullmatch(name):
        return name
    try:
        return str(make_header(decode_header(name)))
    except (MessageError, LookupError, ValueError):
        return name


def _escapes(name: str) -> str:
    """Return a name without the escapes of forms: browsers' %22 and character references, clients' %XX for UTF-8."""
    found = _REFERENCE.sub(lambda match: chr(int(match[1])) if int(match[1]) < 0x110000 else match[0], name)
    decoded = unquote(found, errors="strict") if _is_quoted(found) else found
    return decoded.replace("%22", '"').replace("%0D", " ").replace("%0A", " ")


def _is_quoted(name: str) -> bool:
    """Tell whether the %XX of a name are letters beyond ASCII in UTF-8."""
    try:
        return name.isascii() and not unquote(name, errors="strict").isascii()
    except UnicodeDecodeError:
        return False


def content_disposition(kind: str, name: str) -> str:
    """Return the header for a download under a name in any script; `kind` is inline or attachment (RFC 6266)."""
    clean = "".join(char for char in name if char.isprintable())[:MAX_NAME] or "document"
    ascii_name = re.sub(r"[^A-Za-z0-9 ._()+-]", "_", clean)
    if ascii_name == clean:
        return f'{kind}; filename="{clean}"'
    if not re.search(r"[A-Za-z0-9]", ascii_name.rpartition(".")[0]):
        ascii_name = "document.pdf" if clean.lower().endswith(".pdf") else "document"
    return f"{kind}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(clean, safe='')}"


def pdf_name(name: str) -> str:
    """Return a name for a PDF: without folders, with its ending."""
    last = re.split(r"[/\\]", name)[-1].strip() or "document"
    return last if last.lower().endswith(".pdf") else f"{last}.pdf"
