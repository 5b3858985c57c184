"""Cores are counted by affinity and by the quota of the control group."""

from __future__ import annotations

from pathlib import Path

import pytest

from metatag_runtime import cpus


@pytest.fixture(autouse=True)
def _eight_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpus.os, "sched_getaffinity", lambda _: set(range(8)), raising=False)


@pytest.mark.parametrize(
    ("quota", "cores"), [("max 100000", 8), ("200000 100000", 2), ("150000 100000", 2), ("10000 100000", 1), ("", 8)]
)
def test_a_quota_of_version_two_bounds_the_cores(tmp_path: Path, quota: str, cores: int):
    (tmp_path / "cpu.max").write_text(quota)

    assert cpus.usable_cpus(tmp_path) == cores


def test_a_quota_of_version_one_bounds_the_cores(tmp_path: Path):
    (tmp_path / "cpu").mkdir()
    (tmp_path / "cpu/cpu.cfs_quota_us").write_text("300000\n")
    (tmp_path / "cpu/cpu.cfs_period_us").write_text("100000\n")

    assert cpus.usable_cpus(tmp_path) == 3


def test_without_a_control_group_affinity_decides(tmp_path: Path):
    assert cpus.usable_cpus(tmp_path) == 8
