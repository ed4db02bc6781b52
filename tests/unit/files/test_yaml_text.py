"""YAML is read as all its readers agree on, with lines, and nothing in it can run away."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.files.yaml_text import MOST_PROBLEMS, LineProblem, Node, read_yaml
from firstbell.kinds.unquoted import Unquoted
from tests.unit.kinds.calm import CALM


def value(text: str) -> object:
    (document,) = read_yaml(text)
    assert isinstance(document, Node), str(document.problem)
    return document.value


def told(text: str) -> list[str]:
    found = read_yaml(text)
    return [f"{one.line}: {one.problem}" for one in found if isinstance(one, LineProblem)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12", 12),
        ("-3", -3),
        ("1.5", 1.5),
        ("true", True),
        ("False", False),
        ("~", None),
        ("", None),
        ("Europe/Paris", "Europe/Paris"),
        ("2026-11-02", "2026-11-02"),
        ("2027-01-26T05:15:00-05:00", "2027-01-26T05:15:00-05:00"),
        ("08:30", "08:30"),
        ("'13:30'", "13:30"),
        ('"no"', "no"),
        ("!!str 13:30", "13:30"),
        ("!!int '7'", 7),
        ("9" * 70, "9" * 70),
    ],
)
def test_words_that_all_readers_agree_on(text, expected):
    assert value(f"[{text}, x]" if text else "[~, x]")[0] == expected


@pytest.mark.parametrize(
    ("text", "reads_as"),
    [
        ("13:30", "the number 810"),
        ("9:05", "the number 545"),
        ("-1:30", "the number -90"),
        ("12:30:15", "the number 45015"),
        ("no", "false"),
        ("Off", "false"),
        ("yes", "true"),
        ("y", "true"),
        ("N", "false"),
        ("010", "a number"),
        ("08", "a number"),
        ("1_000", "a number"),
        ("0x1F", "a number"),
        ("0o17", "a number"),
        ("1e3", "a number"),
        (".5", "a number"),
        (".inf", "a number"),
    ],
)
def test_words_that_readers_dispute_must_be_quoted(text, reads_as):
    assert value(f"a: {text}") == {"a": Unquoted(text=text, reads_as=reads_as)}


def test_keys_are_text_whatever_they_look_like():
    assert value("1: a\nno: b\n2026-11-02: c") == {"1": "a", "no": "b", "2026-11-02": "c"}


def test_documents_are_told_apart_and_empty_ones_left_out():
    documents = read_yaml("---\na: 1\n---\n# nothing\n---\nb: 2\n...\n")
    assert [one.value for one in documents if isinstance(one, Node)] == [{"a": 1}, {"b": 2}]


def test_a_path_has_the_line_of_its_key():
    (document,) = read_yaml("a:\n  b:\n  - c: 1\n    d:\n      e: 2\n")
    assert isinstance(document, Node)
    assert [document.line_of(path) for path in ("a", "a.b", "a.b[0].c", "a.b[0].d.e")] == [1, 2, 3, 5]


def test_a_path_that_is_not_there_has_the_line_of_what_is():
    (document,) = read_yaml("a:\n  b: 1\n")
    assert isinstance(document, Node)
    assert document.line_of("a.x.y") == 1
    assert document.line_of("z") == 1


def test_anchors_and_merges_work_as_in_kubectl():
    text = "base: &b {x: 1, y: 2}\none: *b\ntwo: {<<: *b, y: 3}\nthree:\n  <<: [{x: 8}, *b]\n  z: 9\n"
    read = value(text)
    assert isinstance(read, dict)
    assert read["one"] == {"x": 1, "y": 2}
    assert read["two"] == {"x": 1, "y": 3}
    assert read["three"] == {"x": 8, "y": 2, "z": 9}


def test_a_duplicate_key_is_told_with_both_lines():
    assert told("a: 1\nb:\n- {c: 1, c: 2}\na: 2\n") == [
        "3: b[0].c: stands here twice. Keep one of the two.",
        "4: a: stands here already on line 1. Keep one of the two.",
    ]


def test_many_duplicates_are_cut():
    assert len(told("".join("a: 1\n" for _ in range(1000)))) == MOST_PROBLEMS + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1: is empty"),
        ("# only a remark\n", "1: is empty"),
        ("---\n---\n", "1: is empty"),
        ("a: [1, 2", "2: is not YAML: did not find expected ',' or ']'"),
        ("a: 1\n  b: 2\n", "2: is not YAML: mapping values are not allowed in this context"),
        ("a:\n\t- b\n", "2: is not YAML: found character that cannot start any token"),
        ("a: 1\nb: \x07", "2: is not YAML"),
        ("[" * 100, "1: is nested deeper than 64 levels"),
        ("[" * 100_000, "1: is not YAML: exceeded maximum nesting depth"),
        ("a: &a [*a]", "1: a[0]: *a has no anchor"),
        ("a: *b", "1: a: *b has no anchor"),
        ("a: &x 1\n---\nb: *x", "3: b: *x has no anchor"),
        ("? [1, 2]\n: 3", "1: a key is a list or a mapping"),
        ("a: &k x\n*k : 1", "2: a key is an alias"),
        ("a: !!python/object/apply:os.system [ls]", '1: a: the tag "tag:yaml.org,2002:python'),
        ("a: !vault x", '1: a: the tag "!vault" means nothing here'),
        ("a: !!binary aGk=", '1: a: the tag "tag:yaml.org,2002:binary" means nothing here'),
        ("a: {<<: 3}", "1: a: << does not name a mapping"),
    ],
    ids=lambda text: text[:30],
)
def test_what_is_no_plain_yaml_is_one_problem(text, expected):
    (problem,) = told(text)
    assert problem.startswith(expected)


def test_aliases_that_multiply_are_refused_at_once():
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 20)]
    (problem,) = told("\n".join(lines))
    assert "the aliases (*name) expand to more than 100000 values" in problem


def test_many_aliases_count_together():
    lines = ["big: &big [" + "x, " * 999 + "x]", "all:", *(["- *big"] * 101)]
    (problem,) = told("\n".join(lines))
    assert problem.startswith("102: all[99]: the aliases")


@CALM
@given(st.text(alphabet="a: -[]{}&*!|>'\"#\n\t%@`?,1y<", max_size=60))
def test_no_text_gives_a_traceback(text):
    found = read_yaml(text)
    assert found
    assert len({isinstance(one, Node) for one in found}) == 1


def test_a_key_may_carry_an_anchor():
    assert value("&k a: 1\nb: *k\n") == {"a": 1, "b": "a"}
