"""Studies one document: language, tags best first, terms of a list, and a sample of the text for an LLM."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from metatag_tagger.facets.find import find as find_facets
from metatag_tagger.model import NOTE_INSTRUCTIONS, NOTE_LOW_CONFIDENCE, Document, Facet, FacetKind, Tag
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
from metatag_tagger.offline.headings import first_lines, headings, subjects, usable_title
from metatag_tagger.offline.hindi import direct
from metatag_tagger.offline.prompt_injection import strip_injections
from metatag_tagger.offline.ranker import score
from metatag_tagger.offline.regions import Languages
from metatag_tagger.offline.tokens import tokenize
from metatag_tagger.offline.unfit import unfit
from metatag_tagger.offline.vocabulary import match
from metatag_tagger.ports import AnalysisOptions, Study
from metatag_tagger.words import contains, excludes, key, keys

# A part of a chosen phrase must be worth so much of it to stand beside it.
PART_RATIO = 0.7
# Of phrases built on the same two words so many are kept: more of them say little about the rest of the document.
FAMILY = 2
# Phrases given to a model as hints.
HINTS = 30
# What the ranker that knows meaning says in the score. In other languages than English it was fitted on less.
MEANING_SHARE, MEANING_SHARE_OTHER = 0.5, 0.25
# How much likelier a phrase is a tag when the line "Subject:" holds it.
SUBJECT_ODDS = 2.5
# What a person's name keeps of its score: whom a paper names is a facet, what it is about a topic.
PERSON_KEPT = 0.5
# What a possible piece of a sentence keeps of its score, and the words from which a phrase may be one.
PIECE_KEPT, LONG_PHRASE = 0.6, 4
# Characters of the text's beginning that stand for it.
HEAD = 1_500


_HONORIFICS = frozenset({"shri", "smt", "mr", "mrs", "ms", "dr", "sri", "km"})


@dataclass(slots=True)
class Ranked:
    """The pool of a text with scores, and what else is needed to choose from it."""

    pool: features.Pool
    scores: np.ndarray
    text: Text
    language: str
    tokens: int
    title_key: str = ""


def study(document: Document, tag_options: AnalysisOptions, embedder: Embedder | None = None) -> Study:
    """Study a document; never fails on text, however odd."""
    ranked = rank(document, embedder)
    facets = _facets(document, ranked)
    _lower_people(ranked, facets)
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
    return Study(ranked.language, tuple(tags), tuple(matches), excerpt, tokens, tuple(notes), facets)


def _lower_people(ranked: Ranked, facets: Sequence[Facet]) -> None:
    """Lower the scores of names of persons, whole or in part, that the title does not hold."""
    people = [key(facet.value, ranked.language) for facet in facets if facet.kind is FacetKind.PERSON]
    for number, candidate in enumerate(ranked.pool.candidates):
        bare = " ".join(stem for stem in candidate.stems if stem not in _HONORIFICS)
        if any(contains(person, bare) for person in people) and not contains(ranked.title_key, candidate.key):
            ranked.scores[number] *= PERSON_KEPT


def _facets(document: Document, ranked: Ranked) -> tuple[Facet, ...]:
    """Return the typed tags; orders to a machine are taken out of the text before names are looked for in it."""
    if not ranked.text.suspicious:
        return find_facets(document.pages)
    pages = [replace(page, text=strip_injections(page.text)[0]) for page in document.pages]
    return find_facets(pages)


def rank(
    document: Document, embedder: Embedder | None = None, languages_of: Callable[[str, str], Languages] = Languages
) -> Ranked:
    """Return a document's candidates with their scores; `languages_of` tells the languages of (text, hint)."""
    text = clean(document.pages)
    title = usable_title(document.title, text.body)
    before = _before(title, document.description, text.body)
    languages = languages_of(before + text.body, document.language)
    language = languages.main
    tokens = tokenize(before + text.body, languages)
    title_end = sum(token.offset < len(before) for token in tokens) if title else 0
    known = repair(find(tokens, title_end), language)
    for candidate in known:
        # Offsets are places in the text; what stands before it has none.
        candidate.offsets = [offset - len(before) for offset in candidate.offsets]
    subject_key = key(" . ".join(subjects(text.body)), language)
    title_key = f"{key(f'{title} . {first_lines(text.body)}', language)} . {subject_key}"
    setting = features.Setting(
        length=max(1, len(tokens)),
        title_key=title_key,
        ranks=centrality(tokens),
        language=language,
        headings_key=_headings_key(document, text, language),
    )
    pool = features.build(known, setting, unfit(known, text, title_key))
    scores = score(pool.matrix, language, False)
    if embedder is not None and pool.candidates:
        embedder.fill(pool, scores, f"{title}. {before or text.body[:HEAD]} {text.body[:HEAD]}", len(tokens))
        # Two rankers err in different places: their mean is steadier than either.
        share = MEANING_SHARE if language == "en" else MEANING_SHARE_OTHER
        scores = (1 - share) * scores + share * score(pool.matrix, language, True)
    scores = _with_subject(scores, pool, subject_key) * doubts(pool.candidates, text, language)
    scores *= np.array([_completeness(candidate, title_key) for candidate in pool.candidates])
    return Ranked(pool, scores, text, language, len(tokens), title_key)


