"""The table of series: each name says its unit, each label its bound, and nobody asks for another one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from firstbell.adapters.series import BY_NAME, PROCESS_SERIES, SERIES, SeriesType

UNITS = {
    "seconds": "_seconds",
    "seconds since 1970": "_timestamp_seconds",
    "bytes": "_bytes",
    "cores": "_cores",
}
ROOT = Path(__file__).parents[3]
NAMING = sorted(
    [
        *(ROOT / "operator/docs").rglob("*.md"),
        ROOT / "README.md",
        ROOT / "SECURITY.md",
    ]
)
NAMED = re.compile(r"\bfirstbell_[a-z_]+(?![a-z_*/.])")
OF_A_HISTOGRAM = re.compile(r"_(bucket|count|sum)$")
NO_SERIES = {"firstbell_workshop"}


@pytest.mark.parametrize("one", SERIES, ids=lambda one: one.name)
def test_a_series_is_named_after_its_unit_and_told_in_a_sentence_with_bounded_labels(one):
    assert re.fullmatch(r"firstbell_[a-z_]+", one.name)
    assert one.name.endswith("_total") is (one.type is SeriesType.COUNTER)
    assert one.name.endswith(UNITS.get(one.unit, one.name))
    assert one.help.endswith(".")
    assert "|" not in one.help
    assert all(one.labels.values()), "a bound of each label"
    assert bool(one.buckets) is (one.type is SeriesType.HISTOGRAM)


@pytest.mark.parametrize("file", NAMING, ids=lambda path: path.name)
def test_what_a_page_names_is_in_the_table(file):
    told = set(NAMED.findall(file.read_text())) - NO_SERIES
    assert {OF_A_HISTOGRAM.sub("", name) for name in told} <= BY_NAME.keys()


def test_no_name_stands_twice():
    assert len(BY_NAME) == len(SERIES) + len(PROCESS_SERIES)
