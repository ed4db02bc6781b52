"""The chart as it is published: the image by its digest, and what Artifact Hub shows of the release.

    python operator/release/chart.py FOLDER --image NAME --digest sha256:... --home URL

The chart of the repository names no image of anybody; this writes a copy into FOLDER, which must not exist.
"""

from __future__ import annotations

import argparse
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml
from version import PROJECT, ROOT, is_prerelease, notes, versions

if TYPE_CHECKING:
    from collections.abc import Iterator

SOURCE = ROOT / "charts/firstbell"
EXAMPLE = ROOT / "examples/smallest.yaml"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
KINDS = {"Added": "added", "Changed": "changed", "Deprecated": "deprecated", "Removed": "removed",
         "Fixed": "fixed", "Security": "security"}  # fmt: skip
"""Headings of the changelog, and what Artifact Hub calls them."""


class PublishError(Exception):
    """The chart cannot be published so; the text says why."""


def publish(folder: Path, *, image: str, digest: str, home: str) -> None:
    """Write the chart into a folder, with the image and the annotations of this version.

    Raises PublishError.
    """
    if DIGEST.fullmatch(digest) is None:
        raise PublishError(
            f"--digest: {digest!r} is not like sha256:, and 64 digits of a hexadecimal number."
        )
    shutil.copytree(SOURCE, folder)
    values = folder / "values.yaml"
    text = values.read_text(encoding="utf-8")
    registry, _, repository = image.partition("/")
    text = _set(text, r'^  registry: ""$', f"  registry: {registry}")
    text = _set(text, r"^  repository: firstbell$", f"  repository: {repository}")
    text = _set(text, r'^  digest: ""$', f"  digest: {digest}")
    values.write_text(text, encoding="utf-8", newline="\n")
    chart = folder / "Chart.yaml"
    body = yaml.safe_load(chart.read_text(encoding="utf-8"))
    version = versions()[PROJECT]
    body |= {"home": home, "sources": [home]}
    body["annotations"] |= {
        "artifacthub.io/images": _dumped([{"name": "firstbell", "image": f"{image}@{digest}"}]),
        "artifacthub.io/links": _dumped(
            [
                {"name": "Documentation", "url": f"{home}/tree/v{version}/operator/docs"},
                {"name": "Support", "url": f"{home}/issues"},
            ]
        ),
        "artifacthub.io/changes": _dumped(changes(notes(version))),
        "artifacthub.io/crds": _dumped(list(kinds(folder))),
        "artifacthub.io/crdsExamples": _dumped(list(yaml.safe_load_all(EXAMPLE.read_text(encoding="utf-8")))),
        "artifacthub.io/prerelease": str(is_prerelease(version)).lower(),
    }
    chart.write_text(_dumped(body), encoding="utf-8", newline="\n")


def kinds(folder: Path) -> Iterator[dict[str, str]]:
    """Yield what Artifact Hub shows of each kind that a chart in a folder defines."""
    for file in sorted((folder / "crd-files").glob("*.yaml")):
        body = yaml.safe_load(file.read_text(encoding="utf-8"))
        kind, served = body["spec"]["names"]["kind"], body["spec"]["versions"][0]
        yield {
            "kind": kind,
            "version": served["name"],
            "name": body["metadata"]["name"],
            "displayName": kind,
            "description": served["schema"]["openAPIV3Schema"]["description"],
        }


def changes(section: str) -> list[dict[str, str]]:
    """Return a changelog's section as Artifact Hub takes it: each entry a kind and a line of text."""
    found: list[dict[str, str]] = []
    kind = "changed"
    for line in section.splitlines():
        if line.startswith("### "):
            kind = KINDS.get(line.removeprefix("### ").strip(), "changed")
        elif line.startswith("- "):
            found.append({"kind": kind, "description": line.removeprefix("- ")})
        elif line.strip() and found:
            found[-1]["description"] += f" {line.strip()}"
    return [entry | {"description": _plain(entry["description"])} for entry in found]


def _plain(text: str) -> str:
    """Return Markdown's words: links by what they say, no stars and no backquotes."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("**", "").replace("`", "")


def _set(text: str, pattern: str, line: str) -> str:
    changed, count = re.subn(pattern, line, text, count=1, flags=re.MULTILINE)
    if not count:
        raise PublishError(f"values.yaml has no line {pattern}: mend operator/release/chart.py.")
    return changed


def _dumped(value: Any) -> str:
    return yaml.safe_dump(value, sort_keys=False, allow_unicode=True, width=1000)


def main() -> None:
    """Write the chart as the options say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    for option in ("--image", "--digest", "--home"):
        parser.add_argument(option, required=True)
    given = parser.parse_args()
    try:
        publish(given.folder, image=given.image, digest=given.digest, home=given.home)
    except PublishError as error:
        raise SystemExit(str(error)) from None


if __name__ == "__main__":
    main()
