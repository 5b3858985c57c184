"""`metatag` and `python -m metatag_cli`."""

from __future__ import annotations

from metatag_cli.app import app


def main() -> None:
    """Run the command that the arguments name."""
    app(prog_name="metatag")


if __name__ == "__main__":
    main()
