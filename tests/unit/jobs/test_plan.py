"""Fair shares: pure arithmetic."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from metatag_jobs.plan import OpenJob, Window, plan


def job(
    name: str, user: str, queued: int = 100, running: int = 0, most: int = 64, vtime: float = 0.0, alone: bool = False
) -> OpenJob:
    return OpenJob(name, user, alone, queued, running, most, vtime)


def test_two_users_share_the_slots_equally_whatever_the_size_of_their_jobs() -> None:
    shares, _ = plan([job("big", "a", 100_000), job("small", "b", 50)], Window(16, 4, 0, 0))
    assert dict(shares) == {"big": 10, "small": 10}


def test_a_document_sent_alone_is_admitted_although_batches_fill_every_slot() -> None:
    shares, _ = plan([job("batch", "a", 500), job("one", "b", 1, alone=True)], Window(16, 4, 20, 0))
    assert dict(shares) == {"one": 1}


def test_a_user_who_comes_late_neither_owes_nor_owns_the_past() -> None:
    jobs = [job("old", "a", 1000, running=10, vtime=5000.0), job("new", "b", 1000, vtime=0.0)]
    shares, times = plan(jobs, Window(16, 4, 10, 0))
    assert dict(shares) == {"old": 5, "new": 5}
    assert times["b"] >= 5000


def test_jobs_of_one_user_take_turns() -> None:
    shares, _ = plan([job("first", "a"), job("second", "a")], Window(8, 1, 0, 0))
    assert dict(shares) == {"first": 5, "second": 5}


def test_the_bound_of_a_job_and_of_all_batches_is_kept() -> None:
    assert dict(plan([job("a", "u", most=3, running=1)], Window(16, 4, 1, 0))[0]) == {"a": 2}
    assert dict(plan([job("a", "u")], Window(16, 4, 0, 0), max_running=5)[0]) == {"a": 5}


def test_without_workers_nothing_is_admitted() -> None:
    assert plan([job("a", "u"), job("b", "u", alone=True)], Window(0, 0, 0, 0)) == ([], {})


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"), st.integers(0, 30), st.integers(0, 10), st.integers(1, 20), st.floats(0, 100)
        ),
        max_size=12,
    ),
    st.integers(0, 40),
    st.integers(0, 60),
)
def test_no_share_is_larger_than_what_fits(
    jobs: list[tuple[str, int, int, int, float]], slots: int, running: int
) -> None:
    made = [job(str(i), user, queued, now, most, vtime) for i, (user, queued, now, most, vtime) in enumerate(jobs)]
    shares, _ = plan(made, Window(slots, 0, running, 0))
    by_id = {each.job_id: each for each in made}
    assert sum(n for _, n in shares) <= max(0, -(-slots * 5 // 4) - running)
    assert all(0 < n <= min(by_id[i].queued, by_id[i].max_running - by_id[i].running) for i, n in shares)
