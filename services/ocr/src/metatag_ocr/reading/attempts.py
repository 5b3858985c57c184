"""The recognitions of one page: in which language and turn first, and what is tried when it came out badly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from metatag_ocr.languages import languages_for, script_of
from metatag_ocr.reading.background import flatten_background
from metatag_ocr.reading.ink import measured, without_lighter
from metatag_ocr.reading.level import SKEWED, deskewed
from metatag_ocr.reading.paler_print import with_paler_print_dark
from metatag_ocr.reading.pictures import calmed, head_line_share, smoothed, strengthened, turned
from metatag_ocr.reading.ports import LOW_CONFIDENCE, Engine, Orientation, Picture, Recognition
from metatag_ocr.reading.related_languages import MARKS, language_of
from metatag_ocr.reading.rules import without_rules, without_ruling
from metatag_ocr.reading.script_choice import READS, ScriptChoice
from metatag_ocr.reading.scripts import WITH_HEAD_LINE
from metatag_ocr.reading.second_script import SecondScript
from metatag_ocr.reading.specks import without_specks
from metatag_ocr.reading.writing import is_gibberish

# Mean confidence under which a page is tried again: bad scans rose from 74 to 91 by it, good ones are above 90.
SECOND_TRY_BELOW = 85.0
# A wrong language or a turned page reads with 16 to 55, the right one hardly below this.
SUSPECT_BELOW = LOW_CONFIDENCE
# OSD's confidence from which a page is turned, or its script believed, before anything was read. Measured: right
# turns 9 to 37, wrong ones up to 3; right Devanagari 7 to 55; Latin 0.4 to 30, taken for Cyrillic with up to 3.
SURE_TURN = 8.0
SURE_SCRIPT = 5.0
# Share of ink in head lines under which a page is not in a script that has them (measured: up to 0.03), and from
# which it may be (0.22 and more).
NO_HEAD_LINES, HEAD_LINES = 0.06, 0.12
# Degrees from which lines are made level for the second try.
_SECOND_SKEW = 0.3
# Share of hardly read words from which a stamp may hide some; confidence from which a word counts as read.
_SOME_UNSURE, _SURE_WORD = 0.02, 75.0
# How many times as many sure letters make a text the better one however sure the rest is.
_MANY_MORE = 1.4
# Tries for turn and language, after the first.
_RECONSIDERED = 2


@dataclass(frozen=True)
class Attempt:
    """One recognition with the circumstances it was made in. `turn` is the page's, in degrees clockwise.

    `picture` is what was read. `second` are languages that read parts of it, None when no part was tried in them.
    """

    read: Recognition
    languages: tuple[str, ...]
    turn: int
    picture: Picture
    second: tuple[str, ...] | None = None

    @cached_property
    def suspect(self) -> bool:
        """Whether the language or the turn may be wrong; asked several times, judged once."""
        return self.read.confidence < SUSPECT_BELOW or is_gibberish(self.read.text)

    def better_than(self, other: Attempt) -> bool:
        """Tell whether this is the better text: more confident, without having lost a third of the letters.

        Or not suspect, with many more of them that are sure: a table may be read by one column, and that well.
        """
        if _sure_letters(self) >= _MANY_MORE * _sure_letters(other) and not self.suspect:
            return True
        mine, theirs = len(self.read.text), len(other.read.text)
        return self.read.confidence > other.read.confidence and mine >= 0.67 * theirs


@dataclass(frozen=True)
class Plan:
    """What is known before a page is read. `asked` tells that a person chose the languages."""

    languages: tuple[str, ...]
    asked: bool
    # The script of the document's other pages; empty when unknown.
    script: str


class Attempts:
    """Makes the recognitions of one page. `pictures` renders the page at a resolution."""

    def __init__(
        self,
        engine: Engine,
        plan: Plan,
        pictures: Callable[[int], Picture],
        lap: Callable[[str], None],
        script_found: Callable[[str], None],
    ) -> None:
        self._engine = engine
        self._plan = plan
        self._pictures = pictures
        self._lap = lap
        self._script_found = script_found
        self._looked = False
        self._seen: Orientation | None = None
        self._told = ""
        self.count = 0

    def best(self, picture: Picture, second_dpi: int) -> Attempt:
        """Read the page until it reads well, or nothing more is worth trying."""
        picture = deskewed(picture)
        if not self._engine.cheap:
            return self._first(picture)
        picture = strengthened(calmed(without_ruling(picture)))
        best = self._first(picture)
        if not best.read.text:
            # Graph paper, photographs: what holds no line costs as much in every try.
            return best
        if best.suspect:
            # Half of the page may be in another script: its lines tell, at less cost than the page in another way.
            best = self._with_second_script(best)
        if best.suspect:
            best = self._reconsidered(picture, best)
        best = self._with_second_script(self._with_paler_print(self._without_stamps(best), best.picture))
        if best.read.confidence < SECOND_TRY_BELOW:
            best = self._second(best, second_dpi)
        if not best.suspect:
            self._tell(script_of(best.languages[0]))
        return best

    def unreadable_script(self, best: Attempt) -> str:
        """Give the script that the page seems to be in and none of our languages reads; empty when all is well."""
        seen = self._seen
        if not best.suspect or seen is None or seen.script_confidence < SURE_SCRIPT:
            return ""
        return "" if languages_for(seen.script, self._plan.languages) else seen.script

    def _first(self, picture: Picture) -> Attempt:
        """Read a picture, whose lines are level if they run across it."""
        level = _tidied(picture)
        scripts = {script_of(name) for name in self._plan.languages}
        script, known = (next(iter(scripts)), True) if len(scripts) == 1 else self._guess(level)
        languages = self._languages(script)
        layout = self._engine.layout(level, languages)
        turn = 0
        if layout is not None and (layout.sideways or not known or self._has_related(script)):
            choice = ScriptChoice(self._engine, level, layout)
            way, _ = choice.best(self._one_of_each_script(), languages[0])
            languages, turn = self._languages(script_of(way.language)), way.turn
            if self._has_related(script_of(way.language)):
                related = languages_for(script_of(way.language), self._plan.languages)
                languages = (language_of(choice.sample_text(way), related),)
        elif layout is None and not known:
            script, turn = self._seen_script(level, script)
            languages = self._languages(script)
        self._tell(script_of(languages[0]))
        return self._try(_cleaned(turned(picture, turn)) if turn else level, languages, turn)

    def _tell(self, script: str) -> None:
        if script != self._told:
            self._told = script
            self._script_found(script)

    def _guess(self, picture: Picture) -> tuple[str, bool]:
        """Return the script to begin with, and whether the document's other pages and the head lines agree on it."""
        guess = self._plan.script or ("Latin" if languages_for("Latin", self._plan.languages) else "")
        if guess and not _contradicts(head_line_share(picture), guess):
            return guess, bool(self._plan.script)
        hanging = [name for name in self._plan.languages if script_of(name) in WITH_HEAD_LINE]
        return (script_of(hanging[0]) if hanging and guess not in WITH_HEAD_LINE else guess), False

    def _seen_script(self, picture: Picture, guess: str) -> tuple[str, int]:
        """Return script and turn as OSD tells them, for engines that find no lines without reading.

        OSD costs a quarter of a recognition, and a wrong guess of Latin shows in the confidence.
        """
        if guess == "Latin" and not _contradicts(head_line_share(picture), guess):
            return guess, 0
        seen = self._look(picture)
        if seen is None:
            return guess, 0
        sure = seen.script_confidence >= SURE_SCRIPT or seen.script == "Latin"
        return seen.script if sure else guess, seen.turn if seen.turn_confidence >= SURE_TURN else 0

    def _has_related(self, script: str) -> bool:
        """Whether several languages of a script may be used and can be told apart."""
        return sum(name in MARKS for name in languages_for(script, self._plan.languages)) > 1 and not self._plan.asked

    def _one_of_each_script(self) -> list[str]:
        """Return the first language of each script that may be used."""
        found: dict[str, str] = {}
        for name in self._plan.languages:
            found.setdefault(script_of(name), self._languages(script_of(name))[0])
        return list(found.values())

    def _reconsidered(self, picture: Picture, best: Attempt) -> Attempt:
        """Find out how this very page lies, and read it again another way as long as it stays suspect."""
        made = set() if best.read.turn else {(best.languages, best.turn)}
        for languages, turn in self._other_ways(picture, best):
            if (languages, turn) in made or len(made) > _RECONSIDERED or not best.suspect:
                continue
            made.add((languages, turn))
            again = self._try(_cleaned(turned(picture, turn)), languages, turn)
            best = again if again.better_than(best) else best
        return best

    def _other_ways(self, picture: Picture, best: Attempt) -> Iterator[tuple[tuple[str, ...], int]]:
        level = _cleaned(picture)
        layout = self._engine.layout(level, best.languages)
        if layout is not None:
            choice = ScriptChoice(self._engine, level, layout)
            way, confidence = choice.best(self._one_of_each_script(), best.languages[0])
            if confidence >= READS:
                yield self._languages(script_of(way.language)), way.turn
        seen = self._look(level)
        if seen is not None:
            yield self._languages(seen.script), seen.turn
        if best.read.turn:
            # An engine that turned the picture by itself finds fewer columns than in a picture that is upright.
            yield best.languages, best.turn
        if best.turn:
            yield best.languages, 0

    def _without_stamps(self, best: Attempt) -> Attempt:
        """Read a page with unsure words or unread print again without the ink that is lighter than its print."""
        if best.read.turn:
            return best
        ink = measured(best.picture, best.read)
        if not ink.overprinted or (best.read.low_share < _SOME_UNSURE and not ink.hides):
            return best
        again = self._try(without_lighter(best.picture, ink), best.languages, 0)
        again = replace(again, turn=best.turn)
        return again if _sure_letters(again) > _sure_letters(best) else best

    def _with_paler_print(self, best: Attempt, picture: Picture) -> Attempt:
        """Read print that is too pale for the page's level by itself, and put it among the rest.

        `picture` is the page with all its ink, at the same places as in what was read.
        """
        darker = None if best.read.turn or best.suspect else with_paler_print_dark(picture, best.read)
        if darker is None:
            return best
        again = replace(self._try(darker, best.languages, 0), turn=best.turn)
        return again if _sure_letters(again) > _sure_letters(best) else best

    def _with_second_script(self, best: Attempt) -> Attempt:
        """Read what the page's language read unsurely in the languages of other scripts."""
        own = script_of(best.languages[0])
        others = [name for name in self._one_of_each_script() if script_of(name) != own]
        if not others or not best.read.lines or best.second is not None:
            return best
        read, used = SecondScript(self._engine, best.picture, best.read).read(best.languages[0], others)
        self._lap("recognize")
        return replace(best, read=read, second=used)

    def _second(self, best: Attempt, dpi: int) -> Attempt:
        picture = without_ruling(deskewed(flatten_background(self._pictures(dpi)), _SECOND_SKEW))
        picture = strengthened(picture)
        self._lap("render")
        level = smoothed(_cleaned(turned(picture, best.turn), _SECOND_SKEW))
        again = self._try(level, best.languages, 0)
        again = self._with_second_script(replace(again, turn=(best.turn + again.turn) % 360))
        return again if again.better_than(best) else best

    def _look(self, picture: Picture) -> Orientation | None:
        if not self._looked:
            self._looked = True
            self._seen = self._engine.orientation(picture)
        return self._seen

    def _languages(self, script: str) -> tuple[str, ...]:
        """Give the one language to read a script with; all that were asked for it, when more were."""
        fitting = languages_for(script, self._plan.languages) if script else []
        if not fitting:
            return self._plan.languages[:1]
        return tuple(fitting) if self._plan.asked else tuple(fitting[:1])

    def _try(self, picture: Picture, languages: Sequence[str], turn: int) -> Attempt:
        """Read a picture that was turned by `turn` already."""
        self.count += 1
        read = self._engine.recognize(picture, languages)
        self._lap("recognize")
        return Attempt(read, tuple(languages), (turn + read.turn) % 360, picture)


def _cleaned(picture: Picture, skewed: float = SKEWED) -> Picture:
    """Return the picture level, and without rules and specks."""
    return _tidied(deskewed(picture, skewed))


def _tidied(picture: Picture) -> Picture:
    return without_specks(without_rules(picture))


def _sure_letters(attempt: Attempt) -> int:
    return sum(len(word.text) for word in attempt.read.words if word.confidence >= _SURE_WORD)


def _contradicts(lines: float, script: str) -> bool:
    """Tell whether a share of head lines is clearly not that of a script."""
    return lines < NO_HEAD_LINES if script in WITH_HEAD_LINE else lines >= HEAD_LINES
