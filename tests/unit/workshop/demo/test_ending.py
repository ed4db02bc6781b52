"""What the demo says of its pace and at the end: whose part was late, and whether the way down was seen."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from firstbell_workshop.cli.demo.words import ending, pace_in_words, what_stays
from firstbell_workshop.demo.morning import MORNINGS, example_file
from firstbell_workshop.demo.pace import Rise, Trial, fitting_speed
from firstbell_workshop.demo.play import Recording, Sample
from firstbell_workshop.demo.show import chart, points
from firstbell_workshop.demo.waking import Lag
from firstbell_workshop.local.control_plane import ControlPlane, Provision
from firstbell_workshop.local.programs import Programs
from firstbell_workshop.local.progress import LogProgress

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
        due=MORNING.bell - timedelta(minutes=10),
        speed=120,
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
    return ending(replace(played, speed=speed), has_metrics=has_metrics)


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


def woken_late(*lags: tuple[float, float], stood: float | None = -3.0, speed: float = 120) -> Recording:
    """Floor and count of 300 at the bell; lags are minutes before it when one ended, and its seconds."""
    after = [] if stood is None else [sample(stood, 307)]
    return replace(
        recording(sample(0.5, 200, floor=300, current=300), *after, sample(-190, 4, floor=4)),
        speed=speed,
        lags=[Lag(time=MORNING.bell - timedelta(minutes=before), seconds=late) for before, late in lags],
    )


@pytest.mark.parametrize(
    ("played", "waits", "starved"),
    [
        pytest.param(woken_late(), [], False, id="a machine that is not busy"),
        pytest.param(woken_late((-2, 1.5)), [1.5], True, id="as long as it was late"),
        pytest.param(woken_late((-2, 1.4)), [1.4], False, id="not quite as long"),
        pytest.param(woken_late((5, 0.5), (2, 0.5), (-1, 0.5)), [0.5, 0.5, 0.5], True, id="many short ones"),
        pytest.param(woken_late((11, 9.0)), [], False, id="before it was due"),
        pytest.param(woken_late((8, 9.0)), [1.0], False, id="for the most part before it was due"),
        pytest.param(woken_late((-20, 9.0)), [0.5], False, id="for the most part after both stood"),
        pytest.param(woken_late((-30, 9.0)), [], False, id="after both stood"),
        pytest.param(woken_late((-2, 1.5), speed=60), [1.5], False, id="half as much of a slower morning"),
        pytest.param(woken_late((-2, 60.0), stood=None), [], False, id="never, for whatever reason"),
        pytest.param(woken_late((-2, 60.0), stood=0.2), [0.0], False, id="in time all the same"),
    ],
)
def test_a_late_operator_is_starved_where_the_machine_kept_it_for_as_long_as_it_was_late(
    played, waits, starved
):
    if not played.in_time:
        assert played.kept_waiting == pytest.approx(waits)
    assert played.starved is starved


def test_a_starved_operator_is_not_called_late():
    assert "\n".join(said(woken_late((2, 1.0), (-1, 1.25)))) == (
        "This machine woke the operator up to 1.2 s late, 2.5 minutes of the played morning: this run cannot "
        "tell whether firstbell is in time.\n"
        "When the bell rang the floor stood at 300 and the count at 300 of 307; both stood there 3.0 minutes "
        "after it.\n"
        "The operator asked for them when it was woken: from when they were due it was kept waiting for "
        "2.2 s, 4.5 minutes of the played morning. Without that: 1.5 minutes early.\n"
        "This machine is too busy for a clock 120 times as fast as the wall's. Try --speed 60.\n"
        "The floor went back to 4, and the HPA brought the count down to 4."
    )


def test_an_operator_that_was_later_than_it_was_kept_is_late_and_both_are_told():
    assert said(woken_late((-2, 1.0)))[0] == (
        "LATE: when the bell rang the floor stood at 300 and the count at 300 of 307; both stood there "
        "3 minutes after it. From when they were due this machine kept the operator waiting for 1.0 s, "
        "2.0 minutes of the played morning: that does not explain it."
    )


def test_an_operator_that_ended_is_not_excused_by_the_machine():
    assert not replace(woken_late((-2, 9.0)), failed="it was interrupted").starved


RISES = [Rise(before_bell=timedelta(minutes=10), pods=100)]


def paced(trial: Trial) -> str:
    return " ".join(pace_in_words(trial, RISES, fitting_speed(trial, RISES), MORNING))


def test_the_pace_is_told_with_what_it_was_taken_from():
    assert paced(Trial(asked=80, ready=80, first_seconds=0.4, seconds=1.23)) == (
        "This cluster made 80 pods Ready in 1.2 s, for a try: the clock runs 120 times as fast as the "
        "wall's, and the morning takes 2 minutes."
    )


@pytest.mark.parametrize(
    ("lag", "told"), [(0.09, ""), (0.84, ", and this process was woken up to 0.8 s late")]
)
def test_a_lag_of_this_process_is_told_where_it_is_noticeable(lag, told):
    assert f"in 1.2 s, for a try{told}: the clock runs" in paced(
        Trial(asked=80, ready=80, first_seconds=0.4, seconds=1.23, lag_seconds=lag)
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
