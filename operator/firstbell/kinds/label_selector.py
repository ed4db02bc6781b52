"""The label selector of Kubernetes: which objects are meant, by what they are labelled with."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import ConfigDict, Field

from firstbell.kinds.cel import Rule, validated_by
from firstbell.kinds.model import SpecModel, distinct_list, ordered_list
from firstbell.kinds.scalars import shaped, text

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_LABELS = 16
KEY_PATTERN = r"^([a-z0-9]([-a-z0-9.]*[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$"
VALUE_PATTERN = r"^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$"

LabelKey = Annotated[
    str,
    *text(
        KEY_PATTERN,
        "the key of a label",
        "Use letters, digits, '-', '_' and '.', with a prefix before a '/' or without one",
        longest=317,
    ),
]
LabelValue = Annotated[
    str,
    Field(strict=True, max_length=63, json_schema_extra={"pattern": VALUE_PATTERN}),
    shaped(VALUE_PATTERN, "the value of a label", "Use letters, digits, '-', '_' and '.'"),
]


class LabelOperator(StrEnum):
    """How a label is compared."""

    IN = "In"
    NOT_IN = "NotIn"
    EXISTS = "Exists"
    DOES_NOT_EXIST = "DoesNotExist"


class LabelExpressionSpec(SpecModel):
    """One comparison of a label."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(
            Rule(
                rule="(self.operator in ['In', 'NotIn']) == (has(self.values) && size(self.values) > 0)",
                message="spec.selector.matchExpressions[].values is required for In and NotIn, and must be"
                " left out for Exists and DoesNotExist",
            )
        )
    )

    key: LabelKey
    """The key of the label."""
    operator: LabelOperator
    """In or NotIn with values, Exists or DoesNotExist without."""
    values: Annotated[tuple[LabelValue, ...], distinct_list(MOST_LABELS)] = ()
    """The values that are meant, for In and NotIn."""

    def matches(self, labels: Mapping[str, Any]) -> bool:
        """Tell whether labels pass the comparison, as the API server would."""
        if self.operator is LabelOperator.EXISTS:
            return self.key in labels
        if self.operator is LabelOperator.DOES_NOT_EXIST:
            return self.key not in labels
        found = self.key in labels and labels[self.key] in self.values
        return found if self.operator is LabelOperator.IN else not found


class LabelSelectorSpec(SpecModel):
    """Labels that must all fit. An empty selector is refused: it would mean everything."""

    model_config = ConfigDict(
        json_schema_extra=validated_by(
            Rule(
                rule="has(self.matchLabels) && size(self.matchLabels) > 0"
                " || has(self.matchExpressions) && size(self.matchExpressions) > 0",
                message="spec.selector must have matchLabels or matchExpressions: an empty one would mean"
                " every SchoolAutoscaler of the namespace",
            )
        )
    )

    match_labels: Annotated[dict[LabelKey, LabelValue], Field(max_length=MOST_LABELS, default_factory=dict)]
    """Labels that must be there with just these values."""
    match_expressions: Annotated[tuple[LabelExpressionSpec, ...], ordered_list(MOST_LABELS)] = ()
    """Further comparisons, all of which must hold."""

    def matches(self, labels: Mapping[str, Any]) -> bool:
        """Tell whether labels fit."""
        return self.match_labels.items() <= labels.items() and all(
            one.matches(labels) for one in self.match_expressions
        )
