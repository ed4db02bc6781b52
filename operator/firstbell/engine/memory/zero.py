"""What was seen of a count, so that a 0 can be told whose it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Zero:
    """What was seen of one workload's count.

    `ran`: it was above 0. `floored`: and a floor of ours was held then,
    below which no autoscaler goes by itself. `by_person`: a person set it to 0, and there it has stood.
    """

    uid: str = ""
    ran: bool = False
    floored: bool = False
    by_person: bool = False
