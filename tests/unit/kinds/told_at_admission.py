"""Who tells a mistake: the definitions, the chart's policy at admission, or the operator by a condition.

What the definitions tell is in `refusals.py`; here is what is left to the others, and the page of all.
`python -m tests.unit.kinds.told_at_admission` writes the page's table anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from firstbell.kinds.crds import RENDERED_KINDS, object_schema
from tests.unit.kinds.refusals import BEYOND_THE_SERVER, REFUSALS, Refusal
from tests.unit.kinds.specimens import MISSING

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = Path(__file__).parents[3] / "operator/docs/admission.md"
BEGIN, END = "<!-- table: begin -->\n", "<!-- table: end -->"
DEFINITION, RULE, POLICY, CONDITION = "schema", "CEL", "policy", "condition"
YEAR_9999 = {"startTime": "9999-12-31T23:00:00-23:00", "endTime": "9999-12-31T23:59:59-23:59"}


@dataclass(frozen=True, kw_only=True)
class AtAdmission:
    """A change to a good spec that the chart's policy refuses, and the beginning of what it says.

    `of` is what the installation was told that makes it a mistake, if that matters.
    """

    kind: str
    changes: dict[str, Any]
    says: str
    of: str = ""


@dataclass(frozen=True, kw_only=True)
class Afterwards:
    """What the API server takes, and the condition that tells it."""

    kind: str
    path: str
    type: str
    reason: str
    changes: dict[str, Any] = field(default_factory=dict)


def _address(address: str) -> dict[str, Any]:
    return {
        "metrics[0].prometheus.serverAddress": address,
        "metrics[0].prometheus.bearerTokenSecretRef": MISSING,
        "profileRef": MISSING,
    }


ALLOWED = ["http://prometheus:9090", "https://Metrics.Example", "http://[fd00::0:1]:9090"]
"""What the policy of the tests is told that may be called."""
_ADDRESS, _NEVER = "spec.metrics[].prometheus.serverAddress: this firstbell may not call ", "never calls "
_OF_ADDRESSES = "prometheus.allowedAddresses"

AT_ADMISSION: dict[str, AtAdmission] = {
    "a Prometheus that may not be called": AtAdmission(
        kind="SchoolAutoscaler",
        changes=_address("http://elsewhere.monitoring:9090"),
        says=f"{_ADDRESS}http://elsewhere.monitoring:9090. Name one of",
        of=_OF_ADDRESSES,
    ),
    "another port of one that may": AtAdmission(
        kind="SchoolAutoscaler", changes=_address("http://prometheus:9091"), says=_ADDRESS, of=_OF_ADDRESSES
    ),
    "another scheme of one that may": AtAdmission(
        kind="SchoolAutoscaler", changes=_address("https://prometheus:9090"), says=_ADDRESS, of=_OF_ADDRESSES
    ),
    "a name that only begins like one that may": AtAdmission(
        kind="SchoolAutoscaler",
        changes=_address("http://prometheus.evil.example:9090"),
        says=_ADDRESS,
        of=_OF_ADDRESSES,
    ),
    "one that may as the user of another": AtAdmission(
        kind="SchoolAutoscaler",
        changes=_address("http://prometheus:9090@evil.example/"),
        says=_ADDRESS,
        of=_OF_ADDRESSES,
    ),
    "another behind a backslash": AtAdmission(
        kind="SchoolAutoscaler",
        changes=_address("http://prometheus:9090\\@evil.example/"),
        says=_ADDRESS,
        of=_OF_ADDRESSES,
    ),
    "the metadata of a cloud": AtAdmission(
        kind="SchoolAutoscaler",
        changes=_address("http://169.254.169.254/latest"),
        says="spec.metrics[].prometheus.serverAddress: firstbell never calls http://169.254.169.254/latest",
    ),
    "the metadata of a cloud over IPv6": AtAdmission(
        kind="SchoolAutoscaler", changes=_address("http://[fd00:ec2:0::254]:80"), says=_NEVER
    ),
    "a token where no Secrets may be read": AtAdmission(
        kind="SchoolAutoscaler",
        changes={"metrics[0].prometheus.serverAddress": ALLOWED[0], "profileRef": MISSING},
        says="spec.metrics[].prometheus.bearerTokenSecretRef: this firstbell may read no Secrets",
        of="prometheus.tokenSecrets.enabled",
    ),
    "a profile where single namespaces are watched": AtAdmission(
        kind="SchoolAutoscaler",
        changes=_address(ALLOWED[0]) | {"profileRef": {"name": "everybody"}},
        says="spec.profileRef: this firstbell watches some namespaces",
        of="watch.namespaces",
    ),
    "the cluster's calendar where single namespaces are watched": AtAdmission(
        kind="SchoolAutoscaler",
        changes=_address(ALLOWED[0]) | {"calendarRefs[0].kind": "ClusterSchoolCalendar"},
        says="spec.calendarRefs[].kind: this firstbell watches some namespaces",
        of="watch.namespaces",
    ),
    "an order from now on that is over": AtAdmission(
        kind="ScalingOverride",
        changes={"startTime": MISSING, "endTime": "2026-01-26T10:00:00+01:00"},
        says="spec.endTime: 2026-01-26T10:00:00+01:00 is not after",
    ),
    "an order from now on of more than 31 days": AtAdmission(
        kind="ScalingOverride",
        changes={"startTime": MISSING, "endTime": "2098-01-26T10:00:00.5Z"},
        says="spec.endTime: 2098-01-26T10:00:00.5Z is more than 31 days after",
    ),
    "an order in a year that cannot be meant": AtAdmission(
        kind="ScalingOverride", changes=YEAR_9999, says="spec.startTime and endTime must be from 1971 to 2098"
    ),
    "an entry for a weekday that its dates do not have": AtAdmission(
        kind="SchoolCalendar",
        changes={"calendarDates[2].daysOfWeek": ["Saturday", "Sunday"]},
        says="spec.calendarDates[].daysOfWeek: remote (Saturday, Sunday) holds on no day",
    ),
    "an exception for a weekday that its date is not": AtAdmission(
        kind="CalendarException",
        changes={"endDate": MISSING, "daysOfWeek": ["Thursday"]},
        says="spec.daysOfWeek: (Thursday) holds on no day from 2027-01-27 to 2027-01-27",
    ),
    "a calendar without a school year and without events": AtAdmission(
        kind="SchoolCalendar",
        changes={"academicSessions": MISSING, "demandEvents": MISSING},
        says="spec.academicSessions: there is no SchoolYear",
    ),
}

ALLOWED_TOO = [
    "http://prometheus:9090/prom",
    "http://PROMETHEUS:09090",
    "https://metrics.example:443/select/0",
    "http://[fd00::1]:9090",
    "http://prometh\u00e9us:1",
]
"""Other ways to write those, and one whose name is not plain: the operator looks at it."""


AFTERWARDS: dict[str, Afterwards] = {
    name: Afterwards(
        kind=refusal.kind,
        path=refusal.path,
        type="Valid",
        reason="UnknownTimeZone" if refusal.path == "spec.timeZone" else "InvalidSpec",
        changes=refusal.changes,
    )
    for name, refusal in BEYOND_THE_SERVER.items()
    if refusal.kind == "SchoolCalendar"
} | {
    "a late arrival on a closed day": Afterwards(
        kind="SchoolCalendar",
        path="spec.calendarDates[]",
        type="Valid",
        reason="ShortenedDayClosed",
        changes={"calendarDates[1].startDate": "2026-10-25", "calendarDates[1].announcedTime": MISSING},
    ),
    "a school year without a lesson": Afterwards(
        kind="SchoolCalendar",
        path="spec.academicSessions[]",
        type="Valid",
        reason="NoLessons",
        changes={"weeklySchedule": [{"daysOfWeek": ["Sunday"], "bellScheduleName": "full", "labels": ["B"],
                                     "regions": ["zone-b"]}]},
    ),
    "a rotation that starts after the school year": Afterwards(
        kind="SchoolCalendar",
        path="spec.rotation.anchorDate",
        type="Valid",
        reason="RotationAnchorLate",
        changes={"rotation.type": "DayCycle", "rotation.weekStartsOn": MISSING,
                 "rotation.anchorDate": "2027-02-01", "calendarDates": MISSING},
    ),
    "a calendar that does not exist": Afterwards(
        kind="SchoolAutoscaler", path="spec.calendarRefs[].name", type="CalendarResolved",
        reason="CalendarNotFound",
    ),
    "a workload that another SchoolAutoscaler scales": Afterwards(
        kind="SchoolAutoscaler", path="spec.scaleTargetRef", type="AbleToScale", reason="TargetConflict"
    ),
    "an exception to a calendar that does not exist": Afterwards(
        kind="CalendarException", path="spec.calendarRef.name", type="Applied", reason="CalendarNotFound",
        changes={"calendarRef": {"name": "nowhere"}},
    ),
    "an order for nobody": Afterwards(
        kind="ScalingOverride", path="spec.selector", type="Effective", reason="NoAutoscaler"
    ),
}  # fmt: skip
"""Facts of other objects, time zones, cron lines, and days that take the calendar's arithmetic."""


