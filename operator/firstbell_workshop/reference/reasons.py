"""The page of reasons: each word of the closed vocabularies, what it says, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from firstbell.adapters.prometheus_meanings import TROUBLE_MEANINGS
from firstbell.core.reasons import (
    ABSENCE_MEANINGS,
    CONDITION_MEANINGS,
    DECISION_MEANINGS,
    EVENT_MEANINGS,
    LIMIT_MEANINGS,
    SHORTFALL_MEANINGS,
    STATE_MEANINGS,
)
from firstbell_workshop.reference.markdown import code, table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from firstbell.core.reasons import ReasonMeaning

FILE = "reference/reasons.md"
_INTRODUCTION = """# Reasons: every word
Each number, condition and event carries one word of these lists, and a message with names and figures.
Scripts, dashboards and alerts may rely on the words: one is never used for something else, and none is
renamed. What `lint` finds has words of its own: [findings](../findings.md).
"""
_CONDITIONS = """`ScalingLimited`, `FloorContested`, `PlanShrunk`, `ChangedByHand` and `Expiring` tell of
trouble where they are True, all others where they are False.
"""
_SECTIONS: tuple[tuple[str, str, Mapping[Any, ReasonMeaning]], ...] = (
    ("Conditions", _CONDITIONS, CONDITION_MEANINGS),
    ("Why a condition is as it is", "", STATE_MEANINGS),
    ("Why something is not known, or cannot be done", "Conditions carry these on.\n", ABSENCE_MEANINGS),
    (
        "Why pods are not Ready",
        "In the message of `ReadyForBell`: [readiness](../readiness.md).\n",
        SHORTFALL_MEANINGS,
    ),
    (
        "Why a live metric has no value",
        "In `MetricsAvailable`: [live metrics](../live-metrics.md).\n",
        TROUBLE_MEANINGS,
    ),
    ("What decided the number", "`status.decision.reason`, the column REASON.\n", DECISION_MEANINGS),
    (
        "What limited it",
        "`status.decision.limits`; a maximum and admission in `ScalingLimited`, too.\n",
        LIMIT_MEANINGS,
    ),
    ("Events", "Beside an event for each condition that turns.\n", EVENT_MEANINGS),
)


def page() -> str:
    """Return the page."""
    return _INTRODUCTION + "".join(
        f"\n## {title}\n{introduction}\n".rstrip("\n")
        + "\n\n"
        + table(
            ("word", "it says", "what to do"), [(code(word), m.says, m.to_do) for word, m in meanings.items()]
        )
        for title, introduction, meanings in _SECTIONS
    )
