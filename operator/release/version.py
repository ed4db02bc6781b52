"""The version, which stands in several files, and whether they and a tag agree.

    python operator/release/version.py [TAG]

Prints the version. With a tag, such as v0.1.0, the changelog must have its section, too. What does not agree
is told, and the exit code is 1.
"""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE, CHART, CHANGES = "operator/firstbell/__init__.py", "charts/firstbell/Chart.yaml", "CHANGELOG.md"
PROJECT = "pyproject.toml"
_FORM = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.]+)?")
_SECTION = r"^## \[{}\][^\n]*\n(.*?)(?=^## |^\[|\Z)"


def versions(root: Path = ROOT) -> dict[str, str]:
    """Return the version by the place where it stands; empty where it cannot be found."""
    chart, package = _read(root, CHART), _read(root, PACKAGE)
    return {
        PROJECT: str(tomllib.loads(_read(root, PROJECT)).get("project", {}).get("version", "")),
        PACKAGE: _value(r'^__version__ = "(.*)"$', package),
        f"{CHART}, version": _value(r"^version: (.*)$", chart),
        f"{CHART}, appVersion": _value(r"^appVersion: (.*)$", chart),
    }


def is_prerelease(version: str) -> bool:
    """Tell whether a version promises nothing yet: 0.y.z, or one with a suffix."""
    return version.startswith("0.") or "-" in version


def notes(version: str, root: Path = ROOT) -> str:
    """Return the changelog's section of a version; empty where there is none."""
    found = re.search(_SECTION.format(re.escape(version)), _read(root, CHANGES), re.DOTALL | re.MULTILINE)
    return found.group(1).strip() if found else ""


def problems(tag: str | None = None, root: Path = ROOT) -> list[str]:
    """Return what does not agree, each with where and what to do."""
    told = versions(root)
    version = told[PROJECT]
    if _FORM.fullmatch(version) is None:
        return [f"{PROJECT}: {version!r} is not a version like 0.1.0. Correct project.version."]
    found = [
        f"{place}: {other!r}, and {PROJECT} says {version!r}. Write the same."
        for place, other in told.items()
        if other.strip('"') != version
    ]
    if tag is not None and tag != f"v{version}":
        found.append(
            f"The tag is {tag!r}, and the version {version!r}. Tag v{version}, or raise the version."
        )
    if tag is not None and not notes(version, root):
        found.append(f"{CHANGES}: there is no section [{version}]. Make one of what is in [Unreleased].")
    return found


def _read(root: Path, name: str) -> str:
    return (root / name).read_text(encoding="utf-8")


def _value(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    return found.group(1) if found else ""


def main() -> None:
    """Print the version, or what is wrong."""
    found = problems(sys.argv[1] if sys.argv[1:] else None)
    for problem in found:
        sys.stderr.write(f"{problem}\n")
    if found:
        raise SystemExit(1)
    sys.stdout.write(f"{versions()[PROJECT]}\n")


if __name__ == "__main__":
    main()
