"""Whole methods as transactions: a decorated method gets one as its first argument, and may await nothing else."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from metatag_runtime.sql import Database, Transaction


class _Store(Protocol):
    _database: Database


S = TypeVar("S", bound=_Store)
P = ParamSpec("P")
T = TypeVar("T")


def writes(
    method: Callable[Concatenate[S, Transaction, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """Run the method as one writing transaction."""

    @wraps(method)
    async def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._database.writing(lambda transaction: method(self, transaction, *args, **kwargs))

    return run


def writes_by_key(
    method: Callable[Concatenate[S, Transaction, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """Run the method as one writing transaction whose statements find their rows by key: plans of them are kept.

    A test holds their plans to that (test_plans.py), so new statements are named there.
    """

    @wraps(method)
    async def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._database.writing(lambda transaction: method(self, transaction, *args, **kwargs), by_key=True)

    return run


def reads(
    method: Callable[Concatenate[S, Transaction, P], Coroutine[Any, Any, T]],
) -> Callable[Concatenate[S, P], Coroutine[Any, Any, T]]:
    """Run the method as one reading transaction: it sees one snapshot."""

    @wraps(method)
    async def run(self: S, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._database.reading(lambda transaction: method(self, transaction, *args, **kwargs))

    return run
