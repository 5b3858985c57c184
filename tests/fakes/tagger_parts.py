"""Stand-ins for the tagger's ports that keep their promises: a model that says what it is told, a quick analyst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from metatag_tagger.answers import AnswerCache
from metatag_tagger.errors import ProviderError
from metatag_tagger.model import Document, KeyState, ModelInfo, Page, Usage
from metatag_tagger.offline.clean import clean
from metatag_tagger.offline.evidence import Finder
from metatag_tagger.offline.study import study
from metatag_tagger.ports import AnalysisOptions, Evidence, LlmAnswer, LlmEntity, LlmOptions, LlmTag, Question, Study
from metatag_tagger.tagging import Tagging, TaggingOptions


class NearAnalyst:
    """The real analysis, in this process."""

    version = "near"

    async def study(self, document: Document, tag_options: AnalysisOptions) -> Study:
        return study(document, tag_options)

    async def ground(self, document: Document, phrases: Sequence[str], language: str) -> list[Evidence]:
        finder = Finder(clean(document.pages), language)
        found = [finder.find(phrase) for phrase in phrases]
        return [Evidence(True, *place) if place else Evidence(False) for place in found]

    def healthy(self) -> bool:
        return True


@dataclass
class SaidModel:
    """A model that answers with the tags it is given, or fails as told; records its questions."""

    says: Sequence[str] = ()
    fails: ProviderError | None = None
    entities: Sequence[LlmEntity] = ()
    host: str = "model.example"
    questions: list[Question] = field(default_factory=list)
    options: list[LlmOptions] = field(default_factory=list)

    async def ask(self, question: Question, options: LlmOptions) -> LlmAnswer:
        self.questions.append(question)
        self.options.append(options)
        if self.fails is not None:
            raise self.fails
        tags = tuple(LlmTag(text, 0.8) for text in self.says)
        return LlmAnswer(
            tags, options.models[0], Usage(10, 5, 15, 120, 1, "gen-1"), raw="{}", entities=tuple(self.entities)
        )

    async def models(self, key: str) -> Sequence[ModelInfo]:
        return []

    async def check_key(self, key: str) -> KeyState:
        return KeyState(True)

    def healthy(self) -> bool:
        return True


class DictCache:
    """A cache without bounds."""

    def __init__(self) -> None:
        self.stored: dict[str, str] = {}

    async def get(self, key: str) -> str | None:
        return self.stored.get(key)

    async def put(self, key: str, value: str) -> None:
        self.stored[key] = value


class QuietMeter:
    """Counts what happens."""

    def __init__(self) -> None:
        self.tags: list[tuple[str, bool]] = []
        self.looks: list[bool] = []

    def tagged(self, tagger: str, degraded: bool, seconds: float) -> None:
        self.tags.append((tagger, degraded))

    def cache(self, hit: bool) -> None:
        self.looks.append(hit)


def tagging(model: SaidModel, *, key: str = "sk-house", meter: QuietMeter | None = None, **options: object) -> Tagging:
    """Give the use case over the stand-ins; `key` is the house's own."""
    meter = meter or QuietMeter()
    given: dict[str, object] = {"default_key": key, "default_model": "house/model", **options}
    cache = AnswerCache(DictCache(), meter, "test")
    return Tagging(NearAnalyst(), model, cache, TaggingOptions(**given), meter)  # type: ignore[arg-type]


def document(*pages: str, **fields: object) -> Document:
    """Give a document of these pages."""
    found = tuple(Page(number, text) for number, text in enumerate(pages, 1))
    return Document(found, **fields)  # type: ignore[arg-type]


ENGLISH = """Solar street lighting for small towns
The municipal corporation will install solar street lights along the main roads. Each solar street light has a lithium
battery and a motion sensor. Battery replacement is part of the maintenance contract. The energy audit of the old sodium
lamps showed that solar street lights save electricity and lower the carbon footprint of the municipal corporation."""
HINDI = """ग्राम पंचायतों में पेयजल आपूर्ति की निगरानी
जल जीवन मिशन के अंतर्गत प्रत्येक ग्रामीण परिवार को नल से जल उपलब्ध कराने के लिए ग्राम पंचायत स्तर पर जल समिति का गठन
किया गया है। समिति के सदस्य पेयजल की गुणवत्ता की जांच करेंगे और जल परीक्षण किट का उपयोग करेंगे।"""
