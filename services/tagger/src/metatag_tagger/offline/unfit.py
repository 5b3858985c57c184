"""What cannot be a tag however often it stands in the text: generic words, torn and misread ones, single letters."""

from __future__ import annotations

from collections.abc import Iterable

from metatag_tagger.offline.candidates import Candidate
from metatag_tagger.offline.clean import Text
from metatag_tagger.offline.figures import unit_words
from metatag_tagger.offline.frequency import UNKNOWN, has_table, zipf
from metatag_tagger.offline.legible import is_strange, is_torn
from metatag_tagger.offline.lists import generic_words, poor_alone
from metatag_tagger.offline.scripts import script_of
from metatag_tagger.words import contains, fold

# A spelling as no word of the language has is believed when it comes so often.
_BELIEVED = 3
# Word confidence (0 to 100) of a page from which an unknown word seen once is believed.
_SURE = 96.0
# Single letters that stand behind a word: vitamin C, hepatitis B, plan A, type D.
_LETTERS = frozenset("abcdek")


def unfit(found: Iterable[Candidate], text: Text, title_key: str) -> frozenset[str]:
    """Return the keys of the candidates that cannot be tags."""
    return frozenset(candidate.key for candidate in found if _is_unfit(candidate, text, title_key))


def _is_unfit(candidate: Candidate, text: Text, title_key: str) -> bool:
    forms = candidate.form.split()
    if _is_generic(forms, candidate.language) and not (len(forms) > 1 and contains(title_key, candidate.key)):
        return True
    if len(forms[0]) == 1 or (len(forms[-1]) == 1 and (len(forms) == 1 or fold(forms[-1]) not in _LETTERS)):
        return script_of(forms[0]) in ("latn", "deva", "") or len(forms) > 1
    if len(forms[-1]) == 1 and _is_cut(candidate, text):
        return True
    if any(is_torn(form) for form in forms):
        return True
    if len(candidate.positions) < _BELIEVED and any(is_strange(form) for form in forms):
        return True
    return len(candidate.positions) == 1 and _is_misread(candidate, forms, text)


def _is_cut(candidate: Candidate, text: Text) -> bool:
    """Return whether a stop stands behind a phrase's single letter, which then begins an abbreviation ("B.Com")."""
    offset = candidate.offsets[0]
    end = offset + len(candidate.form)
    if offset < 0 or text.body[end : end + 1] != ".":
        return False
    # "B.Com", and the first letter of a name: "Steven E. Mercer".
    following = text.body[end + 1 : end + 3]
    return following[:1].isalpha() or (following[:1] == " " and following[1:].isupper() and candidate.form.istitle())


def _is_generic(forms: list[str], language: str) -> bool:
    """Return whether no word of a phrase says anything in particular."""
    generic = (poor_alone if len(forms) == 1 else generic_words)(language) | unit_words()
    return all(fold(form) in generic or form[0].isdigit() for form in forms)


def _is_misread(candidate: Candidate, forms: list[str], text: Text) -> bool:
    """Return whether a once-seen phrase of a recognised page holds a small word that the language does not know."""
    offset = candidate.offsets[0]
    confidence = text.confidence_at(offset) if offset >= 0 else None
    if confidence is None or confidence >= _SURE or not has_table(candidate.language):
        return False
    return any(_is_unknown(form, candidate.language) for form in forms)


def _is_unknown(form: str, language: str) -> bool:
    if "-" in form or form[0].isdigit() or zipf(form.lower(), language) > UNKNOWN:
        return False
    # Names are unknown and begin with a capital; a misread name of three letters says nothing.
    return form.islower() if script_of(form) == "latn" and len(form) > 3 else script_of(form) == "latn"
