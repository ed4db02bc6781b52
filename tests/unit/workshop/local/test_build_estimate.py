"""What a waiting person is told about the rest of a build."""

from __future__ import annotations

import pytest

from firstbell_workshop.local.build_estimate import (
    BELIEVED,
    LINKED_AS,
    PROCESSOR_SECONDS,
    BuildEstimate,
    free_processors,
    in_words,
)


def packages(*numbers: int) -> frozenset[str]:
    return frozenset(f"package-{number}" for number in range(*numbers))


def estimate(processors: float = 2) -> BuildEstimate:
    """A thousand packages, and a second family that shares half of its five hundred with them."""
    return BuildEstimate(
        {"kubernetes": packages(1000), "etcd": packages(750, 1250)}, {"kubernetes": 2, "etcd": 1}, processors
    )


def test_what_an_earlier_family_builds_is_not_built_again():
    assert (estimate().packages, estimate().packages_of("etcd")) == (1250, 250)


def test_before_anything_is_built_the_measured_machine_decides():
    left = 1250 + 3 * LINKED_AS

    assert estimate(2).seconds_left() == pytest.approx(left * PROCESSOR_SECONDS / 2)
    assert estimate(8).seconds_left() == pytest.approx(estimate(2).seconds_left() / 4)


@pytest.mark.parametrize(("slower", "factor"), [(1, 1), (6, 6), (0.25, 0.25)])
def test_a_machine_of_another_speed_is_soon_believed(slower, factor):
    built = 10 * BELIEVED
    large = BuildEstimate({"kubernetes": packages(20 * BELIEVED)}, {"kubernetes": 1}, 2)
    seconds = built * PROCESSOR_SECONDS / 2 * slower

    at_first_believed = (10 * BELIEVED + LINKED_AS) * PROCESSOR_SECONDS / 2
    assert large.seconds_left("kubernetes", built, seconds) == pytest.approx(
        at_first_believed * factor, rel=0.31
    )


def test_what_is_left_falls_with_every_package_and_never_below_nothing():
    each = PROCESSOR_SECONDS / 2
    told = [estimate().seconds_left("etcd", built, built * each) for built in range(0, 400, 10)]

    assert told[:26] == sorted(told[:26], reverse=True)
    assert min(told) >= 0


def test_a_family_that_is_done_is_no_longer_waited_for():
    both = estimate()
    both.finished("kubernetes", 1000, 1000 * PROCESSOR_SECONDS / 2)
    assert both.packages == 250

    both.finished("etcd")  # another firstbell has built it meanwhile
    assert both.seconds_left() == 0


def test_packages_that_go_had_in_its_cache_are_not_waited_for_after_their_family():
    both = estimate()
    both.finished("kubernetes", 3, 1.0)

    assert both.packages == 250


@pytest.mark.parametrize(
    ("processors", "load", "want"), [(2, 0, 2), (2, 2, 1), (2, 12, 2 / 7), (16, 0.0, 16), (2, -1, 2)]
)
def test_what_runs_beside_a_build_gets_its_share(processors, load, want):
    assert free_processors(processors, load) == pytest.approx(want)


@pytest.mark.parametrize(
    ("seconds", "want"),
    [
        (0, "about a minute"),
        (59, "about a minute"),
        (61, "about 2 minutes"),
        (839, "about 14 minutes"),
        (6000, "about 100 minutes"),
    ],
)
def test_the_rest_in_words(seconds, want):
    assert in_words(seconds) == want
