"""Problems are one line each, with paths that people and programs can follow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from firstbell.kinds.problems import Problem, dotted, kind_of, nearest, parts_of, quoted
from tests.unit.kinds.calm import CALM


def test_a_problem_reads_as_path_message_and_cure():
    problem = Problem(path="spec.timeZone", message="is missing", cure="Add it")
    assert str(problem) == "spec.timeZone: is missing. Add it."


def test_a_problem_without_a_path_starts_with_its_message():
    assert str(Problem(path="", message="is empty", cure="Give a file")) == "is empty. Give a file."


def test_a_path_is_written_as_people_write_it():
    assert dotted(("spec", "bellSchedules", 0, "classPeriods", 2, "startTime")) == (
        "spec.bellSchedules[0].classPeriods[2].startTime"
    )
    assert dotted(("spec", "a.b\n")) == 'spec["a.b\\n"]'


@CALM
@given(st.lists(st.one_of(st.integers(0, 999), st.text(max_size=4)), max_size=5))
def test_the_parts_of_a_path_come_back(parts):
    assert parts_of(dotted(parts)) == tuple(parts)


@CALM
@given(st.text())
def test_what_is_quoted_stays_short_and_on_its_line(text):
    assert len(quoted(text).splitlines() or [""]) == 1
    assert len(quoted(text)) <= 60


def test_values_are_told_by_what_they_are():
    told = [kind_of(value) for value in (None, True, 810, 1.5, "x", {}, [], b"x")]
    assert told == [
        "nothing",
        "the word true",
        "the number 810",
        "the number 1.5",
        'the text "x"',
        "a mapping",
        "a list",
        "the value \"b'x'\"",
    ]


def test_the_nearest_name_is_the_cure():
    known = ["bellScheduleName", "instructionMode"]
    assert (
        nearest("bellScheduleNames", known, noun="field") == 'The nearest known field is "bellScheduleName"'
    )
    assert nearest("xyz", known, noun="field") == "Use a known field: bellScheduleName, instructionMode"
    assert nearest("xyz", [], noun="region") == "There is no region here: remove it"


def test_a_long_listing_is_cut():
    cure = nearest("!", [f"r{number}" for number in range(20)], noun="region")
    assert cure.endswith("r11 and 8 more")
