"""How many cores this process may use: its affinity, bounded by the quota of its control group."""

from __future__ import annotations

import math
import os
from pathlib import Path

_V2 = "cpu.max"
_V1_QUOTA, _V1_PERIOD = "cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us"


def usable_cpus(cgroup: Path = Path("/sys/fs/cgroup")) -> int:
    """Give the number of cores, at least 1. A quota of 1.5 cores counts as 2: the half core is worth a worker."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    quota = _quota(cgroup)
    return max(1, cores if quota is None else min(cores, math.ceil(quota)))


def _quota(cgroup: Path) -> float | None:
    """Give the quota in cores, or None without one."""
    fields = _read(cgroup / _V2).split()
    if len(fields) != 2:
        fields = [_read(cgroup / _V1_QUOTA).strip(), _read(cgroup / _V1_PERIOD).strip()]
    try:
        quota, period = float(fields[0]), float(fields[1])
    except ValueError:
        return None
    return quota / period if quota > 0 and period > 0 else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""
