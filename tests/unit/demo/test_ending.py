"""What the demo says at the end: early, late, never, and whether the way down was seen."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from firstbell.cli.demo import ending, what_stays
from firstbell.demo.morning import MORNINGS, example_file
from firstbell.demo.play import Recording, Sample
from firstbell.demo.show import chart
from firstbell.local.control_plane import ControlPlane, Provision
from firstbell.local.programs import Programs
from firstbell.local.progress import LogProgress

MORNING = MORNINGS["smartschool-monday"]


def sample(minutes_before_bell: float, ready: int, floor: int = 307) -> Sample:
    return Sample(
        time=MORNING.bell - timedelta(minutes=minutes_before_bell),
        planned=floor,
        floor=floor,
        current=max(ready, floor),
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


CASES = {
    "early": (
        recording(sample(9, 307), sample(-190, 4, floor=4)),
        "307 of 307 Ready, 9 minutes before the bell.",
    ),
    "late": (recording(sample(9, 200), sample(-3, 307)), "LATE: 307 of 307 Ready, 3 minutes after the bell."),
    "never": (recording(sample(9, 200), sample(-3, 210)), "LATE: 210 of 307 Ready at most."),
    "interrupted": (recording(failed="it was interrupted"), "The operator ended: it was interrupted"),
}


@pytest.mark.parametrize(("played", "want"), CASES.values(), ids=CASES.keys())
def test_the_first_line_says_how_it_went(played, want):
    assert want == ending(played, has_metrics=True)[0]


def test_a_count_that_stays_up_is_told_with_its_reason():
    played = recording(sample(9, 307), sample(-190, 307, floor=4), back=False)

    assert ending(played, has_metrics=False)[1] == (
        "The floor went back to 4; the HPA still holds 307, because this cluster serves no CPU metrics."
    )


def test_the_chart_has_the_highest_value_and_the_local_times():
    text = chart(
        recording(sample(50, 4, floor=4), sample(9, 307), sample(-10, 307)), ZoneInfo("Europe/Brussels")
    )

    assert "  307 " in text
    assert "07:40" in text
    assert "08:40" in text


def test_a_chart_of_nothing_says_so():
    assert chart(recording(), ZoneInfo("Europe/Brussels")) == "nothing was seen"


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
