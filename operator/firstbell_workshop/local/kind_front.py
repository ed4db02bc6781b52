"""The local control plane behind kind's command line, for what only knows how to run kind.

pytest-kind's `kind_cluster` fixture starts a kind binary to create, list and delete clusters. Given the
program that `write_program` makes (`--kind-bin`), the same fixture works where no container engine runs.
Only what such a caller needs is understood; anything else is refused.

Clusters made here stay up, as kind's do, and `firstbell cluster list` shows them. The user's own kubeconfig
is not written: kind's habit of doing so without `--kubeconfig` is an error here.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from firstbell_workshop.local import kept
from firstbell_workshop.local.control_plane import Provision
from firstbell_workshop.local.errors import ControlPlaneError
from firstbell_workshop.local.spec import ControlPlaneSpec

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what kind would do with these arguments, and return its exit code."""
    parser = _parser()
    asked = parser.parse_intermixed_args(arguments)
    command = _COMMANDS.get((asked.verb, asked.what))
    if command is None:
        known = ", ".join(" ".join(words) for words in _COMMANDS)
        parser.error(f"{asked.verb} {asked.what} is not understood here, only {known}")
    # Whoever runs this wants no kind underneath.
    os.environ["FIRSTBELL_PROVISION"] = Provision.LOCAL
    try:
        command(asked)
    except ControlPlaneError as error:
        sys.stderr.write(f"ERROR: {error}\n")
        return 1
    return 0


def write_program(path: Path) -> Path:
    """Write a program that runs this front, for callers that take the path of a kind binary."""
    path.write_text(
        f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m firstbell_workshop.local.kind_front "$@"\n'
    )
    path.chmod(0o755)
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kind", description="The local control plane, behind kind's commands."
    )
    parser.add_argument("verb")
    parser.add_argument("what")
    parser.add_argument("images", nargs="*", help="images to load; there is nothing to load them into")
    parser.add_argument("--name", "-n", default="kind")
    parser.add_argument("--kubeconfig", type=Path)
    parser.add_argument("--config", type=Path, help="only the number of nodes is read")
    parser.add_argument("--image", help="taken, and not needed: there are no node images")
    parser.add_argument("--wait", help="taken, and not needed: creation always waits")
    return parser


def _create_cluster(asked: argparse.Namespace) -> None:
    if asked.kubeconfig is None:
        raise ControlPlaneError("give --kubeconfig FILE: your own kubeconfig is not written here")
    if _is_foreign(asked.kubeconfig, asked.name):
        raise ControlPlaneError(f"{asked.kubeconfig} is not empty: give a file of the cluster's own")
    if asked.name in kept.names():
        raise ControlPlaneError(f"a cluster {asked.name!r} is there already")
    path = kept.up(asked.name, ControlPlaneSpec(nodes=_nodes(asked.config)))
    asked.kubeconfig.parent.mkdir(parents=True, exist_ok=True)
    asked.kubeconfig.touch(0o600)
    shutil.copyfile(path, asked.kubeconfig)


def _is_foreign(kubeconfig: Path, name: str) -> bool:
    """Tell whether a file is anything but empty or what an earlier cluster of this name left."""
    if not kubeconfig.is_file() or not kubeconfig.stat().st_size:
        return False
    try:
        clusters = [cluster["name"] for cluster in yaml.safe_load(kubeconfig.read_text())["clusters"]]
    except (yaml.YAMLError, TypeError, KeyError, UnicodeDecodeError):
        return True
    return clusters != [f"kwok-{name}"]


def _nodes(config: Path | None) -> int:
    if config is None:
        return 1
    try:
        return max(1, len((yaml.safe_load(config.read_text()) or {}).get("nodes") or []))
    except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise ControlPlaneError(f"{config} is not a configuration of kind ({error})") from error


def _delete_cluster(asked: argparse.Namespace) -> None:
    if asked.name in kept.names():
        kept.down(asked.name)
    if asked.kubeconfig and asked.kubeconfig.is_file() and not _is_foreign(asked.kubeconfig, asked.name):
        asked.kubeconfig.write_text("")


def _get_clusters(_asked: argparse.Namespace) -> None:
    for name in kept.names():
        sys.stdout.write(f"{name}\n")


def _get_kubeconfig(asked: argparse.Namespace) -> None:
    sys.stdout.write(kept.kubeconfig(asked.name).read_text())


def _load_docker_image(asked: argparse.Namespace) -> None:
    sys.stderr.write(
        f"not loaded: {', '.join(asked.images)} (pods of the local control plane run no image)\n"
    )


_COMMANDS = {
    ("create", "cluster"): _create_cluster,
    ("delete", "cluster"): _delete_cluster,
    ("get", "clusters"): _get_clusters,
    ("get", "kubeconfig"): _get_kubeconfig,
    ("load", "docker-image"): _load_docker_image,
}

if __name__ == "__main__":
    sys.exit(main())
