"""The recognitions of one page: in which language and turn first, and what is tried when it came out badly."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from metatag_ocr.languages import languages_for, script_of
from metatag_ocr.reading.level import deskewed
from metatag_ocr.reading.pictures import binarized, calmed, head_line_share, turned
from metatag_ocr.reading.ports import Engine, Orientation, Picture, Recognition
from metatag_ocr.reading.scripts import WITH_HEAD_LINE
from metatag_ocr.reading.writing import is_gibberish

# Mean confidence under which a page is tried again: bad scans rose from 74 to 91 by it, good ones are above 90.
SECOND_TRY_BELOW = 85.0
# A wrong language or a turned page reads with 16 to 55, the right one hardly below this.
SUSPECT_BELOW = 60.0
# OSD's confidence from which a page is turned, or its script believed, before anything was read. Measured: right
# turns 9 to 37, wrong ones up to 3; right Devanagari 7 to 55; Latin 0.4 to 30, taken for Cyrillic with up to 3.
SURE_TURN = 8.0
SURE_SCRIPT = 5.0
# Share of words under SUSPECT_BELOW from which a page may hold a second script: half a page of English read as Hindi
# has 0.52, half a page of Hindi read as English 0.29, clean pages 0.01 to 0.06.
MIXED_SHARE = 0.2
# Share of ink in head lines under which a page is not in a script that has them (measured: up to 0.03), and from
# which it may be (0.22 and more).
NO_HEAD_LINES, HEAD_LINES = 0.06, 0.12
# Degrees from which lines are made level for the second try.
_SECOND_SKEW = 0.3
# Tries for turn and language, after the first.
_RECONSIDERED = 2


@dataclass(frozen=True)
class Attempt:
    """One recognition with the circumstances it was made in. `turn` is the page's, in degrees clockwise."""

    read: Recognition
    languages: tuple[str, ...]
    turn: int

    @cached_property
    def suspect(self) -> bool:
        """Whether the language or the turn may be wrong; asked several times, judged once."""
        return self.read.confidence < SUSPECT_BELOW or is_gibberish(self.read.text)

    def better_than(self, other: Attempt) -> bool:
        """Tell whether this is the better text: more confident, without having lost a third of the letters."""
        mine, theirs = len(self.read.text), len(other.read.text)
        return self.read.confidence > other.read.confidence and mine >= 0.67 * theirs


@dataclass(frozen=True)
class Plan:
    """What is known before a page is read. `asked` tells that a person chose the languages."""

    languages: tuple[str, ...]
    asked: bool
    # The script of the document's other pages; empty when unknown.
    script: str
    words: bool


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
        if not self._engine.cheap:
            return self._first(deskewed(picture))
        picture = calmed(picture)
        best = self._first(deskewed(picture))
        if best.suspect:
            best = self._reconsidered(picture, best)
        if best.read.low_share >= MIXED_SHARE and best.read.confidence < SECOND_TRY_BELOW:
            best = self._mixed(picture, best)
        if best.read.confidence < SECOND_TRY_BELOW:
            best = self._second(best, second_dpi)
        if not best.suspect:
            self._tell(script_of(best.languages[-1]))
        return best

    def unreadable_script(self, best: Attempt) -> str:
        """Give the script that the page seems to be in and none of our languages reads; empty when all is well."""
        seen = self._seen
        if not best.suspect or seen is None or seen.script_confidence < SURE_SCRIPT:
            return ""
        return "" if languages_for(seen.script, self._plan.languages) else seen.script

    def _first(self, picture: Picture) -> Attempt:
        scripts = {script_of(name) for name in self._plan.languages}
        if len(scripts) == 1:
            script, turn = next(iter(scripts)), 0
        else:
            script, turn = self._likely(picture)
        languages = self._languages(script)
        self._tell(script or script_of(languages[0]))
        return self._try(picture, languages, turn)

    def _tell(self, script: str) -> None:
        if script != self._told:
            self._told = script
            self._script_found(script)

    def _likely(self, picture: Picture) -> tuple[str, int]:
        """Give script and turn to begin with: as the other pages, or Latin, unless the head lines speak against it.

        OSD costs a quarter of a recognition, and a wrong guess shows in the confidence: so it is asked where there is
        no good guess.
        """
        guess = self._plan.script or ("Latin" if languages_for("Latin", self._plan.languages) else "")
        if guess and not _contradicts(head_line_share(picture), guess):
            return guess, 0
        seen = self._look(picture)
        if seen is None:
            return guess, 0
        sure = seen.script_confidence >= SURE_SCRIPT or seen.script == "Latin"
        return seen.script if sure else guess, seen.turn if seen.turn_confidence >= SURE_TURN else 0

    def _reconsidered(self, picture: Picture, best: Attempt) -> Attempt:
        """Ask how this very page lies, and read it again another way as long as it stays suspect."""
        made = {(best.languages, best.turn)}
        for languages, turn in self._other_ways(picture, best):
            if (languages, turn) in made or len(made) > _RECONSIDERED or not best.suspect:
                continue
            made.add((languages, turn))
            again = self._try(picture, languages, turn)
            best = again if again.better_than(best) else best
        return best

    def _other_ways(self, picture: Picture, best: Attempt) -> Iterator[tuple[tuple[str, ...], int]]:
        seen = self._look(picture)
        if seen is not None:
            yield self._languages(seen.script), seen.turn
        if best.turn:
            yield best.languages, 0
        for name in self._plan.languages:
            if script_of(name) != script_of(best.languages[0]):
                yield (name,), 0

    def _mixed(self, picture: Picture, best: Attempt) -> Attempt:
        """Read a page of two scripts with both: English first, which measured best."""
        languages = self._two_scripts(best)
        if not languages:
            return best
        again = self._try(picture, languages, best.turn)
        return again if again.better_than(best) else best

    def _two_scripts(self, best: Attempt) -> tuple[str, ...]:
        if "eng" not in self._plan.languages or len(best.languages) > 1:
            return ()
        if best.languages[0] != "eng":
            return ("eng", best.languages[0])
        hinted = self._plan.script or (self._seen.script if self._seen else "")
        others = languages_for(hinted, self._plan.languages) if hinted != "Latin" else []
        if self._plan.asked:
            others += [name for name in self._plan.languages if script_of(name) != "Latin"]
        return ("eng", others[0]) if others else ()

    def _second(self, best: Attempt, dpi: int) -> Attempt:
        picture = self._pictures(dpi)
        self._lap("render")
        level = binarized(deskewed(turned(picture, best.turn), _SECOND_SKEW))
        again = self._try(level, best.languages, 0)
        again = Attempt(again.read, again.languages, (best.turn + again.turn) % 360)
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
        self.count += 1
        read = self._engine.recognize(turned(picture, turn), languages, words=self._plan.words)
        self._lap("recognize")
        return Attempt(read, tuple(languages), (turn + read.turn) % 360)


def _contradicts(lines: float, script: str) -> bool:
    """Tell whether a share of head lines is clearly not that of a script."""
    return lines < NO_HEAD_LINES if script in WITH_HEAD_LINE else lines >= HEAD_LINES
