"""Why, in closed words and in sentences. A door of the core: it only re-exports."""

from __future__ import annotations

from firstbell.core.conditions import Condition, Truth, merge_conditions
from firstbell.core.findings import (
    FINDING_MEANINGS,
    Finding,
    FindingKind,
    Severity,
    calendar_findings,
    fold,
    policy_findings,
)
from firstbell.core.findings.exceptions import last_entry_findings
from firstbell.core.findings.pupils import pupil_findings
from firstbell.core.plan import LimitedBy
from firstbell.core.plan_change import bell_words, change_sentence, changes_sentence
from firstbell.core.reactive import number_text
from firstbell.core.reason_meanings import (
    ABSENCE_MEANINGS,
    CONDITION_MEANINGS,
    DECISION_MEANINGS,
    EVENT_MEANINGS,
    LIMIT_MEANINGS,
    SHORTFALL_MEANINGS,
    STATE_MEANINGS,
    ReasonMeaning,
)
from firstbell.core.reason_words import (
    AbsenceReason,
    ConditionReason,
    ConditionType,
    DecisionReason,
    EventReason,
    LimitReason,
    ShortfallReason,
)
from firstbell.core.shortfall import Shortfall, most_frequent, shortfall_sentence, words_of
from firstbell.core.upcoming import peak_sentence, percent_text
from firstbell.core.visible_text import is_visible, visible

__all__ = [
    "ABSENCE_MEANINGS",
    "CONDITION_MEANINGS",
    "DECISION_MEANINGS",
    "EVENT_MEANINGS",
    "FINDING_MEANINGS",
    "LIMIT_MEANINGS",
    "SHORTFALL_MEANINGS",
    "STATE_MEANINGS",
    "AbsenceReason",
    "Condition",
    "ConditionReason",
    "ConditionType",
    "DecisionReason",
    "EventReason",
    "Finding",
    "FindingKind",
    "LimitReason",
    "LimitedBy",
    "ReasonMeaning",
    "Severity",
    "Shortfall",
    "ShortfallReason",
    "Truth",
    "bell_words",
    "calendar_findings",
    "change_sentence",
    "changes_sentence",
    "fold",
    "is_visible",
    "last_entry_findings",
    "merge_conditions",
    "most_frequent",
    "number_text",
    "peak_sentence",
    "percent_text",
    "policy_findings",
    "pupil_findings",
    "shortfall_sentence",
    "visible",
    "words_of",
]
