"""Notices of viewers: pages that say how to open the document, and hold nothing of it.

They come from forms that only Adobe's viewer builds (XFA), portfolios, and files under rights management.
"""

from __future__ import annotations

import re

# A notice is short; a manual that speaks of viewers is not.
_MAX_CHARS = 2500
# What notices say and nothing else does; and what they say as others do, of which three make a notice.
_SURE = re.compile(
    r"if this message is not eventually replaced with the proper contents"
    r"|si ce message n.est pas (?:finalement )?remplac|(?:falls|wenn) diese meldung nicht durch den"
    r"|si (?:no se reemplaza este mensaje|este mensaje no se reemplaza)"
    r"|se (?:esta mensagem n.{1,2}o for|questo messaggio non viene) "
    r"|pdf.portfolio in acrobat|(?:porte-?documents?|portfolio) pdf dans acrobat|(?:cartera|portafolio) pdf en acrobat"
    r"|your pdf viewer may not be able to display this type of document"
    r"|document you are trying to load requires adobe reader"
    r"|open this pdf portfolio in (?:adobe )?(?:acrobat|reader)"
    r"|to view the full contents of this document, you need a later version of the pdf viewer"
    r"|this (?:pdf|document|file) is protected (?:by|with|using) (?:microsoft|azure|adobe)"
    r"|protected by (?:microsoft )?(?:information|azure) (?:rights management|information protection|protection)"
    r"|this is a protected (?:pdf|document|file)"
    r"|you need a (?:different|compatible|supported) (?:pdf )?(?:reader|viewer)"
    r"|requires (?:the )?(?:fileopen|locklizard|vitrium)"
)
_HINTS = tuple(
    re.compile(hint)
    for hint in (
        r"(?:adobe|acrobat|foxit) (?:reader|acrobat|x\b)|acrobat (?:x\b|reader|dc)"
        r"|compatible (?:pdf )?(?:reader|viewer)",
        r"upgrade to|later version|or (?:later|higher)\b|newer version|download (?:the|a|adobe)\b|get adobe",
        r"please wait|cannot be (?:displayed|opened|viewed)|not (?:properly )?configured|not (?:able to|support)",
        r"pdf portfolio|pdf package|attached files?|attachments? (?:pane|panel)",
        r"rights management|information protection|\birm\b|\bazure rms\b|protected (?:pdf|document|message|file)",
        r"adobe\.com/go|microsoft\.com/fwlink|aka\.ms/|readstep2|acrreader|reader_download",
    )
)
_ENOUGH, _MAX_HINTED = 3, 1200
# No notice lacks all of these; asked first because it costs least.
_WORDS = ("reader", "viewer", "acrobat", "portfolio", "protect", "requires", "pdf")


def is_viewer_notice(text: str) -> bool:
    """Tell whether a page's text is a viewer's notice and no content."""
    if not text or len(text) > _MAX_CHARS:
        return False
    plain = " ".join(text.lower().split())
    if not any(word in plain for word in _WORDS):
        return False
    if _SURE.search(plain):
        return True
    return len(plain) <= _MAX_HINTED and sum(bool(hint.search(plain)) for hint in _HINTS) >= _ENOUGH
