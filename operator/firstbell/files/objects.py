"""Objects of Kubernetes in documents: what kind each is, and its name, before its spec is looked at.

Kinds of firstbell's group must be known to the letter; other kinds are none of our business and pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict

from firstbell.files.yaml_files import Origin
from firstbell.kinds.foreign_autoscalers import foreign_autoscaler
from firstbell.kinds.group import API_VERSION, CALENDAR, CLUSTER_KINDS, DEFAULT_NAMESPACE, GROUP, KINDS
from firstbell.kinds.model import SpecModel
from firstbell.kinds.problems import Problem, Refused, kind_of, nearest, quoted
from firstbell.kinds.reading import read_spec
from firstbell.kinds.scalars import ObjectName

if TYPE_CHECKING:
    from collections.abc import Iterator

    from firstbell.kinds.foreign_autoscalers import ForeignAutoscaler

_TOP_FIELDS = ("apiVersion", "kind", "metadata", "spec", "status")


class Metadata(SpecModel):
    """What identifies an object; labels and the like are not read."""

    model_config = ConfigDict(extra="ignore")

    name: ObjectName
    """The name of the object."""
    namespace: ObjectName = DEFAULT_NAMESPACE
    """The namespace of the object."""


@dataclass(frozen=True, kw_only=True, slots=True)
class KubernetesObject:
    """One object of a kind that is read, its spec still as plain data.

    `namespace` is empty where objects of its kind belong to none. `foreign` is its kind where it is an
    autoscaler of others.
    """

    origin: Origin
    kind: str
    namespace: str
    name: str
    spec: object
    foreign: ForeignAutoscaler | None = None


def objects_in(document: Origin) -> Iterator[Origin]:
    """Yield the object of a document, or those of a `List`."""
    value = document.node.value
    if isinstance(value, dict) and _is_list(value):
        items = document.node.inside.get("items")
        for inside in items.inside.values() if items else ():
            yield Origin(document.file, inside)
    else:
        yield document


def _is_list(value: dict[str, Any]) -> bool:
    kind, version = value.get("kind"), value.get("apiVersion")
    if not isinstance(kind, str) or not isinstance(value.get("items"), list):
        return False
    ours = version == API_VERSION and kind in {f"{known}List" for known in KINDS}
    return kind == "List" or ours


def identify(origin: Origin) -> KubernetesObject | Refused | None:
    """Return the object, or what is wrong with its head, or None for a kind that is not read."""
    value = origin.node.value
    if not isinstance(value, dict):
        message, cure = f"must be an object of Kubernetes, not {kind_of(value)}", "Give apiVersion and kind"
        return Refused(problems=(Problem(path="", message=message, cure=cure),))
    problems = tuple(_words(value))
    if problems:
        return Refused(problems=problems)
    version, kind = value["apiVersion"], value["kind"]
    problems = tuple(_known(version, kind))
    if problems:
        return Refused(problems=problems)
    if version == API_VERSION:
        return _with_name(origin, value, tuple(_fields(value, kind)))
    foreign = foreign_autoscaler(version, kind)
    return None if foreign is None else _with_name(origin, value, (), foreign)


def metadata_problems(metadata: dict[str, Any]) -> tuple[Problem, ...]:
    """Return what is wrong with the name and the namespace of an object that is to be made."""
    read = read_spec(Metadata, metadata, "metadata")
    return read.problems if isinstance(read, Refused) else ()


def _with_name(
    origin: Origin,
    value: dict[str, Any],
    problems: tuple[Problem, ...],
    foreign: ForeignAutoscaler | None = None,
) -> KubernetesObject | Refused:
    metadata = read_spec(Metadata, value.get("metadata") or {}, "metadata")
    clusterwide = value["kind"] in CLUSTER_KINDS
    if clusterwide and not isinstance(metadata, Refused) and "namespace" in metadata.model_fields_set:
        message, cure = f"a {value['kind']} belongs to no namespace", "Remove it"
        problems = (*problems, Problem(path="metadata.namespace", message=message, cure=cure))
    if isinstance(metadata, Refused) or problems:
        more = metadata.problems if isinstance(metadata, Refused) else ()
        return Refused(problems=(*problems, *more))
    return KubernetesObject(
        origin=origin,
        kind=value["kind"],
        namespace="" if clusterwide else metadata.namespace,
        name=metadata.name,
        spec=value.get("spec", {}),
        foreign=foreign,
    )


def _words(value: dict[str, Any]) -> Iterator[Problem]:
    for field, example in (("apiVersion", API_VERSION), ("kind", CALENDAR)):
        word = value.get(field)
        if not isinstance(word, str):
            message = "is missing" if word is None else f"must be a text, not {kind_of(word)}"
            yield Problem(path=field, message=message, cure=f"Write it, like {field}: {example}")


def _known(version: str, kind: str) -> Iterator[Problem]:
    """Yield what is odd about a kind of ours: an unknown version, or another group with its name."""
    ours = version.partition("/")[0] == GROUP
    if version != API_VERSION and (ours or kind in KINDS):
        message = f"{quoted(version)} is not a version of {kind if kind in KINDS else GROUP}"
        yield Problem(path="apiVersion", message=message, cure=f"Write apiVersion: {API_VERSION}")
    if ours and kind not in KINDS:
        message = f"{GROUP} has no kind {quoted(kind)}"
        yield Problem(path="kind", message=message, cure=nearest(kind, KINDS, noun="kind"))


def _fields(value: dict[str, Any], kind: str) -> Iterator[Problem]:
    for field in value:
        if field not in _TOP_FIELDS:
            cure = nearest(field, _TOP_FIELDS, noun="field")
            yield Problem(path=field, message="is not a known field", cure=cure)
    if value.get("spec") is None:
        yield Problem(path="spec", message="is missing", cure=f"Add what the {kind} says under spec")