def page() -> str:
    """The page with the table as it should be."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    return before + BEGIN + "".join(f"{row}\n" for row in _rows()) + END + rest.partition(END)[2]


def _rows() -> Iterator[str]:
    yield "| mistake | kind | who says it | it begins with, or has in it |"
    yield "|---|---|---|---|"
    rules = [rule["message"] for kind in RENDERED_KINDS for rule in _rules(object_schema(kind))]
    for who in (DEFINITION, RULE):
        for name, refusal in REFUSALS.items():
            if refusal.server is not None and _who(refusal, rules) == who:
                yield _row(name, refusal.kind, who, refusal.server)
    for name, one in AT_ADMISSION.items():
        yield _row(name, one.kind, f"{POLICY}, by `{one.of}`" if one.of else POLICY, one.says)
    for name, later in AFTERWARDS.items():
        yield _row(name, later.kind, CONDITION, f"{later.path}: {later.type}, {later.reason}")


def _row(name: str, kind: str, who: str, says: str) -> str:
    return f"| {name} | {kind} | {who} | `{says.replace('|', '¦').strip()}` |"


def _who(refusal: Refusal, rules: list[str]) -> str:
    return RULE if any((refusal.server or "") in message for message in rules) else DEFINITION


def _rules(node: Any) -> Iterator[dict[str, str]]:
    if isinstance(node, dict):
        yield from node.get("x-kubernetes-validations", [])
        for inside in node.values():
            yield from _rules(inside)
    elif isinstance(node, list):
        for inside in node:
            yield from _rules(inside)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
