"""All policies of some files or a cluster, and what keeps some of them from being read."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from firstbell.cli.ask_cluster import ask_cluster, namespace_meant
from firstbell.cli.live_objects import live_objects
from firstbell.cli.output import refuse
from firstbell.engine.ports import Failure
from firstbell.files.links import Linked, link_readable
from firstbell.files.manifests import Manifests, gather_readable, read_documents

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from firstbell.files.yaml_files import FileProblem, Origin


@dataclass(frozen=True, kw_only=True, slots=True)
class Objects:
    """What was read, as it travels to another process."""

    documents: tuple[Origin, ...]
    problems: tuple[FileProblem, ...] = ()
    """Files that could not be read."""

    def digest(self, asked: object) -> str:
        """Return what is equal for equal objects and an equal question, wherever they were read."""
        values = [[document.node.value for document in self.documents], asked]
        text = json.dumps(values, sort_keys=True, default=str)
        return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policies:
    """What of the objects can be tried; `problems` are what of them cannot, a line each."""

    manifests: Manifests
    linked: Linked
    problems: tuple[str, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """`namespace/name` of each policy, in the order of the document."""
        return tuple(sorted(one.manifest.policy.key for one in self.linked.autoscalers))


def policies_of(objects: Objects) -> Policies:
    """Return the policies that can be read, their calendars found."""
    manifests, unreadable = gather_readable(objects.documents)
    linked, unlinked = link_readable(manifests)
    problems = (*objects.problems, *unreadable, *unlinked)
    return Policies(manifests=manifests, linked=linked, problems=tuple(map(str, problems)))


def objects_in_files(files: Sequence[Path]) -> Objects:
    """Return what is in files and folders; a file that cannot be read is a problem of its own."""
    documents, problems = read_documents(files)
    return Objects(documents=tuple(documents), problems=tuple(problems))


def objects_in_cluster(
    kubeconfig: Path | None, context: str | None, namespace: str | None, *, everywhere: bool
) -> Objects:
    """Return what is in one namespace of a cluster, or everywhere."""
    space = None if everywhere else namespace_meant(kubeconfig, context, namespace)
    found: Any = ask_cluster(kubeconfig, context, lambda cluster: live_objects(cluster, space))
    if isinstance(found, Failure):
        refuse([f"{found.message.rstrip('.')}. To try policies in files instead, give them with -f."])
    return Objects(documents=found)
