"""Findings themselves: how many of one kind are shown, and how names are listed."""

from __future__ import annotations

import pytest

from firstbell.core.findings import FINDING_MEANINGS, Finding, FindingKind, Severity, fold
from firstbell.core.findings.finding import in_regions, listed


def a_finding(kind=FindingKind.HOLIDAY_LONG, severity=Severity.WARNING, path="spec") -> Finding:
    return Finding(kind=kind, severity=severity, path=path, message="It is long", cure="Shorten it")


def test_many_findings_of_one_kind_are_folded():
    long = [a_finding(path=f"spec.holidays[{index}]") for index in range(5)]
    notice = a_finding(severity=Severity.NOTICE)
    other = a_finding(FindingKind.NO_LESSONS, Severity.ERROR)

    folds = fold([*long[:4], other, long[4], notice])

    assert [(one.shown, one.more) for one in folds] == [(tuple(long[:3]), 2), ((other,), 0), ((notice,), 0)]


def test_three_findings_are_not_folded():
    long = [a_finding(path=f"spec.holidays[{index}]") for index in range(3)]

    assert [(one.shown, one.more) for one in fold(long)] == [(tuple(long), 0)]


@pytest.mark.parametrize(
    ("names", "want"),
    [
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (["a", "b", "c", "d", "e"], "a, b, c and 2 more"),
    ],
)
def test_names_are_listed_and_many_are_cut(names, want):
    assert listed(names) == want


@pytest.mark.parametrize(
    ("regions", "want"),
    [([None], ""), (["north"], " in region north"), (["north", "south"], " in regions north and south")],
)
def test_regions_are_named_only_where_there_are_any(regions, want):
    assert in_regions(regions) == want


def test_every_kind_of_finding_has_its_meaning_in_whole_sentences():
    assert list(FINDING_MEANINGS) == list(FindingKind)
    for meaning in FINDING_MEANINGS.values():
        for sentence in (meaning.found, meaning.matters):
            assert sentence[0].isupper()
            assert sentence.endswith(".")
