"""The use case: the text of one page from its picture, by a vision model, judged by what was read before."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field, replace

from metatag_runtime.errors import InvalidArgument
from metatag_tagger.errors import Category, NoProviderKey, ProviderError
from metatag_tagger.llm.picture_prompt import PICTURE_PROMPT_VERSION, media_type
from metatag_tagger.llm.thoughts import without_thoughts
from metatag_tagger.model import Usage
from metatag_tagger.paying import TaggingOptions, llm_options
from metatag_tagger.picture_verdict import Verdict, cleaned, judge
from metatag_tagger.ports import Cache, Meter, PictureAnswer, PictureLlm, PictureQuestion

MAX_PICTURE = 4 * 1024 * 1024
MAX_FIRST_TEXT = 20_000
_LANGUAGE = re.compile(r"[A-Za-z_+]{0,80}")


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """A page to read. `key` is secret; costs are in millionths of a US dollar, 0 for no cap."""

    question: PictureQuestion
    model: str = ""
    key: str = field(default="", repr=False)
    account: str = ""
    max_cost_micros: int = 0
    spent_micros: int = 0


@dataclass(frozen=True, slots=True)
class PictureReading:
    """What became of a page. `text` is empty unless the verdict is ACCEPTED."""

    verdict: Verdict
    text: str
    model: str
    usage: Usage


class PictureReader:
    """Reads pictures of pages. Keeps none."""

    def __init__(self, llm: PictureLlm, cache: Cache, options: TaggingOptions, meter: Meter) -> None:
        self._llm = llm
        self._cache = cache
        self._options = options
        self._meter = meter

    async def read(self, request: PictureRequest) -> PictureReading:
        """Return a page's text, or why the model's answer cannot stand for it. Raises MetatagError."""
        _check(request.question)
        own = self._options
        model = request.model.strip() or own.vision_model
        if not model:
            raise ProviderError(Category.MODEL_NOT_FOUND, "No vision model is named, and this server has none.")
        if not (request.key or own.default_key or own.keyless):
            raise NoProviderKey
        options = llm_options(
            own,
            [model],
            request.key,
            max_cost_micros=request.max_cost_micros,
            spent_micros=request.spent_micros,
        )
        name = _name(request, model, options.key)
        answer = _remembered(await self._cache.get(name))
        self._meter.cache(answer is not None)
        if answer is None:
            answer = await self._llm.read(request.question, options)
            await self._cache.put(name, json.dumps(asdict(answer), ensure_ascii=False))
        text = cleaned(without_thoughts(answer.content))
        verdict = _verdict(answer, request.question.first_text, text)
        return PictureReading(verdict, text if verdict is Verdict.ACCEPTED else "", answer.model, answer.usage)


def _verdict(answer: PictureAnswer, first: str, text: str) -> Verdict:
    if answer.unsupported:
        return Verdict.UNSUPPORTED
    if answer.refused:
        return Verdict.EMPTY
    found = judge(first, text)
    # What was cut off at the bound of its length is not the page.
    return Verdict.TOO_LONG if answer.cut_off and found in (Verdict.ACCEPTED, Verdict.DIFFERS) else found


def _check(question: PictureQuestion) -> None:
    if not media_type(question.picture) or len(question.picture) > MAX_PICTURE:
        raise InvalidArgument(f"picture must be a JPEG or PNG of at most {MAX_PICTURE // 2**20} MiB.")
    if not question.first_text.strip() or len(question.first_text) > MAX_FIRST_TEXT:
        raise InvalidArgument(f"first_text must have 1 to {MAX_FIRST_TEXT} characters.")
    if not _LANGUAGE.fullmatch(question.language):
        raise InvalidArgument("language must be Tesseract's name of one.")


def _name(request: PictureRequest, model: str, key: str) -> str:
    # The key is part of it, so that nobody is answered at another's expense.
    question = request.question
    picture = hashlib.sha256(question.picture).hexdigest()
    parts = ["picture", PICTURE_PROMPT_VERSION, request.account, key, model, question.language, question.first_text]
    return hashlib.sha256(json.dumps([*parts, picture]).encode("utf-8", "replace")).hexdigest()


def _remembered(raw: str | None) -> PictureAnswer | None:
    if raw is None:
        return None
    try:
        stored = json.loads(raw)
        usage = replace(Usage(**stored.pop("usage")), cached=True, cost_micros=0, calls=0)
        return PictureAnswer(usage=usage, **stored)
    except (ValueError, KeyError, TypeError):
        # An entry of another version: as good as none.
        return None
