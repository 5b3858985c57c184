"""The version of the offline tagger: its code's own number and the fitted rankers' fingerprint."""

from __future__ import annotations

import hashlib
from importlib import resources

# Raise it when cleaning, candidates, features or choosing change what comes out.
CODE = "4"


def offline_version(meaning: bool) -> str:
    """Return the version, for example "3.3f2a9c+e5": results of one version are the same for the same text."""
    folder = resources.files("metatag_tagger.offline") / "data"
    ending = "_embed" if meaning else ""
    files = (folder / f"ranker_any{ending}.json", folder / f"ranker_en{ending}.json", folder / "calibration.json")
    mark = hashlib.sha256(b"".join(file.read_bytes() for file in files if file.is_file())).hexdigest()[:6]
    return f"{CODE}.{mark}{'+e5' if meaning else ''}"
