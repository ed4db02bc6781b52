"""An autoscaler of others, as far as its floor is concerned."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from firstbell.engine.ports import ObjectPath
from firstbell.kinds.foreign_autoscalers import HPA, ForeignAutoscaler

if TYPE_CHECKING:
    from firstbell.core.scaling import Autoscaler
    from firstbell.engine.objects.target_ref import TargetRef
    from firstbell.engine.ports import Json


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenFloor:
    """A foreign autoscaler as last seen, with what a patch on it must know.

    `minimum_written` is False where the API's default stands for an absent minimum; `our_annotations` are
    those of ours on it, `annotated` says that it has any annotation; `former_managers` are the entries of the
    Apply managers that own the minimum, or owned it together before our floor; `shared` says that these are
    several, at least one of them on record now; `kept` that we still own it, or have left a note of who did,
    so that a hand-back is to be made. `observed` is False while an HPA that may go to 0 has not acted on its
    present spec. `scaling_active` is the autoscaler's own word on its metrics; `last_writer` the manager
    other than us that wrote the minimum last.
    `took_to_zero` is its own word on a count of 0: True = it was the one, False = it was not, None = it has
    not said; `last_acted` is when it last scaled (an HPA) or saw load (KEDA), as the API writes a time.
    `made_by` names the ScaledObject that an HPA was made by and follows; `paused_by` the annotation that
    pauses a ScaledObject, `idles_at` its idleReplicaCount.
    """

    autoscaler: Autoscaler
    target: TargetRef
    of: ForeignAutoscaler = HPA
    version: str = field(default="", compare=False)
    minimum_written: bool = True
    annotated: bool = False
    our_annotations: frozenset[str] = frozenset()
    former_managers: tuple[Json, ...] = ()
    shared: bool = False
    kept: bool = False
    observed: bool = True
    scaling_active: bool | None = None
    inactive_message: str = ""
    last_writer: str = ""
    scale_down_window_seconds: int = 300
    took_to_zero: bool | None = None
    last_acted: str = field(default="", compare=False)
    made_by: str = ""
    paused_by: str = ""
    idles_at: int | None = None

    @property
    def key(self) -> str:
        """What the store keeps it by."""
        return self.of.key(self.autoscaler.namespace, self.autoscaler.name)

    @property
    def path(self) -> ObjectPath:
        """Where it lives in the API."""
        return ObjectPath(
            group=self.of.group,
            version=self.of.version,
            plural=self.of.plural,
            namespace=self.autoscaler.namespace,
            name=self.autoscaler.name,
        )

    @property
    def of_others(self) -> SeenFloor:
        """The same without all that a floor or a release of ours changes."""
        unmarked = replace(self.autoscaler, minimum=0, mark=None, written_by_us=False)
        return replace(
            self,
            autoscaler=unmarked,
            minimum_written=True,
            annotated=True,
            our_annotations=frozenset(),
            former_managers=(),
            shared=False,
            kept=False,
            observed=True,
            last_writer="",
        )
