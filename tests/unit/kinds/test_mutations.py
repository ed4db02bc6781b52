"""However a good object is spoilt, it is converted or refused with a path: never a traceback."""

from __future__ import annotations

import copy
from datetime import UTC
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from firstbell.files.links import link
from firstbell.files.manifests import Manifests, gather
from firstbell.files.yaml_files import Origin, Unreadable
from firstbell.files.yaml_text import Node, read_yaml
from firstbell.kinds.autoscaler_conversion import read_autoscaler, to_policy
from firstbell.kinds.calendar_conversion import read_calendar, read_exception
from firstbell.kinds.override_conversion import read_override, to_override
from firstbell.kinds.problems import Refused
from tests.unit.kinds.calm import CALM
from tests.unit.kinds.specimens import SPECS, manifest, spec

KINDS = st.sampled_from(sorted(SPECS))
JUNK = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.integers(-2, 10**6),
        st.floats(),
        st.text(max_size=8),
        st.sampled_from(["2026-02-30", "2026-10-17", "0001-01-01", "9999-12-31", "24:00", "08:00", "13:30"]),
        st.sampled_from(["zone-a", "full", "A", "* * * * *", "0 0 29 2 *", "UTC", "Europe", "", "x" * 300]),
    ),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=4), inside, max_size=3),
    max_leaves=5,
)


def places(node: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a plain value that holds something."""
    inside = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    found = [path] if path else []
    for key, value in inside:
        found += places(value, (*path, key))
    return found


@st.composite
def spoilt(draw, kind: str) -> Any:
    """A good spec with a few things dropped, retyped, renamed, doubled or moved out of range."""
    body = copy.deepcopy(spec(kind))
    for _ in range(draw(st.integers(1, 3))):
        known = places(body)
        if not known:
            break
        *parents, last = draw(st.sampled_from(known))
        place = body
        for part in parents:
            place = place[part]
        match draw(st.sampled_from(["drop", "retype", "rename", "double", "swap"])):
            case "drop":
                del place[last]
            case "rename" if isinstance(place, dict):
                place[draw(st.text(max_size=12))] = place.pop(last)
            case "double" if isinstance(place, list):
                place.append(copy.deepcopy(place[last]))
            case "swap":
                others = list(place.values()) if isinstance(place, dict) else place
                place[last] = copy.deepcopy(draw(st.sampled_from(others)))
            case _:
                place[last] = draw(JUNK)
    return body


def check(refused: Refused) -> None:
    assert refused.problems
    for problem in refused.problems:
        assert problem.path.startswith("spec")
        assert problem.message
        assert problem.cure
        assert len(str(problem).splitlines()) == 1


@settings(CALM, max_examples=400)
@given(spoilt("SchoolCalendar"))
def test_a_spoilt_calendar_is_converted_or_refused_with_a_path(body):
    read = read_calendar("ns", "name", body)
    if isinstance(read, Refused):
        check(read)


@settings(CALM, max_examples=200)
@given(spoilt("SchoolAutoscaler"))
def test_a_spoilt_policy_is_converted_or_refused_with_a_path(body):
    read = read_autoscaler(body)
    if isinstance(read, Refused):
        check(read)
    else:
        assert to_policy("ns", "name", read).peaks is not None


@settings(CALM, max_examples=200)
@given(spoilt("CalendarException"))
def test_a_spoilt_exception_is_converted_or_refused_with_a_path(body):
    read = read_exception("snow", body)
    if isinstance(read, Refused):
        check(read)


@settings(CALM, max_examples=200)
@given(spoilt("ScalingOverride"), st.datetimes(timezones=st.just(UTC)))
def test_a_spoilt_order_is_converted_or_refused_with_a_path(body, created):
    read = read_override(body, created)
    if isinstance(read, Refused):
        check(read)
    else:
        order = to_override("order", read, created)
        assert order.start < order.end


@settings(CALM, max_examples=50)
@given(st.one_of(JUNK, st.dictionaries(st.sampled_from(["timeZone", "calendarRefs", "spec", "peaks"]), JUNK)))
def test_anything_in_place_of_a_spec_is_refused_with_a_path(body):
    for read in (
        read_calendar("ns", "name", body),
        read_autoscaler(body),
        read_exception("name", body),
        read_override(body),
    ):
        if isinstance(read, Refused):
            check(read)


@settings(CALM, max_examples=100)
@given(st.data())
def test_a_spoilt_file_is_read_or_told_line_by_line(data):
    kind = data.draw(KINDS)
    text = (
        manifest(kind, data.draw(spoilt(kind)))
        + "---\n"
        + manifest("SchoolCalendar", spec("SchoolCalendar"), "b")
    )
    lines = text.splitlines(keepends=True)
    if data.draw(st.booleans()):
        cut = data.draw(st.integers(0, len(lines) - 1))
        lines[cut] = data.draw(st.sampled_from(["", "\t", "  ", "a: [", "- x: 1\n"])) + lines[cut]
    documents = [Origin("f", one) for one in read_yaml("".join(lines)) if isinstance(one, Node)]
    read = gather(documents)
    found = link(read) if isinstance(read, Manifests) else read
    if isinstance(found, Unreadable):
        assert found.problems
        assert all(1 <= problem.line <= len(lines) for problem in found.problems)


def test_a_good_specimen_survives_being_written_and_read():
    for kind in SPECS:
        assert yaml.safe_load(manifest(kind, spec(kind)))["spec"] == spec(kind)
