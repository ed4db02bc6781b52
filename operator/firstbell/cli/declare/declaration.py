"""What is declared on the command line, as the object that is written; or what to write instead."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from firstbell.cli.dates import date_meant
from firstbell.cli.output import refuse
from firstbell.core.calendar import CalendarEvent, InstructionMode
from firstbell.files.objects import metadata_problems
from firstbell.kinds.calendar_conversion import read_exception
from firstbell.kinds.group import API_VERSION, EXCEPTION
from firstbell.kinds.problems import Refused, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from firstbell.kinds.problems import Problem

OPTION_OF = {
    "spec.startDate": "DATE",
    "spec.endDate": "--until",
    "spec.bellScheduleName": "--bell",
    "spec.regions": "--region",
    "spec.note": "--note",
    "spec.calendarRef.name": "CALENDAR",
    "spec.event": "--event",
    "metadata.name": "--name",
}
"""Where a field of the object is given on the command line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """The options as they were given."""

    calendar: str
    on: str
    until: str | None = None
    modes: tuple[InstructionMode, ...] = ()
    bell: str | None = None
    regions: tuple[str, ...] = ()
    closed: bool = False
    event: str | None = None
    note: str | None = None
    name: str | None = None

    def body(self, namespace: str, today: date) -> dict[str, Any]:
        """Return the object; end the command where the options contradict each other.

        `today` is a date where the school is.
        """
        event = self._event()
        first = date_meant(self.on, "DATE", today)
        spec: dict[str, Any] = {"calendarRef": {"name": self.calendar}, "startDate": first.isoformat()}
        if self.until is not None:
            spec["endDate"] = date_meant(self.until, "--until", today).isoformat()
        spec["event"] = event.value
        if self.bell is not None:
            spec["bellScheduleName"] = self.bell
        if self.modes:
            spec["instructionMode"] = self.modes[0].value
        if self.regions:
            spec["regions"] = list(self.regions)
        if self.note is not None:
            spec["note"] = self.note
        name = self.name or f"{self.calendar}-{first}-{event.lower()}"
        metadata = {"name": name, "namespace": namespace}
        refuse_problems(metadata_problems(metadata))
        read = read_exception(name, spec)
        if isinstance(read, Refused):
            refuse_problems(read.problems)
        return {"apiVersion": API_VERSION, "kind": EXCEPTION, "metadata": metadata, "spec": spec}

    def _event(self) -> CalendarEvent:
        """Return what happens: as it is named, else no lessons, else lessons in another way."""
        told = None if self.event is None else _known_event(self.event)
        if len(self.modes) > 1:
            refuse(["--remote, --in-person and --hybrid: a day is one of them. Give one."])
        open_day = bool(self.modes) or self.bell is not None
        if self.closed and told is not None and told.has_lessons:
            refuse([f"--closed: with --event {told} there are lessons. Leave one of the two out."])
        closes = self.closed or (told is not None and not told.has_lessons)
        if closes and open_day:
            refuse(["--closed: a day without lessons has no mode and no bells. Leave those out."])
        if told is None and not self.closed and not open_day:
            options = "--closed, --remote, --in-person, --hybrid, --bell SCHEDULE, or --event EVENT"
            refuse([f"nothing is declared. Say what the day is: {options}."])
        if told is not None:
            return told
        return CalendarEvent.NON_INSTRUCTIONAL_DAY if self.closed else CalendarEvent.INSTRUCTIONAL_DAY


def refuse_problems(problems: Iterable[Problem]) -> None:
    """End the command with what is wrong, each by the option that it was given with; go on without any."""
    lines = [f"{_option(problem.path)}: {problem.message}. {problem.cure}." for problem in problems]
    if lines:
        refuse(lines)


def _option(path: str) -> str:
    return next((option for field, option in OPTION_OF.items() if path.startswith(field)), path)


def _known_event(text: str) -> CalendarEvent:
    events: Sequence[str] = [event.value for event in CalendarEvent]
    found = next((event for event in CalendarEvent if event.lower() == text.lower()), None)
    if found is None:
        refuse([f"--event {text}: is not a known event. {nearest(text, events, noun='event')}."])
    return found


def too_many_cure(text: str) -> str:
    """Tell where a word goes that stands after CALENDAR and DATE."""
    if any(text.lower() == event.lower() for event in CalendarEvent):
        return f"What happens goes with its option: --event {text}."
    with contextlib.suppress(ValueError):
        date.fromisoformat(text)
        return f"The last day of several goes with its option: --until {text}."
    return "Give CALENDAR and DATE, the rest with its option: --bell SCHEDULE, --event EVENT, --note TEXT."
