"""The manifest of the kubectl plugin for krew, of the archives that a release has made.

    python operator/release/krew.py --home URL ARCHIVE...

Each archive is named firstbell-OS-ARCH.tar.gz; archive.py makes it. Prints the manifest.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from pathlib import Path
from typing import Any

import yaml
from archive import system_of
from version import PROJECT, versions

SHORT = "Make workloads Ready before lessons restart"
DESCRIPTION = """\
Plans by the school calendar how many replicas each workload needs at which
bell, shows what the firstbell operator decides and why, and gives it orders
with an end: plan, lint, simulate, explain, status, override, declare, stop.
What is planned from files needs no cluster.
"""
CAVEATS = """\
This plugin is a Python program: it needs Python 3.11 to 3.14 in PATH, or named
in FIRSTBELL_PYTHON. The operator itself is installed with its Helm chart.

To complete its commands, put kubectl_complete-firstbell of this plugin's
folder into PATH:
  ln -s "${KREW_ROOT:-$HOME/.krew}/store/firstbell/"*/kubectl_complete-firstbell ~/.local/bin/
"""


def manifest(archives: list[Path], home: str, version: str) -> dict[str, Any]:
    """Return the plugin of these archives as krew takes it."""
    return {
        "apiVersion": "krew.googlecontainertools.github.com/v1alpha2",
        "kind": "Plugin",
        "metadata": {"name": "firstbell"},
        "spec": {
            "version": f"v{version}",
            "homepage": home,
            "shortDescription": SHORT,
            "description": DESCRIPTION,
            "caveats": CAVEATS,
            "platforms": [_platform(archive, home, version) for archive in sorted(archives)],
        },
    }


def _platform(archive: Path, home: str, version: str) -> dict[str, Any]:
    system, machine = system_of(archive).split("-")
    return {
        "selector": {"matchLabels": {"os": system, "arch": machine}},
        "uri": f"{home}/releases/download/v{version}/{archive.name}",
        "sha256": hashlib.sha256(archive.read_bytes()).hexdigest(),
        "bin": "kubectl-firstbell",
    }


def main() -> None:
    """Print the manifest."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archives", nargs="+", type=Path)
    parser.add_argument("--home", required=True)
    given = parser.parse_args()
    body = manifest(given.archives, given.home, versions()[PROJECT])
    sys.stdout.write(yaml.safe_dump(body, sort_keys=False))


if __name__ == "__main__":
    main()
