"""`python -m firstbell` and the console scripts."""

from __future__ import annotations

from firstbell.cli.main import app


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
