"""The version of the offline tagger: its code's own number and the fitted ranker's fingerprint."""

from __future__ import annotations

import hashlib
from importlib import resources
from pathlib import Path

# Raise it when cleaning, candidates, features or choosing change what comes out.
CODE = "2"


def offline_version(embed_dir: Path | None) -> str:
    """Give the version, for example "1.3f2a9c+embed": results of one version are the same for the same text."""
    embedded = embed_dir is not None and (embed_dir / "minilm.int8.onnx").is_file()
    folder = resources.files("metatag_tagger.offline") / "data"
    files = (folder / "ranker_any.json", folder / ("ranker_en_embed.json" if embedded else "ranker_en.json"))
    mark = hashlib.sha256(b"".join(file.read_bytes() for file in files if file.is_file())).hexdigest()[:6]
    return f"{CODE}.{mark}{'+embed' if embedded else ''}"
