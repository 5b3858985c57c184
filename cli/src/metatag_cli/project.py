"""The checkout that this package runs from, if it does."""

from __future__ import annotations

from pathlib import Path


def root() -> Path | None:
    """Give the checkout's folder, None for an installed distribution."""
    folder = Path(__file__).resolve().parents[3]
    return folder if (folder / "scripts" / "setup").is_file() else None
