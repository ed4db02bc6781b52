"""What is shown of a text from outside: everything that has a shape, and the rest spelled out."""

from __future__ import annotations

import sys
from unicodedata import category

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firstbell.core.visible_text import MOST_MARKS, is_visible, visible
from tests.unit.kinds.calm import CALM

UNSEEN = {
    "a turn to the left": "\u202e",
    "an isolate": "\u2066",
    "the end of one": "\u2069",
    "a mark of Arabic": "\u061c",
    "no width": "\u200b",
    "a joiner": "\u200d",
    "a word joiner": "\u2060",
    "a byte order mark": "\ufeff",
    "a soft hyphen": "\u00ad",
    "a tag": "\U000e0041",
    "a variation selector": "\ufe0f",
    "a rare variation selector": "\U000e0100",
    "a filler": "\u3164",
    "an empty Braille": "\u2800",
    "a grapheme joiner": "\u034f",
    "a line's end": "\u2028",
    "a paragraph's end": "\u2029",
    "a next line": "\u0085",
    "an escape": "\x1b",
    "a bell": "\x07",
    "a nothing": "\x00",
    "a delete": "\x7f",
    "a new line": "\n",
    "a private one": "\ue000",
    "an unassigned one": "\u0378",
    "no letter at all": "\uffff",
    "half a pair": "\ud800",
}
SEEN = [
    "Grundschule Süd",
    "école: fermée",
    "中学校",
    "مدرسة",
    "בית ספר",
    "โรงเรียน",
    "สวัสดี",
    "a\u0301",
    "🏫",
    "…→✓",
]


@pytest.mark.parametrize("letter", UNSEEN.values(), ids=UNSEEN)
def test_what_nobody_sees_is_spelled_out(letter):
    shown = visible(f"web{letter}bew")
    assert letter not in shown
    assert shown.startswith("web\\")
    assert shown.endswith("bew")


@pytest.mark.parametrize("text", SEEN)
def test_every_script_stays_as_it_is(text):
    assert visible(text) == text


def test_no_letter_of_unicode_that_turns_or_hides_is_let_through():
    for code in range(sys.maxunicode + 1):
        letter = chr(code)
        if category(letter) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
            assert not is_visible(letter)


def test_blanks_of_all_widths_are_one_blank():
    assert visible("8\u202fh\u00a030\u3000!") == "8 h 30 !"


def test_marks_do_not_grow_over_other_lines():
    shown = visible("a" + "\u0300" * 50)
    assert shown.count("\u0300") == MOST_MARKS


def test_lines_stay_where_they_are_ours():
    assert visible("one\n\u202etwo", keep="\n") == "one\n\\u202etwo"


def test_a_text_is_bounded_after_it_was_spelled_out():
    assert visible("\u202e" * 1000, 60) == ("\\u202e" * 10)[:59] + "…"
    assert visible("a" * 60, 60) == "a" * 60


@CALM
@given(st.text(), st.integers(1, 50))
def test_shown_twice_is_the_same_and_no_longer(text, most):
    shown = visible(text, most)
    assert len(shown) <= most
    assert visible(shown, most) == shown
    assert all(map(is_visible, shown))
