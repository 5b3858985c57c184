"""The tagger's parts list: the only place that chooses adapters."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from redis.asyncio import Redis

from metatag.v1 import tagger_pb2, tagger_pb2_grpc
from metatag_runtime.grpc_callers import GATEWAY, JOBS
from metatag_runtime.grpc_server import GrpcServerOptions, GrpcService
from metatag_runtime.hosting import Service
from metatag_tagger.adapters.analyst_pool import AnalystPool
from metatag_tagger.adapters.chat_llm import ChatLlm, ChatOptions
from metatag_tagger.adapters.chat_pictures import ChatPictures
from metatag_tagger.adapters.limits import MemorySchedule, Schedule, SharedLimits
from metatag_tagger.adapters.memory_cache import MemoryCache
from metatag_tagger.adapters.metrics import PrometheusMeter
from metatag_tagger.adapters.pace import interval
from metatag_tagger.adapters.provider_http import HttpOptions, ProviderHttp
from metatag_tagger.adapters.redis_cache import RedisCache
from metatag_tagger.adapters.redis_schedule import RedisSchedule
from metatag_tagger.answers import AnswerCache
from metatag_tagger.llm.prompt import PROMPT_VERSION
from metatag_tagger.offline.version import offline_version
from metatag_tagger.paying import TaggingOptions
from metatag_tagger.picture_reading import PictureReader
from metatag_tagger.ports import Cache
from metatag_tagger.servicer import TaggerServicer
from metatag_tagger.settings import TaggerSettings
from metatag_tagger.tagging import Tagging

_SERVICE = tagger_pb2.DESCRIPTOR.services_by_name["TaggerService"].full_name
CALLERS = {_SERVICE: GATEWAY | JOBS, f"{_SERVICE}/Tag": JOBS}


async def build(settings: TaggerSettings) -> Sequence[Service]:
    """Give the service's services in the order of their start."""
    redis = Redis.from_url(settings.redis_url) if settings.redis_url else None
    analyst = AnalystPool(
        offline_version(settings.local_meaning),
        size=settings.local_workers,
        seconds=settings.local_seconds,
        queue=settings.local_queue,
        memory_mb=settings.local_memory_mb,
        embed=settings.local_meaning,
    )
    llm = _llm(settings, redis)
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
    cache: Cache = RedisCache(redis) if redis is not None else MemoryCache(settings.cache_entries)
    tagging = Tagging(analyst, llm, AnswerCache(cache, meter, PROMPT_VERSION), options, meter)
    pictures = PictureReader(ChatPictures(llm), cache, options, meter)
    servicer = TaggerServicer(tagging, pictures, analyst, llm, options)
    server = GrpcService(
        "tagger",
        GrpcServerOptions(listen=settings.listen, reflection=settings.reflection, callers=CALLERS),
        [lambda server: tagger_pb2_grpc.add_TaggerServiceServicer_to_server(servicer, server)],
        [_SERVICE],
    )
    return [analyst, _Connections(llm, redis), server]


def _llm(settings: TaggerSettings, redis: Redis | None) -> ChatLlm:
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
    pace = interval(settings.llm_calls_per_minute)
    schedule: Schedule = RedisSchedule(redis, pace) if redis is not None else MemorySchedule(pace)
    limits = SharedLimits(schedule, concurrency=settings.llm_concurrency, longest_wait=settings.llm_wait_seconds)
    return ChatLlm(http, limits, ChatOptions(settings.llm_wait_seconds, settings.llm_data_collection))


class _Connections:
    """Closes what the adapters keep open when the service stops."""

    name = "tagger-connections"

    def __init__(self, llm: ChatLlm, redis: Redis | None) -> None:
        self._llm = llm
        self._redis = redis

    async def start(self) -> None:
        """Nothing is opened before it is needed."""

    async def wait(self) -> None:
        """Never ends by itself."""
        await asyncio.Event().wait()

    async def stop(self, grace: float) -> None:
        """Close all connections."""
        await self._llm.close()
        if self._redis is not None:
            await self._redis.aclose()
