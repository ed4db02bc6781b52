"""The changelog's section of a version, for the page of a release.

python operator/release/notes.py VERSION
"""

from __future__ import annotations

import sys

from version import notes


def main() -> None:
    """Print it; without one the exit code is 1."""
    found = notes(sys.argv[1])
    if not found:
        raise SystemExit(f"CHANGELOG.md: there is no section [{sys.argv[1]}].")
    sys.stdout.write(f"{found}\n")


if __name__ == "__main__":
    main()
