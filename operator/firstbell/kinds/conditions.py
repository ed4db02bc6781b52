"""The condition of a status, as every kind of Kubernetes has it, and the texts of a status.

A status is written by the operator alone: its words are bounded but not listed, so that an older definition
takes what a newer operator says.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from firstbell.kinds.model import StatusModel, named_list
from firstbell.kinds.scalars import Generation, Time

Word = Annotated[str, Field(strict=True, max_length=1024)]
Sentence = Annotated[str, Field(strict=True, max_length=32768)]
TypeName = Annotated[str, Field(strict=True, max_length=316)]


class ConditionStatus(StatusModel):
    """One thing that holds, does not hold, or is not known."""

    type: TypeName
    """What this is about, one CamelCase word."""
    status: Literal["True", "False", "Unknown"]
    """True, False or Unknown."""
    observed_generation: Generation | None = None
    """The generation of the spec that this was found for."""
    last_transition_time: Time
    """Since when the status holds, in UTC."""
    reason: Word
    """Why, one CamelCase word that tools may rely on."""
    message: Sentence | None = None
    """Why, for people, with what to do about it."""


Conditions = Annotated[tuple[ConditionStatus, ...], named_list(16, key="type")]
