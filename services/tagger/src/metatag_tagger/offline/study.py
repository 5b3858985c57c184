"""Studies one document: language, tags best first, terms of a list, and a sample of the text for an LLM."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from metatag_tagger.facets.find import find as find_facets
from metatag_tagger.model import NOTE_INSTRUCTIONS, NOTE_LOW_CONFIDENCE, Document, Facet, Tag
from metatag_tagger.normal import public
from metatag_tagger.offline import features
from metatag_tagger.offline.archive import Judgements, adjusted, judged, rarity
from metatag_tagger.offline.calibration import Evidence, calibration
from metatag_tagger.offline.candidates import find
from metatag_tagger.offline.clean import Text, clean
from metatag_tagger.offline.demotion import shares
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
# Characters of the text's beginning that stand for it.
HEAD = 1_500


@dataclass(slots=True)
class Ranked:
    """The pool of a text with scores, and what else is needed to choose from it."""

    pool: features.Pool
    scores: np.ndarray
    text: Text
    language: str
    tokens: int
    title_key: str = ""
    # The share of its score that each candidate kept, see `demotion`.
    kept: np.ndarray | None = None


def study(document: Document, tag_options: AnalysisOptions, embedder: Embedder | None = None) -> Study:
    """Study a document; never fails on text, however odd."""
    ranked = rank(document, embedder)
    facets = _facets(document, ranked)
    lower(ranked, facets)
    finder = Finder(ranked.text, ranked.language)
    tags = _tags(ranked, finder, max(tag_options.count, HINTS if tag_options.budget else 0), tag_options)
    candidates = dict(zip(ranked.pool.forms, ranked.scores.tolist(), strict=True))
    matches = _matches(ranked, finder, candidates, tag_options) if tag_options.terms else []
    if tag_options.archive is not None and tag_options.archive.tags:
        judgements = Judgements.of(tag_options.archive, ranked.language)
        found = match(judgements.wanted(), finder, ranked.language, candidates)
        tags, matches = adjusted(tags, _allowed(found, ranked, tag_options), judgements), judged(matches, judgements)
    excerpt, tokens = sample(document, ranked.text, tag_options.budget) if tag_options.budget else ("", 0)
    confidence = mean_confidence(document.pages)
    notes = [NOTE_LOW_CONFIDENCE] if confidence is not None and confidence < LOW_CONFIDENCE else []
    if ranked.text.suspicious:
        notes.append(NOTE_INSTRUCTIONS)
    return Study(ranked.language, tuple(tags), tuple(matches), excerpt, tokens, tuple(notes), facets)


def _matches(
    ranked: Ranked, finder: Finder, candidates: Mapping[str, float], tag_options: AnalysisOptions
) -> list[Tag]:
    """Return the terms of the list that the text carries, best first; common words of the archive count less."""
    weights = rarity(tag_options.archive, [term.label for term in tag_options.terms])
    return match(tag_options.terms, finder, ranked.language, candidates, tag_options.tag_language, weights=weights)


def _allowed(tags: Iterable[Tag], ranked: Ranked, tag_options: AnalysisOptions) -> list[Tag]:
    """Return the tags that no exclusion keeps away."""
    banned = keys(tag_options.exclusions, ranked.language)
    return [tag for tag in tags if not any(excludes(key(tag.text, ranked.language), word) for word in banned)]


def lower(ranked: Ranked, facets: Sequence[Facet]) -> None:
    """Lower the scores of what a document's facets hold, and of pieces of names and sentences."""
    ranked.kept = shares(ranked.pool.candidates, facets, ranked.title_key, ranked.language)
    ranked.scores = ranked.scores * ranked.kept


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
    return Ranked(pool, scores, text, language, len(tokens), title_key)


def _with_subject(scores: np.ndarray, pool: features.Pool, subject_key: str) -> np.ndarray:
    """Return the scores with what the line "Subject:" names raised: its author says what the letter is about."""
    if not subject_key:
        return scores
    named = np.array([contains(subject_key, candidate.key) for candidate in pool.candidates], bool)
    odds = np.where(named, SUBJECT_ODDS, 1.0) * scores / np.maximum(1 - scores, 1e-6)
    raised: np.ndarray = odds / (1 + odds)
    return raised


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
    picked: list[int] = []
    for number in order:
        candidate = ranked.pool.candidates[number]
        form = _shown(public(ranked.pool.forms[number]), ranked.language)
        if form and not any(excludes(candidate.key, word) for word in banned):
            rows.append((form, candidate.key, float(ranked.scores[number])))
            picked.append(int(number))
    pairs = acronyms(ranked.text.body, ranked.language)
    chosen = distinct(rows, count, pairs, PART_RATIO, FAMILY)
    tags = [_tag(rows[number][0], ranked, picked[number], finder) for number in chosen]
    return sorted(tags, key=lambda tag: -tag.score)


def _tag(form: str, ranked: Ranked, number: int, finder: Finder) -> Tag:
    """Return a candidate as a tag: its score is the probability that a reader finds it good."""
    candidate = ranked.pool.candidates[number]
    place = next((offset for offset in candidate.offsets if offset >= 0), None)
    page, quote = (0, "") if place is None else finder.quote(place, len(candidate.form))
    score = calibration().probability(evidence(ranked, number).measures())
    return Tag(form, round(score, 4), "local", page=page, evidence=quote, grounded=True)


def evidence(ranked: Ranked, number: int) -> Evidence:
    """Return what is known of how good a candidate is."""
    candidate = ranked.pool.candidates[number]
    kept = 1.0 if ranked.kept is None else float(ranked.kept[number])
    row = ranked.pool.matrix[number].tolist()
    return Evidence(float(ranked.scores[number]), row, candidate.language, kept)


def _shown(form: str, language: str) -> str:
    """Give the form a reader expects: Hindi nouns as they stand alone, if the word before still fits."""
    if language != "hi" or not form:
        return form
    before, _, last = form.rpartition(" ")
    alone = direct(last)
    return form if before.endswith("े") and alone.endswith("ा") else f"{before} {alone}".strip()
