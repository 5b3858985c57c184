"""The tagger's parts without its server: who writes tags, and what they are asked through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from metatag_tagger.adapters.analyst_pool import AnalystPool
from metatag_tagger.adapters.limits import MemorySchedule, Schedule, SharedLimits
from metatag_tagger.adapters.memory_cache import MemoryCache
from metatag_tagger.adapters.metrics import PrometheusMeter
from metatag_tagger.adapters.no_llm import NoLlm
from metatag_tagger.adapters.pace import interval
from metatag_tagger.answers import AnswerCache
from metatag_tagger.llm.prompt import PROMPT_VERSION
from metatag_tagger.offline.version import offline_version
from metatag_tagger.paying import TaggingOptions
from metatag_tagger.picture_reading import PictureReader
from metatag_tagger.ports import Cache, PictureLlm
from metatag_tagger.servicer import TaggerServicer
from metatag_tagger.settings import TaggerSettings
from metatag_tagger.tagging import Tagging

if TYPE_CHECKING:
    from redis.asyncio import Redis

    from metatag_tagger.adapters.chat_llm import ChatLlm


@dataclass(frozen=True)
class Components:
    """`analyst` is started before the servicer is called; after it `analyst`, `llm` and `redis` are closed."""

    analyst: AnalystPool
    llm: ChatLlm | NoLlm
    redis: Redis | None
    servicer: TaggerServicer

    @classmethod
    def choose(cls, settings: TaggerSettings, *, warm: bool = True, offline: bool = False) -> Components:
        """Pick the adapters that the settings name; opens nothing yet.

        Without `warm` a child of the offline tagger loads a language when a document is written in it. `offline` asks
        no language model, whatever the settings say.
        """
        redis = _redis(settings.redis_url)
        analyst = AnalystPool(
            offline_version(settings.local_meaning),
            size=settings.local_workers,
            seconds=settings.local_seconds,
            queue=settings.local_queue,
            memory_mb=settings.local_memory_mb,
            embed=settings.local_meaning,
            warm=warm,
        )
        llm = NoLlm() if offline else _llm(settings, redis)
        options = TaggingOptions(
            default_key=settings.llm_key.get_secret_value(),
            keyless=settings.llm_keyless,
            default_model=settings.llm_model,
            fallback_models=settings.fallback_models,
            offered_models=settings.offered_models,
            input_tokens=settings.llm_input_tokens,
            max_cost_micros=settings.llm_max_cost_micros,
            vision_model=settings.llm_vision_model.strip(),
        )
        meter = PrometheusMeter()
        cache = _cache(settings, redis)
        tagging = Tagging(analyst, llm, AnswerCache(cache, meter, PROMPT_VERSION), options, meter)
        pictures = PictureReader(_pictures(llm), cache, options, meter)
        return cls(analyst, llm, redis, TaggerServicer(tagging, pictures, analyst, llm, options))


def _redis(url: str) -> Redis | None:
    if not url:
        return None
    # Loaded where it is used alone: a tenth of a second at every start.
    from redis.asyncio import Redis

    return Redis.from_url(url)


def _cache(settings: TaggerSettings, redis: Redis | None) -> Cache:
    if redis is None:
        return MemoryCache(settings.cache_entries)
    from metatag_tagger.adapters.redis_cache import RedisCache

    return RedisCache(redis)


def _schedule(redis: Redis | None, pace: float) -> Schedule:
    if redis is None:
        return MemorySchedule(pace)
    from metatag_tagger.adapters.redis_schedule import RedisSchedule

    return RedisSchedule(redis, pace)


def _pictures(llm: ChatLlm | NoLlm) -> PictureLlm:
    if isinstance(llm, NoLlm):
        return llm
    from metatag_tagger.adapters.chat_pictures import ChatPictures

    return ChatPictures(llm)


def _llm(settings: TaggerSettings, redis: Redis | None) -> ChatLlm:
    from metatag_tagger.adapters.chat_llm import ChatLlm, ChatOptions
    from metatag_tagger.adapters.provider_http import HttpOptions, ProviderHttp

    http = ProviderHttp(
        HttpOptions(
            base_url=settings.llm_base_url,
            connect_seconds=settings.llm_connect_seconds,
            read_seconds=settings.llm_read_seconds,
            app_name=settings.llm_app_name,
            app_url=settings.llm_app_url,
            proxy=settings.llm_proxy,
        )
    )
    schedule = _schedule(redis, interval(settings.llm_calls_per_minute))
    limits = SharedLimits(schedule, concurrency=settings.llm_concurrency, longest_wait=settings.llm_wait_seconds)
    return ChatLlm(http, limits, ChatOptions(settings.llm_wait_seconds, settings.llm_data_collection))
