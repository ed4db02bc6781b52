"""The order to write nothing: a ConfigMap by whose name alone the operator stops. Pure.

Whatever stands in it, it stops: who is in a hurry and writes its reason wrong has meant a stop all the same.
An end that cannot be read is none.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from firstbell.core.instants import api_time, told_instant
from firstbell.core.reasons import visible

if TYPE_CHECKING:
    from collections.abc import Mapping

STOP_NAME = "firstbell-stop"
REASON, UNTIL, BY = "reason", "until", "by"
"""The keys of its data; all of them are optional."""
REASON_CHARACTERS, NAME_CHARACTERS = 300, 120


@dataclass(frozen=True, kw_only=True, slots=True)
class StopOrder:
    """An order to write nothing, from when it is seen until it is gone, or until its end.

    `reason` and `by` are as somebody wrote them, empty where nothing is known; `since` is when the order was
    made by the API server's clock, `until` the instant from which it counts no more, None = until it is gone.
    """

    reason: str = ""
    by: str = ""
    since: datetime | None = None
    until: datetime | None = None

    def is_in_force(self, now: datetime) -> bool:
        """Tell whether nothing may be written at `now`."""
        return self.until is None or now < self.until

    @property
    def sentence(self) -> str:
        """What statuses, `explain` and the log say of it; it stays the same while the order does."""
        since = "" if self.since is None else f"since {_told(self.since)}"
        until = "" if self.until is None else f"until {_told(self.until)}"
        known = ", ".join(part for part in (self.by and f"by {self.by}", since, until) if part)
        why = self.reason.rstrip(". ") or "no reason is given"
        told = f" ({known})" if known else ""
        return f"firstbell is stopped and writes nothing: {why}{told}. What is raised stays. {HOW_TO_RESUME}"


HOW_TO_RESUME = "To go on: firstbell resume"


def stop_order(body: Mapping[str, Any]) -> StopOrder:
    """Return the order that a ConfigMap is; what cannot be read in it is left out."""
    data, metadata = _mapping(body.get("data")), _mapping(body.get("metadata"))
    return StopOrder(
        reason=_text(data.get(REASON), REASON_CHARACTERS),
        by=_text(data.get(BY), NAME_CHARACTERS) or _writer(metadata),
        since=told_instant(metadata.get("creationTimestamp")),
        until=told_instant(data.get(UNTIL)),
    )


def stop_manifest(
    namespace: str, reason: str, *, by: str = "", until: datetime | None = None
) -> dict[str, Any]:
    """Return the ConfigMap that stops the operator of a namespace."""
    data = {REASON: reason, BY: by, UNTIL: "" if until is None else api_time(until)}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": STOP_NAME, "namespace": namespace},
        "data": {key: value for key, value in data.items() if value},
    }


def _told(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object, most: int) -> str:
    return visible(value.strip(), most) if isinstance(value, str) else ""


def _writer(metadata: Mapping[str, Any]) -> str:
    """Return the field manager that wrote it last: a program, where no person is named."""
    entries = metadata.get("managedFields")
    told = [entry for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    latest = max(told, key=lambda entry: str(entry.get("time") or ""), default={})
    return _text(latest.get("manager"), NAME_CHARACTERS)
