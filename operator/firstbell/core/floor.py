"""What the floor in a foreign autoscaler means, and which writes it needs. Pure.

The autoscaler's own minimum is its owner's; firstbell raises it for a while and gives it back. Annotations
on the autoscaler say what firstbell wrote and over what; the status of our own object remembers the same,
in case somebody drops the annotations. From the two of them every value found in the autoscaler can be
told: ours and intact, or foreign, and then the new baseline.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, kw_only=True, slots=True)
class FloorMark:
    """What the annotations on an autoscaler say: our floor, the minimum under it, and whose it is.

    `owner` is the SchoolAutoscaler (`namespace/name`), `instance` the operator installation.
    """

    floor: int
    baseline: int
    owner: str
    instance: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FloorMemory:
    """What our own status remembers of the autoscaler; `floor` is None while none was held."""

    uid: str
    floor: int | None
    baseline: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Autoscaler:
    """A foreign autoscaler, as read.

    `minimum` is what stands there now (absent counts as its API's default), `declared` the minimum in the
    owner's last client-side applied manifest, if that is known and no copy of the live object.
    `written_by_us`: the API server has firstbell on record as who wrote the minimum. Any write of somebody
    else's takes it off the record, so that a value other than the mark's is what admission control left.
    """

    kind: str
    namespace: str
    name: str
    uid: str
    minimum: int
    maximum: int
    mark: FloorMark | None = None
    declared: int | None = None
    written_by_us: bool = False

    @property
    def key(self) -> str:
        """`namespace/name`."""
        return f"{self.namespace}/{self.name}"

    @property
    def at_marked_floor(self) -> bool:
        """Whether the floor that its mark tells of stands there, or what admission control left of it."""
        if self.mark is None:
            return False
        return self.minimum == self.mark.floor or (self.written_by_us and self.minimum > self.mark.baseline)


class FloorState(StrEnum):
    """Whose value stands in the autoscaler's minimum."""

    UNTOUCHED = "Untouched"
    OURS = "Ours"
    FOREIGN = "Foreign"
    ANOTHER_OWNER = "AnotherOwner"
    ANOTHER_INSTANCE = "AnotherInstance"


@dataclass(frozen=True, kw_only=True, slots=True)
class FloorReading:
    """The autoscaler's minimum, understood.

    `baseline` is the minimum that its owner wants, to be restored; `marks_lost` says that the floor is ours
    but its annotations are gone.
    """

    state: FloorState
    baseline: int
    marks_lost: bool = False


def read_floor(autoscaler: Autoscaler, memory: FloorMemory | None, owner: str, instance: str) -> FloorReading:
    """Tell whose the minimum is, and what the baseline under it."""
    mark, minimum = autoscaler.mark, autoscaler.minimum
    if mark is None:
        return _read_unmarked(autoscaler, memory)
    if mark.instance != instance:
        return FloorReading(state=FloorState.ANOTHER_INSTANCE, baseline=mark.baseline)
    if mark.owner != owner:
        return FloorReading(state=FloorState.ANOTHER_OWNER, baseline=mark.baseline)
    if not autoscaler.at_marked_floor and not _is_remembered(autoscaler, memory):
        return FloorReading(state=FloorState.FOREIGN, baseline=minimum)
    declared_ours = autoscaler.declared == mark.floor and mark.floor != mark.baseline
    return FloorReading(state=FloorState.OURS, baseline=mark.floor if declared_ours else mark.baseline)


def _is_remembered(autoscaler: Autoscaler, memory: FloorMemory | None) -> bool:
    """Tell whether the minimum is the floor we remember, and the mark of one that did not come about."""
    same = memory is not None and memory.uid == autoscaler.uid
    return same and memory is not None and memory.floor == autoscaler.minimum


def _read_unmarked(autoscaler: Autoscaler, memory: FloorMemory | None) -> FloorReading:
    """Return the reading where no annotation helps.

    A re-created autoscaler has another uid and is untouched.
    """
    minimum = autoscaler.minimum
    if memory is None or memory.uid != autoscaler.uid or memory.floor is None:
        return FloorReading(state=FloorState.UNTOUCHED, baseline=minimum)
    if _is_remembered(autoscaler, memory):
        return FloorReading(state=FloorState.OURS, baseline=memory.baseline, marks_lost=True)
    return FloorReading(state=FloorState.FOREIGN, baseline=minimum)
