"""`metatag` and `python -m metatag_cli`."""

from __future__ import annotations

import gc

# Modules stay as long as the process: to look through them for garbage while they load takes a sixth of that time.
gc.disable()

from metatag_cli.app import app  # noqa: E402


def main() -> None:
    """Run the command that the arguments name."""
    gc.enable()
    app(prog_name="metatag")


if __name__ == "__main__":
    main()