def _with_subject(scores: np.ndarray, pool: features.Pool, subject_key: str) -> np.ndarray:
    """Return the scores with what the line "Subject:" names raised: its author says what the letter is about."""
    if not subject_key:
        return scores
    named = np.array([contains(subject_key, candidate.key) for candidate in pool.candidates], bool)
    odds = np.where(named, SUBJECT_ODDS, 1.0) * scores / np.maximum(1 - scores, 1e-6)
    raised: np.ndarray = odds / (1 + odds)
    return raised


def _completeness(candidate: Candidate, title_key: str) -> float:
    """Return what a phrase keeps of its score: less when it may be a piece of a sentence that happened to be cut so.

    That is a once-seen phrase with a participle ("repaired pump") or of five words without a capital.
    """
    if len(candidate.positions) > 1 or candidate.language != "en" or contains(title_key, candidate.key):
        return 1.0
    participle = len(candidate.tags) > 1 and candidate.tags[0] in ("VBN", "VBG", "VBD")
    inside = any(tag.startswith("VB") for tag in candidate.tags[1:-1])
    long = len(candidate.tags) > LONG_PHRASE and candidate.form.islower()
    return PIECE_KEPT if participle or inside or long else 1.0


def _headings_key(document: Document, text: Text, language: str) -> str:
    """Return the keys of the headings that the pages' reader found, or of lines that look like headings."""
    given = [heading for page in document.pages for heading in page.headings]
    return " . ".join(key(heading, language) for heading in (given or headings(text.body)))


def _before(title: str, description: str, body: str) -> str:
    """Return title and description as text to stand before the body, without what the body begins with anyway."""
    beginning = " ".join(body[:2_000].split()).casefold()
    parts = [part for part in (title, description) if part and " ".join(part.split()).casefold() not in beginning]
    return "".join(f"{part}\n\n" for part in parts)


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
        place = next((offset for offset in picked[number].offsets if offset >= 0), None)
        page, quote = (0, "") if place is None else finder.quote(place, len(picked[number].form))
        tags.append(Tag(form, round(min(1.0, max(0.0, value)), 4), "local", page=page, evidence=quote, grounded=True))
    return tags


def _shown(form: str, language: str) -> str:
    """Give the form a reader expects: Hindi nouns as they stand alone, if the word before still fits."""
    if language != "hi" or not form:
        return form
    before, _, last = form.rpartition(" ")
    alone = direct(last)
    return form if before.endswith("े") and alone.endswith("ा") else f"{before} {alone}".strip()
