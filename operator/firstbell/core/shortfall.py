"""Why replicas are not Ready, as Kubernetes itself says, with counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from firstbell.core.reason_words import ShortfallReason
from firstbell.core.visible_text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_TOLD = 3
MOST_CHARACTERS = 240
"""Of Kubernetes' own words: a scheduler may list every node."""

BLOCKING = frozenset(
    {
        ShortfallReason.UNSCHEDULABLE,
        ShortfallReason.SCHEDULING_GATED,
        ShortfallReason.EXCEEDED_QUOTA,
        ShortfallReason.FAILED_CREATE,
        ShortfallReason.IMAGE_PULL,
        ShortfallReason.CONTAINER_CONFIG,
        ShortfallReason.CRASH,
        ShortfallReason.ROLLOUT_STUCK,
        ShortfallReason.AUTOSCALER_MAXIMUM,
    }
)
"""What does not go away by waiting: with any of these a bell cannot be met."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Shortfall:
    """So many replicas are not Ready for this reason; `message` has the words that tell more."""

    reason: ShortfallReason
    replicas: int
    message: str = ""

    @property
    def blocks(self) -> bool:
        """Whether waiting does not help."""
        return self.reason in BLOCKING


def words_of(text: object) -> str:
    """Return words of an object of the cluster as they may be shown: visible, on one line, cut."""
    return visible(str(text or "").strip(), MOST_CHARACTERS)


def most_frequent(found: Iterable[Shortfall]) -> tuple[Shortfall, ...]:
    """Return the three reasons of most replicas, those that waiting does not help first among equals."""
    ordered = sorted(found, key=lambda one: (-one.replicas, not one.blocks, one.reason))
    return tuple(ordered[:MOST_TOLD])


def shortfall_sentence(told: Iterable[Shortfall]) -> str:
    """Return reasons with their counts in one line for people; empty where there are none."""
    return ", ".join(
        f"{one.replicas} {one.reason}" + (f" ({one.message.rstrip('.')})" if one.message else "")
        for one in told
    )
