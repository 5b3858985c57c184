"""Both clients offer the same."""

from __future__ import annotations

import inspect

import pytest

from metatag_client import AsyncClient, Client


def methods(cls: type) -> dict[str, list[str]]:
    found = inspect.getmembers(cls, inspect.isfunction)
    return {name: list(inspect.signature(value).parameters) for name, value in found if not name.startswith("_")}


def test_both_clients_have_the_same_methods_with_the_same_parameters() -> None:
    assert methods(Client) == methods(AsyncClient)


@pytest.mark.parametrize("name", sorted(methods(Client)))
def test_what_takes_time_is_awaited(name: str) -> None:
    method = getattr(AsyncClient, name)
    assert inspect.iscoroutinefunction(method) or name in {"events", "batch"}


def test_the_descriptions_are_the_same() -> None:
    for name in methods(Client):
        assert inspect.getdoc(getattr(Client, name)) == inspect.getdoc(getattr(AsyncClient, name)), name
