"""Places: as many as there are for one alone, a quarter for each once half are taken."""

from __future__ import annotations

from metatag_gateway.places import Places


def test_one_alone_gets_half_and_others_still_find_room() -> None:
    places = Places(8)
    assert [places.take("a") for _ in range(6)] == [True] * 4 + [False] * 2
    assert [places.take("b") for _ in range(3)] == [True, True, False]
    assert [places.take("c") for _ in range(3)] == [True, True, False]
    assert places.taken == 8


def test_a_place_given_back_can_be_taken_again() -> None:
    places = Places(1)
    assert places.take("a")
    assert not places.take("b")
    places.give_back("a")
    assert places.take("b")
