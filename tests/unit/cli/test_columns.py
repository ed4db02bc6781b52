"""Rows as kubectl prints them."""

from __future__ import annotations

from firstbell.cli.columns import columns


def test_a_row_is_one_line_however_long():
    long = "a-name-" * 30
    assert list(columns(("NAME", "STATE"), [(long, "Active")])) == [
        f"{'NAME':<210}   STATE",
        f"{long}   Active",
    ]


def test_cells_stand_under_their_headings():
    assert list(columns(("A", "B"), [("1", "2"), ("long", "")])) == ["A      B", "1      2", "long"]


def test_what_a_terminal_would_obey_is_shown():
    assert "\x1b" not in "".join(columns(("A",), [("\x1b[31mred\nnext",)]))
