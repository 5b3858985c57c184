"""How many files and sockets this process may have open."""

from __future__ import annotations

import resource

# Enough for the sockets of a busy gateway; some libraries walk through all numbers up to the limit.
MOST = 65_536


def allow_open_files() -> int:
    """Raise the soft limit, often 1,024, to the hard one, at most to MOST; give what holds now."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST if hard == resource.RLIM_INFINITY else min(MOST, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft
