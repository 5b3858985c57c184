"""Studies one document: language, tags best first, terms of a list, and a sample of the text for an LLM."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from metatag_tagger.facets.find import find as find_facets
from metatag_tagger.model import NOTE_INSTRUCTIONS, NOTE_LOW_CONFIDENCE, Document, Facet, Tag
from metatag_tagger.normal import public
from metatag_tagger.offline import features
from metatag_tagger.offline.candidates import Candidate, find
from metatag_tagger.offline.clean import Text, clean
from metatag_tagger.offline.doubt import LOW_CONFIDENCE, doubts, mean_confidence, repair
from metatag_tagger.offline.duplicates import acronyms, distinct
from metatag_tagger.offline.embed import Embedder
from metatag_tagger.offline.evidence import Finder
from metatag_tagger.offline.excerpt import sample
from metatag_tagger.offline.graph import centrality
from metatag_tagger.offline.hindi import direct
from metatag_tagger.offline.language import detect
from metatag_tagger.offline.prompt_injection import strip_injections
from metatag_tagger.offline.ranker import score
from metatag_tagger.offline.tokens import tokenize
from metatag_tagger.offline.vocabulary import match
from metatag_tagger.ports import AnalysisOptions, Study
from metatag_tagger.words import excludes, key, keys

# A part of a chosen phrase must be worth so much of it to stand beside it.
PART_RATIO = 0.7
# Of phrases built on the same two words so many are kept: more of them say little about the rest of the document.
FAMILY = 2
# Phrases given to a model as hints.
HINTS = 30
# Words of the text's first line that count as its title when none is known.
_TITLE_LINE = re.compile(r"\s*([^\n]{0,220})")
_TITLE_WORDS = 25


@dataclass(slots=True)
class Ranked:
    """The pool of a text with scores, and what else is needed to choose from it."""

    pool: features.Pool
    scores: np.ndarray
    text: Text
    language: str
    tokens: int


def study(document: Document, tag_options: AnalysisOptions, embedder: Embedder | None = None) -> Study:
    """Study a document; never fails on text, however odd."""
    ranked = rank(document, embedder)
    finder = Finder(ranked.text, ranked.language)
    tags = _tags(ranked, finder, max(tag_options.count, HINTS if tag_options.budget else 0), tag_options)
    candidates = dict(zip(ranked.pool.forms, ranked.scores.tolist(), strict=True))
    matches = (
        match(tag_options.terms, finder, ranked.language, candidates, tag_options.tag_language)
        if tag_options.terms
        else []
    )
    excerpt, tokens = sample(document, ranked.text, tag_options.budget) if tag_options.budget else ("", 0)
    confidence = mean_confidence(document.pages)
    notes = [NOTE_LOW_CONFIDENCE] if confidence is not None and confidence < LOW_CONFIDENCE else []
    if ranked.text.suspicious:
        notes.append(NOTE_INSTRUCTIONS)
    return Study(ranked.language, tuple(tags), tuple(matches), excerpt, tokens, tuple(notes), _facets(document, ranked))


def _facets(document: Document, ranked: Ranked) -> tuple[Facet, ...]:
    """Return the typed tags; orders to a machine are taken out of the text before names are looked for in it."""
    if not ranked.text.suspicious:
        return find_facets(document.pages)
    pages = [replace(page, text=strip_injections(page.text)[0]) for page in document.pages]
    return find_facets(pages)


def rank(document: Document, embedder: Embedder | None = None) -> Ranked:
    """Give a document's candidates with their scores."""
    text = clean(document.pages)
    language = detect(text.body or document.title, document.language)
    tokens = tokenize(text.body, language)
    found = find(tokens, language)
    known = repair(found, language)
    setting = features.Setting(
        length=max(1, len(tokens)),
        title_key=_title_key(document, text, language),
        ranks=centrality(tokens, language),
        language=language,
    )
    pool = features.build(known, setting)
    scores = score(pool.matrix, language, False)
    if embedder is not None and language == "en" and pool.candidates:
        embedder.fill(pool, scores, text.body, document.title or _first_line(text))
        scores = score(pool.matrix, language, True)
    scores = scores * doubts(pool.candidates, text, language)
    return Ranked(pool, scores, text, language, len(tokens))


def _first_line(text: Text) -> str:
    found = _TITLE_LINE.match(text.body)
    return found.group(1) if found else ""


def _title_key(document: Document, text: Text, language: str) -> str:
    first = " ".join(_first_line(text).split()[:_TITLE_WORDS])
    return key(f"{document.title} . {first}", language)


def _tags(ranked: Ranked, finder: Finder, count: int, tag_options: AnalysisOptions) -> list[Tag]:
    banned = keys(tag_options.exclusions, ranked.language)
    order = np.argsort(-ranked.scores, kind="stable")
    rows: list[tuple[str, str, float]] = []
    picked: list[Candidate] = []
    for number in order:
        candidate = ranked.pool.candidates[number]
        form = _shown(public(ranked.pool.forms[number]), ranked.language)
        if form and not any(excludes(candidate.key, word) for word in banned):
            rows.append((form, candidate.key, float(ranked.scores[number])))
            picked.append(candidate)
    chosen = distinct(rows, count, acronyms(ranked.text.body, ranked.language), PART_RATIO, FAMILY)
    tags = []
    for number in chosen:
        form, _, value = rows[number]
        page, quote = finder.quote(picked[number].offsets[0], len(picked[number].form))
        tags.append(Tag(form, round(min(1.0, max(0.0, value)), 4), "local", page=page, evidence=quote, grounded=True))
    return tags


def _shown(form: str, language: str) -> str:
    """Give the form a reader expects: Hindi nouns as they stand alone, if the word before still fits."""
    if language != "hi" or not form:
        return form
    before, _, last = form.rpartition(" ")
    alone = direct(last)
    return form if before.endswith("े") and alone.endswith("ा") else f"{before} {alone}".strip()
