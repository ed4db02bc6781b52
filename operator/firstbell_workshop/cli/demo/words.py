"""What `firstbell demo` says beside its tables: how fast it plays, how it ended, and what is left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell_workshop.demo.pace import fits, slower_than
from firstbell_workshop.local.control_plane import ControlPlane, Provision

if TYPE_CHECKING:
    from collections.abc import Sequence

    from firstbell_workshop.demo.morning import Morning
    from firstbell_workshop.demo.pace import Rise, Trial
    from firstbell_workshop.demo.play import Recording

TOLD_SECONDS = 0.1
"""A shorter lag is not told: at the fastest speed it is twelve seconds of the morning."""


def pace_in_words(trial: Trial, rises: Sequence[Rise], speed: float, morning: Morning) -> list[str]:
    """Tell how fast this cluster makes pods and wakes this process, and how fast the clock runs therefore."""
    minutes = (morning.end - morning.start).total_seconds() / 60 / speed
    made = f"{trial.ready} of {trial.asked}" if trial.ready < trial.asked else str(trial.asked)
    woken = f", and this process was woken up to {trial.lag_seconds:.1f} s late"
    told = (
        f"This cluster made {made} pods Ready in {trial.seconds:.1f} s, for a try"
        f"{woken if trial.lag_seconds >= TOLD_SECONDS else ''}: the clock runs {speed:g} "
        f"times as fast as the wall's, and the morning takes {max(1, round(minutes))} minutes."
    )
    if fits(trial, rises, speed):
        return [told]
    return [told, "It may be too fast all the same: --speed 1 is as slow as the day itself."]


def what_stays(here: ControlPlane, namespace: str, *, keep: bool) -> list[str]:
    """Return what is left after the morning, and how to be rid of it: a given cluster is not to be ended."""
    if here.provision is Provision.GIVEN:
        name = f"--kubeconfig {here.kubeconfig}" + (f" --context {here.context}" if here.context else "")
        return [
            f"Namespace {namespace} and firstbell's kinds stay on the cluster. Delete the one:",
            f"kubectl {name} delete namespace {namespace}",
        ]
    if not keep:
        return []
    return [
        "The cluster stays up. Look at it, and take it down:",
        f"kubectl --kubeconfig {here.kubeconfig} get schoolcal,schoolas -A",
        f"firstbell cluster down {here.name}",
    ]


def ending(recording: Recording, *, has_metrics: bool) -> list[str]:
    """Tell how the morning ended, in words: first whether firstbell did its part, then what became of it."""
    if recording.failed:
        return [f"The operator ended: {recording.failed}"]
    early, needed = recording.minutes_early, recording.needed
    if recording.starved:
        lines = _starved(recording)
    elif not recording.in_time:
        return [_late(recording)]
    elif early is not None and early >= 0:
        lines = [f"{needed} of {needed} Ready, {early:.0f} minutes before the bell."]
    else:
        lines = _late_pods(recording)
    last = recording.samples[-1]
    if recording.back_at_baseline:
        lines.append(
            f"The floor went back to {last.floor}, and the HPA brought the count down to {last.current}."
        )
    else:
        why = "" if has_metrics else ", because this cluster serves no CPU metrics"
        lines.append(f"The floor went back to {last.floor}; the HPA still holds {last.current}{why}.")
    return lines


def _late(recording: Recording) -> str:
    """Return what of firstbell's own part was late, and how much of it the machine does not explain."""
    ordered, kept = recording.minutes_ordered, sum(recording.kept_waiting)
    later = "never" if ordered is None else f"{-ordered:.0f} minutes after it"
    told = f"LATE: {_at_the_bell(recording)}; both stood there {later}."
    if kept < TOLD_SECONDS:
        return told
    return (
        f"{told} From when they were due this machine kept the operator waiting for {kept:.1f} s, "
        f"{_played(kept, recording)}: that does not explain it."
    )


def _starved(recording: Recording) -> list[str]:
    """Return what was late because the machine did not let this process run."""
    speed, waits = recording.speed, recording.kept_waiting
    worst, kept = max(waits, default=0.0), sum(waits)
    late, early = -(recording.minutes_ordered or 0), recording.minutes_ordered_unhindered or 0
    woken = f"This machine woke the operator up to {worst:.1f} s late, {_played(worst, recording)}"
    asked = f"from when they were due it was kept waiting for {kept:.1f} s, {_played(kept, recording)}"
    return [
        f"{woken}: this run cannot tell whether firstbell is in time.",
        f"{_at_the_bell(recording).capitalize()}; both stood there {late:.1f} minutes after it.",
        f"The operator asked for them when it was woken: {asked}. Without that: {early:.1f} minutes early.",
        f"This machine {_too_fast(speed)}",
    ]


def _at_the_bell(recording: Recording) -> str:
    before = [sample for sample in recording.samples if sample.time <= recording.morning.bell]
    floor, count = (before[-1].floor, before[-1].current) if before else (0, 0)
    return f"when the bell rang the floor stood at {floor} and the count at {count} of {recording.needed}"


def _played(seconds: float, recording: Recording) -> str:
    return f"{seconds * recording.speed / 60:.1f} minutes of the played morning"


def _late_pods(recording: Recording) -> list[str]:
    """Return what of the machine's part was late, where firstbell's was not."""
    needed, early, speed = recording.needed, recording.minutes_early, recording.speed
    if early is None:
        most = max((sample.ready or 0 for sample in recording.samples), default=0)
        made = f"made only {most} of the {needed} pods Ready"
    else:
        made = f"made the last of the {needed} pods Ready {-early:.0f} minutes after it"
    in_time = f"Floor and count stood at {needed} {recording.minutes_ordered:.0f} minutes before the bell"
    return [
        f"{in_time}: firstbell was in time.",
        f"This cluster {made}: it {_too_fast(speed)}",
    ]


def _too_fast(speed: float) -> str:
    return (
        f"is too busy for a clock {speed:g} times as fast as the wall's. Try --speed {slower_than(speed):g}."
    )
