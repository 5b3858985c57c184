"""What can be wrong with a document, a page or a request, each with its sentence. Plain Python."""

from __future__ import annotations

from collections.abc import Iterable

from metatag_runtime.errors import ErrorCode, MetatagError


class DocumentError(MetatagError):
    """The file as a whole cannot be read; made by the functions below."""


class PageError(MetatagError):
    """One page cannot be read; the document goes on."""


def empty_document() -> DocumentError:
    """The file has no bytes."""
    return DocumentError("The file is empty; send a PDF with at least one page.", code=ErrorCode.EMPTY_DOCUMENT)


def not_a_pdf() -> DocumentError:
    """The file does not begin as a PDF does."""
    return DocumentError(
        "The file is not a PDF; convert it to PDF and send it again.", code=ErrorCode.UNSUPPORTED_MEDIA
    )


def encrypted() -> DocumentError:
    """The file opens only with a password."""
    return DocumentError(
        "The PDF is protected by a password; remove the protection and send it again.",
        code=ErrorCode.ENCRYPTED_DOCUMENT,
    )


def signed() -> DocumentError:
    """The file bears a signature, which no change of it survives."""
    return DocumentError(
        "The PDF is signed, and its signature would no longer hold with tags in the file; take the original.",
        code=ErrorCode.INVALID_STATE,
    )


def broken() -> DocumentError:
    """The file is damaged."""
    return DocumentError(
        "The PDF is damaged and cannot be opened; save or print it to a new PDF and send that.",
        code=ErrorCode.BROKEN_DOCUMENT,
    )


def no_pages() -> DocumentError:
    """The file has no page."""
    return DocumentError("The PDF has no pages.", code=ErrorCode.NO_PAGES)


def open_too_costly() -> DocumentError:
    """Opening the file took more time or memory than allowed."""
    return DocumentError(
        "The PDF takes more time or memory to open than this node allows; save it to a new, simpler PDF.",
        code=ErrorCode.BROKEN_DOCUMENT,
    )


def page_too_slow(number: int, seconds: float) -> PageError:
    """The page's reader was stopped at its time limit."""
    return PageError(
        f"Page {number} was given up after {seconds:g} seconds; it is too complex to be read.",
        code=ErrorCode.PAGE_TOO_COSTLY,
    )


def page_too_big(number: int) -> PageError:
    """The page needs more memory than a worker may have."""
    return PageError(
        f"Page {number} needs more memory than a page may have here; reduce its pictures and send it again.",
        code=ErrorCode.PAGE_TOO_COSTLY,
    )


def page_damaged(number: int) -> PageError:
    """The page made its reader fail."""
    return PageError(
        f"Page {number} is damaged and cannot be read; save the PDF anew and send that.",
        code=ErrorCode.BROKEN_DOCUMENT,
    )


def language_not_installed(names: Iterable[str], installed: Iterable[str]) -> MetatagError:
    """A language was asked for, or is needed, whose data is not there."""
    have = ", ".join(installed) or "none"
    wanted = ", ".join(f"'{name}'" for name in names)
    return MetatagError(
        f"Recognition of {wanted} is not installed; installed: {have}.", code=ErrorCode.LANGUAGE_NOT_INSTALLED
    )
