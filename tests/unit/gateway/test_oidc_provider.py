"""Keys of a single sign-on provider: asked for when they change, kept while it is away."""

from __future__ import annotations

import pytest

from fakes.oidc import AUDIENCE, CLIENT, Provider, provider
from metatag_gateway.adapters.oidc_provider import AGAIN, FRESH, OidcProvider, groups_of
from metatag_gateway.errors import Unauthenticated
from metatag_gateway.external_accounts import GroupRules
from metatag_gateway.model.external import OidcOptions
from metatag_runtime.errors import Unavailable


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def reader(found: Provider, clock: Clock) -> OidcProvider:
    options = OidcOptions(found.issuer, CLIENT, "", "https://x/sign-in/oidc/callback", "openid", AUDIENCE)
    return OidcProvider(options, clock)


async def test_a_new_key_is_found_without_a_restart_and_a_withdrawn_one_ends() -> None:
    clock = Clock()
    async with provider() as found:
        checks = reader(found, clock)
        assert (await checks.check(found.token())).subject == "asha"
        found.add_key("second")
        with pytest.raises(Unauthenticated):
            # Keys were asked for just now: a flood of unknown names must not become a flood of questions.
            await checks.check(found.token("second"))
        clock.now += AGAIN + 1
        assert (await checks.check(found.token("second"))).email == "asha@example.com"
        old = found.token("first")
        del found.keys["first"]
        assert (await checks.check(old)).subject == "asha"
        clock.now += FRESH + 1
        with pytest.raises(Unauthenticated):
            await checks.check(old)
        await checks.close()


async def test_known_keys_go_on_while_the_provider_is_away() -> None:
    clock = Clock()
    async with provider() as found:
        checks = reader(found, clock)
        found.is_away = True
        with pytest.raises(Unavailable):
            await checks.check(found.token())
        found.is_away = False
        clock.now += AGAIN + 1
        await checks.check(found.token())
        found.is_away = True
        clock.now += FRESH * 5
        assert (await checks.check(found.token())).subject == "asha"
        await checks.close()


def test_groups_are_read_from_where_the_operator_says() -> None:
    claims = {"groups": ["a", "b", 7], "roles": "c d", "realm_access": {"roles": ["e"]}}
    assert groups_of(claims, "groups") == {"a", "b"}
    assert groups_of(claims, "roles") == {"c", "d"}
    assert groups_of(claims, "realm_access.roles") == {"e"}
    assert groups_of(claims, "realm_access.x") == groups_of(claims, "x.y") == frozenset()


def test_the_first_rule_that_fits_decides_the_role() -> None:
    rules = GroupRules(frozenset({"admins"}), frozenset({"auditors"}))
    assert rules.role(frozenset({"admins", "auditors"})) == "administrator"
    assert rules.role(frozenset({"auditors"})) == "auditor"
    assert rules.role(frozenset()) == "user"
