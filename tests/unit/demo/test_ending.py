"""What the demo says of its pace and at the end: whose part was late, and whether the way down was seen."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from firstbell.cli.demo_words import ending, pace_in_words, what_stays
from firstbell.demo.morning import MORNINGS, example_file
from firstbell.demo.pace import Rise, Trial, fitting_speed
from firstbell.demo.play import Recording, Sample
from firstbell.demo.show import chart, points
from firstbell.local.control_plane import ControlPlane, Provision
from firstbell.local.programs import Programs
from firstbell.local.progress import LogProgress

MORNING = MORNINGS["smartschool-monday"]


def sample(minutes_before_bell: float, ready: int, floor: int = 307, current: int | None = None) -> Sample:
    return Sample(
        time=MORNING.bell - timedelta(minutes=minutes_before_bell),
        planned=floor,
        floor=floor,
        current=max(ready, floor) if current is None else current,
        ready=ready,
        reason="first-lesson",
        following=None,
    )


def recording(*samples: Sample, back: bool = True, failed: str | None = None) -> Recording:
    enough = [seen.time for seen in samples if (seen.ready or 0) >= 307]
    return Recording(
        morning=MORNING,
        needed=307,
        samples=list(samples),
        ready_time=enough[0] if enough else None,
        back_at_baseline=back,
        failed=failed,
    )


def late(floor: int, count: int) -> str:
    stood = f"the floor stood at {floor} and the count at {count} of 307"
    return f"LATE: when the bell rang {stood}; both stood there"


CASES = {
    "early": (
        recording(sample(9, 307), sample(-190, 4, floor=4)),
        "307 of 307 Ready, 9 minutes before the bell.",
    ),
    "the pods were late": (
        recording(sample(9, 200), sample(-3, 307)),
        "Floor and count stood at 307 9 minutes before the bell: firstbell was in time.",
    ),
    "the pods never came": (
        recording(sample(9, 200), sample(-3, 210)),
        "Floor and count stood at 307 9 minutes before the bell: firstbell was in time.",
    ),
    "the floor was late": (
        recording(sample(9, 200, floor=200), sample(-3, 200), sample(-4, 307)),
        f"{late(200, 200)} 3 minutes after it.",
    ),
    "the count was late": (
        recording(sample(9, 200, current=200), sample(-3, 200)),
        f"{late(307, 200)} 3 minutes after it.",
    ),
    "the floor never came": (
        recording(sample(9, 200, floor=200), sample(-3, 200, floor=200)),
        f"{late(200, 200)} never.",
    ),
    "nothing was seen": (
        recording(),
        f"{late(0, 0)} never.",
    ),
    "interrupted": (recording(failed="it was interrupted"), "The operator ended: it was interrupted"),
}


def said(played: Recording, *, speed: float = 120, has_metrics: bool = True) -> list[str]:
    return ending(played, speed=speed, has_metrics=has_metrics)


@pytest.mark.parametrize(("played", "want"), CASES.values(), ids=CASES.keys())
def test_the_first_line_says_how_it_went(played, want):
    assert want == said(played)[0]


@pytest.mark.parametrize(
    ("case", "want"), [(name, "was in time" in text) for name, (_, text) in CASES.items()]
)
def test_the_verdict_is_about_firstbells_own_part(case, want):
    assert CASES[case][0].in_time is (want or case == "early")


@pytest.mark.parametrize(
    ("played", "speed", "want"),
    [
        pytest.param(
            CASES["the pods were late"][0],
            120,
            "This cluster made the last of the 307 pods Ready 3 minutes after it: it is too busy for a clock "
            "120 times as fast as the wall's. Try --speed 60.",
            id="late",
        ),
        pytest.param(
            CASES["the pods never came"][0],
            20,
            "This cluster made only 210 of the 307 pods Ready: it is too busy for a clock 20 times as fast "
            "as the wall's. Try --speed 10.",
            id="never",
        ),
    ],
)
def test_pods_that_were_late_are_told_as_the_clusters_part(played, speed, want):
    assert said(played, speed=speed)[1] == want


RISES = [Rise(before_bell=timedelta(minutes=10), pods=100)]


def paced(trial: Trial) -> str:
    return " ".join(pace_in_words(trial, RISES, fitting_speed(trial, RISES), MORNING))


def test_the_pace_is_told_with_what_it_was_taken_from():
    assert paced(Trial(asked=80, ready=80, first_seconds=0.4, seconds=1.23)) == (
        "This cluster made 80 pods Ready in 1.2 s, for a try: the clock runs 120 times as fast as the "
        "wall's, and the morning takes 2 minutes."
    )


def test_a_pace_that_may_still_be_too_fast_is_told_as_such():
    assert paced(Trial(asked=80, ready=2, first_seconds=20, seconds=40)) == (
        "This cluster made 2 of 80 pods Ready in 40.0 s, for a try: the clock runs 10 times as fast as the "
        "wall's, and the morning takes 24 minutes. "
        "It may be too fast all the same: --speed 1 is as slow as the day itself."
    )


def test_a_count_that_stays_up_is_told_with_its_reason():
    played = recording(sample(9, 307), sample(-190, 307, floor=4), back=False)

    assert said(played, has_metrics=False)[1] == (
        "The floor went back to 4; the HPA still holds 307, because this cluster serves no CPU metrics."
    )


def test_the_chart_has_the_highest_value_and_the_local_times():
    played = recording(sample(50, 4, floor=4), sample(9, 307), sample(-10, 307))
    text = chart(points(played), ZoneInfo("Europe/Brussels"))

    assert "  307 " in text
    assert "07:40" in text
    assert "08:40" in text


def test_a_chart_of_nothing_says_so():
    assert chart(points(recording()), ZoneInfo("Europe/Brussels")) == "nothing was seen"


@pytest.mark.parametrize("name", MORNINGS)
def test_every_morning_has_its_example(name):
    assert example_file(name).is_file()


def stays(provision: Provision, *, keep: bool) -> str:
    here = ControlPlane(
        name="prod",
        provision=provision,
        kubeconfig=Path("/here/kubeconfig"),
        programs=Programs(progress=LogProgress()),
        context="blue",
    )
    return "\n".join(what_stays(here, "learning-platform", keep=keep))


@pytest.mark.parametrize("keep", [True, False])
def test_nobody_is_told_to_take_down_a_cluster_that_was_given(keep):
    told = stays(Provision.GIVEN, keep=keep)
    assert "cluster down" not in told
    assert "kubectl --kubeconfig /here/kubeconfig --context blue delete namespace learning-platform" in told


def test_a_cluster_of_the_demos_own_is_gone_or_told_how_to_end():
    assert stays(Provision.LOCAL, keep=False) == ""
    assert "firstbell cluster down prod" in stays(Provision.LOCAL, keep=True)
