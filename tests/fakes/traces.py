"""Looking for what is left of somebody: in every table of a database, in folders, in Redis."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import sqlalchemy as sa
from redis.asyncio import Redis

from metatag_runtime.sql import Database


async def in_database(url: str, marks: Sequence[str]) -> list[str]:
    """Return `table.column` of every value, in whatever table there is, that holds one of the marks."""
    database = Database(url)
    try:
        async with database.read() as connection:
            names = await connection.run_sync(lambda sync: sa.inspect(sync).get_table_names())
            found = []
            for name in sorted(names):
                rows = (await connection.execute(sa.text(f'SELECT * FROM "{name}"'))).mappings()
                found += [f"{name}.{column}" for row in rows for column, value in row.items() if _holds(value, marks)]
    finally:
        await database.close()
    return sorted(set(found))


async def in_folder(folder: Path, marks: Sequence[str]) -> list[str]:
    """Return the files whose name or content holds one of the marks."""
    return await asyncio.to_thread(_files, folder, [mark.encode() for mark in marks])


async def in_redis(url: str, marks: Sequence[str], longest: int) -> list[str]:
    """Return the keys that hold one of the marks in name or value and do not end within `longest` seconds."""
    redis: Redis = Redis.from_url(url, decode_responses=False)
    found = []
    try:
        async for key in redis.scan_iter(count=1000):
            dumped = await _content(redis, key)
            ttl = await redis.ttl(key)
            if any(mark.encode() in key + dumped for mark in marks) and not 0 <= ttl <= longest:
                found.append(key.decode(errors="replace"))
    finally:
        await redis.aclose()
    return sorted(found)


async def _content(redis: Redis, key: bytes) -> bytes:
    kind = (await redis.type(key)).decode()
    readers = {
        "string": lambda: redis.get(key),
        "hash": lambda: redis.hgetall(key),
        "list": lambda: redis.lrange(key, 0, -1),
        "set": lambda: redis.smembers(key),
        "zset": lambda: redis.zrange(key, 0, -1),
        "stream": lambda: redis.xrange(key),
    }
    return repr(await readers[kind]()).encode() if kind in readers else b""


def _holds(value: object, marks: Iterable[str]) -> bool:
    shown = value.decode(errors="replace") if isinstance(value, bytes | memoryview) else str(value)
    return any(mark in shown for mark in marks)


def _files(folder: Path, marks: Sequence[bytes]) -> list[str]:
    paths = [Path(root) / name for root, _, names in os.walk(folder) for name in names]
    # Write-ahead logs and free pages of SQLite hold old rows until they are used again.
    kept = [path for path in paths if ".sqlite" not in path.name and ".db" not in path.name]
    return [str(path) for path in kept if any(mark in path.name.encode() + path.read_bytes() for mark in marks)]
