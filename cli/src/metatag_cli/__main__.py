"""`metatag` and `python -m metatag_cli`."""

from __future__ import annotations

import gc
import os
import sys

# Modules stay as long as the process: to look through them for garbage while they load takes a sixth of that time.
gc.disable()

from metatag_cli.app import build  # noqa: E402


def main() -> None:
    """Run the command that the arguments name."""
    # A shell that completes a line may ask for any command.
    first = sys.argv[1] if len(sys.argv) > 1 and "_METATAG_COMPLETE" not in os.environ else ""
    app = build(first)
    gc.enable()
    app(prog_name="metatag")


if __name__ == "__main__":
    main()
