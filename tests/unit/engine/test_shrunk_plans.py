"""An edit that loses a bell which is near is told at once and followed after five minutes."""

from __future__ import annotations

import re

import pytest

from tests.fakes import settled
from tests.unit.engine.bodies import AFTER, BEFORE, INSIDE, RISE, a_calendar, an_autoscaler
from tests.unit.engine.running import Running
from tests.unit.engine.world import HPAS

EARLY, START = "2024-09-09T07:00", "2024-09-09T08:10"
"""Both are long enough before the bell that nothing is held because of the start."""

HOLIDAY = {"name": "today", "startDate": "2024-09-09", "endDate": "2024-09-09", "type": "SchoolHoliday"}
CLOSED = {"name": "today", "startDate": "2024-09-09", "event": "WeatherDay"}


def edit_calendar(**spec):
    return lambda run: run.world.respec("schoolcalendars", "school", **spec)


def edit_policy(**spec):
    return lambda run: run.world.respec("schoolautoscalers", **spec)


def other_calendar(run) -> None:
    run.world.put("schoolcalendars", a_calendar("other", weeklySchedule=[]))
    run.world.respec("schoolautoscalers", calendarRefs=[{"name": "other"}])


def made_anew_without_lessons(run) -> None:
    run.world.remove("schoolcalendars", "school")
    run.world.put("schoolcalendars", a_calendar(weeklySchedule=[]))


LOSING = {
    "emptied": edit_calendar(weeklySchedule=[]),
    "of another year": edit_calendar(
        academicSessions=[
            {"name": "year", "type": "SchoolYear", "startDate": "2025-09-01", "endDate": "2026-06-30"}
        ]
    ),
    "of another zone": edit_calendar(timeZone="Pacific/Auckland"),
    "suspended": edit_calendar(suspend=True),
    "a holiday": edit_calendar(holidays=[HOLIDAY]),
    "closed": edit_calendar(calendarDates=[CLOSED]),
    "a later bell": edit_calendar(
        bellSchedules=[
            {"name": "full", "classPeriods": [{"name": "1", "startTime": "11:30", "endTime": "12:20"}]}
        ]
    ),
    "another calendar": other_calendar,
    "made anew without lessons": made_anew_without_lessons,
    "fewer replicas": edit_policy(peaks=an_autoscaler(replicas=20)["spec"]["peaks"]),
    "a factor": edit_policy(dayFactors=[{"name": "half", "match": {}, "percent": 10}]),
    "another anchor": edit_policy(
        peaks=[an_autoscaler()["spec"]["peaks"][0] | {"anchor": "LastPeriodEnd", "holdMinutes": 5}]
    ),
}


@pytest.mark.parametrize("edit", LOSING.values(), ids=LOSING.keys())
async def test_in_the_window_the_floor_in_force_stays_for_five_minutes_and_then_falls(edit):
    async with Running(START) as run:
        await run.until(INSIDE)
        edit(run)
        await settled()
        assert (run.floor, run.replicas) == (100, 100)
        told = run.world.told_condition("PlanShrunk")
        assert (told["status"], told["reason"]) == ("True", "BellLost")
        assert "first-bell at Mon 09 Sep 08:30: 100 -> " in told["message"]
        assert "firstbell.dev/confirm-plan=20240909-082500" in told["message"]
        assert "until 08:30:00 UTC" in told["message"]
        assert "BellLost" in run.events.reasons
        assert run.world.status["decision"]["reason"] == "PlanShrunk"
        await run.until("2024-09-09T08:29:59")
        assert run.floor == 100
        await run.until("2024-09-09T08:30:02")
        assert run.floor < 100
        assert run.world.condition("PlanShrunk") == ("False", "NothingLost")


async def test_the_edit_is_named_with_its_object_generation_and_author():
    async with Running(START) as run:
        await run.until(INSIDE)
        edit_calendar(weeklySchedule=[])(run)
        await settled()
        message = run.world.told_condition("PlanShrunk")["message"]
        assert message.startswith("an edit of SchoolCalendar school (generation 2, by kubectl) took away")


async def test_undone_the_bell_is_back_at_once_and_nothing_was_ever_lowered():
    weekly = a_calendar()["spec"]["weeklySchedule"]
    async with Running(START) as run:
        await run.until(INSIDE)
        writes = run.writes
        edit_calendar(weeklySchedule=[])(run)
        await run.pass_time(minutes=3)
        edit_calendar(weeklySchedule=weekly)(run)
        await settled()
        assert run.world.condition("PlanShrunk") == ("False", "NothingLost")
        await run.until("2024-09-09T08:59:59")
        assert (run.floor, run.writes) == (100, writes)


async def test_confirmed_by_the_line_that_is_told_it_falls_at_once():
    async with Running(START) as run:
        await run.until(INSIDE)
        edit_calendar(suspend=True)(run)
        await settled()
        line = re.search(
            r"firstbell.dev/confirm-plan=(\S+)", run.world.told_condition("PlanShrunk")["message"]
        )
        annotate(run, line[1])
        await settled()
        assert run.floor == 4
        assert run.world.condition("PlanShrunk") == ("False", "NothingLost")


def annotate(run, value) -> None:
    run.world.edit(
        "schoolautoscalers",
        lambda body: (
            body["metadata"].setdefault("annotations", {}).update({"firstbell.dev/confirm-plan": value})
        ),
    )


@pytest.mark.parametrize(
    ("before", "then", "floor"), [("", "true", 4), ("true", "true", 100), ("true", "yes", 4)]
)
async def test_any_value_that_is_new_confirms_and_one_that_stood_there_before_does_not(before, then, floor):
    async with Running(START) as run:
        annotate(run, before)
        await run.until(INSIDE)
        edit_calendar(suspend=True)(run)
        await settled()
        annotate(run, then)
        await settled()
        assert run.floor == floor


async def test_edits_that_go_on_hold_for_five_minutes_from_the_first_loss_and_no_longer():
    async with Running(START) as run:
        await run.until(INSIDE)
        for minute in range(9):
            edit_calendar(weeklySchedule=[], restartMinBreakDays=5 + minute)(run)
            await run.pass_time(seconds=59)
            assert run.floor == (100 if minute < 5 else 4)


def fewer(replicas):
    return edit_policy(peaks=an_autoscaler(replicas=replicas)["spec"]["peaks"])


async def test_a_small_edit_ahead_of_a_large_one_opens_no_way_around_the_hold():
    async with Running(START) as run:
        await run.until(INSIDE)
        fewer(99)(run)
        await run.pass_time(minutes=4, seconds=50)
        edit_calendar(weeklySchedule=[])(run)
        await settled()
        message = run.world.told_condition("PlanShrunk")["message"]
        assert "The 100 replicas in force stay until 08:30:00 UTC, 99 until 08:34:50 UTC, then" in message
        assert "SchoolCalendar school (generation 2" in message
        assert run.floor == 100
        await run.pass_time(minutes=4, seconds=59)
        assert run.floor == 99
        await run.pass_time(seconds=3)
        assert run.floor == 4
        assert run.world.condition("PlanShrunk") == ("False", "NothingLost")


async def test_a_row_of_edits_that_each_take_more_holds_none_of_it_for_ever():
    async with Running(START) as run:
        await run.until("2024-09-09T08:21")
        for number in range(1, 61):
            fewer(100 - number)(run)
            await run.pass_time(seconds=20)
            assert run.floor >= 100 - number
            taken_five_minutes_ago = max(0, number - 15)
            assert run.floor <= 100 - taken_five_minutes_ago
        await run.pass_time(minutes=5)
        assert run.floor == 40


async def test_a_later_loss_that_is_undone_leaves_the_earlier_one_its_time():
    weekly = a_calendar()["spec"]["weeklySchedule"]
    async with Running(START) as run:
        await run.until(INSIDE)
        fewer(60)(run)
        await run.pass_time(minutes=4)
        edit_calendar(weeklySchedule=[])(run)
        await run.pass_time(seconds=30)
        edit_calendar(weeklySchedule=weekly)(run)
        await settled()
        assert run.floor == 100
        await run.pass_time(seconds=32)
        assert (run.floor, run.world.condition("PlanShrunk")) == (60, ("False", "NothingLost"))


async def test_an_annotation_that_confirmed_one_loss_does_not_confirm_the_next():
    async with Running(START) as run:
        await run.until(INSIDE)
        fewer(60)(run)
        await settled()
        annotate(run, "20240909-082500")
        await settled()
        assert run.floor == 60
        edit_calendar(weeklySchedule=[])(run)
        await run.pass_time(minutes=4)
        assert run.floor == 60


@pytest.mark.parametrize("at", ["08:20:00", "08:20:59", "08:21:00"])
async def test_a_bell_at_its_height_that_is_moved_within_its_time_is_lost_from_the_first_minute_on(at):
    async with Running(START) as run:
        await run.until(f"2024-09-09T{at}")
        edit_calendar(
            bellSchedules=[
                {"name": "full", "classPeriods": [{"name": "1", "startTime": "08:45", "endTime": "09:20"}]}
            ]
        )(run)
        await run.pass_time(minutes=4)
        assert (run.floor, run.world.condition("PlanShrunk")) == (100, ("True", "BellLost"))


async def test_what_is_not_in_force_yet_is_told_and_not_raised():
    async with Running(START) as run:
        await run.until("2024-09-09T08:18")
        edit_calendar(weeklySchedule=[])(run)
        await settled()
        assert run.world.condition("PlanShrunk") == ("True", "BellLost")
        assert "Nothing of it was in force yet" in run.world.told_condition("PlanShrunk")["message"]
        await run.until("2024-09-09T08:22")
        assert run.floor == 4


async def test_a_bell_that_is_further_away_than_two_hours_is_an_edit_like_any_other():
    async with Running("2024-09-09T05:00") as run:
        edit_calendar(weeklySchedule=[])(run)
        await settled()
        assert run.world.condition("PlanShrunk") == ("False", "NothingLost")


GROWING = {
    "more replicas": edit_policy(peaks=an_autoscaler(replicas=120)["spec"]["peaks"]),
    "a title": edit_calendar(restartMinBreakDays=6),
    "a bell a little earlier": edit_calendar(
        bellSchedules=[
            {"name": "full", "classPeriods": [{"name": "1", "startTime": "08:20", "endTime": "09:20"}]}
        ]
    ),
    "a shorter lead": edit_policy(peaks=[an_autoscaler()["spec"]["peaks"][0] | {"leadMinutes": 2}]),
    "a lower maximum": edit_policy(maxReplicas=60),
}


@pytest.mark.parametrize("edit", GROWING.values(), ids=GROWING.keys())
async def test_what_loses_nothing_is_not_told(edit):
    async with Running(EARLY) as run:
        await run.until("2024-09-09T08:00")
        edit(run)
        await settled()
        assert run.world.condition("PlanShrunk") == ("False", "NothingLost")


async def test_a_bound_is_an_order_that_is_followed_at_once():
    async with Running(START) as run:
        await run.until(INSIDE)
        edit_policy(maxReplicas=60)(run)
        await settled()
        assert run.floor == 60
        assert run.world.condition("PlanShrunk") == ("False", "NothingLost")


ORDERS = {
    "dry run": edit_policy(mode="DryRun"),
    "deleted": lambda run: run.world.remove("schoolautoscalers"),
    "scaled directly": edit_policy(actuation="Scale", minReplicas=4, maxReplicas=200),
}


@pytest.mark.parametrize("edit", ORDERS.values(), ids=ORDERS.keys())
async def test_other_orders_are_followed_at_once(edit):
    async with Running(START) as run:
        await run.until(INSIDE)
        edit(run)
        await settled()
        assert run.floor == 4


async def test_a_bound_that_is_lowered_in_the_hold_counts():
    async with Running(START) as run:
        await run.until(INSIDE)
        edit_calendar(weeklySchedule=[])(run)
        await settled()
        edit_policy(maxReplicas=60)(run)
        await settled()
        assert run.floor == 60


async def test_the_end_of_the_old_plan_ends_the_hold():
    async with Running(START) as run:
        await run.until("2024-09-09T08:57")
        edit_calendar(weeklySchedule=[])(run)
        await run.until("2024-09-09T08:59:59")
        assert run.floor == 100
        await run.until("2024-09-09T09:00:01")
        assert run.floor == 4


async def test_without_an_autoscaler_the_count_stays_for_five_minutes_too():
    autoscaler = an_autoscaler(minReplicas=4, maxReplicas=200)
    autoscaler["spec"]["behavior"] = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    async with Running(START, hpa=None, autoscaler=autoscaler) as run:
        await run.until(INSIDE)
        edit_calendar(weeklySchedule=[])(run)
        await run.until("2024-09-09T08:29:59")
        assert run.replicas == 100
        await run.until("2024-09-09T08:30:30")
        assert run.replicas == 4


async def test_somebody_who_lowers_the_floor_in_the_hold_meets_it_again():
    async with Running(START) as run:
        await run.until(INSIDE)
        edit_calendar(weeklySchedule=[])(run)
        await settled()
        run.world.respec(HPAS, minReplicas=9)
        await settled()
        assert run.floor == 100
        await run.until("2024-09-09T08:30:02")
        assert run.floor == 9


async def test_while_it_holds_nothing_in_the_status_changes():
    async with Running(START) as run:
        await run.until(INSIDE)
        edit_calendar(weeklySchedule=[])(run)
        await run.pass_time(seconds=20)
        before = run.world.cluster.counted("PATCH", "autoscalers/web/status")
        await run.pass_time(minutes=4)
        assert run.world.cluster.counted("PATCH", "autoscalers/web/status") == before


async def test_a_restart_in_the_hold_holds_for_one_stabilization_window_and_then_follows_the_edit():
    async with Running(START) as run:
        await run.until(INSIDE)
        edit_calendar(weeklySchedule=[])(run)
        await settled()
    async with run.restarted() as again:
        await again.pass_time(minutes=4, seconds=58)
        assert again.floor == 100
        await again.pass_time(seconds=10)
        assert again.floor == 4


@pytest.mark.parametrize("at", [BEFORE, RISE, INSIDE, AFTER])
async def test_a_day_without_edits_loses_nothing(at):
    async with Running(EARLY) as run:
        await run.until(at)
        assert run.world.condition("PlanShrunk") == ("False", "NothingLost")


def bell_at(*times: str):
    """An edit that has lessons begin at these times, and at no other."""
    periods = [
        {"name": str(number), "startTime": time, "endTime": f"{int(time[:2]) + 1:02}:00"}
        for number, time in enumerate(times)
    ]
    return edit_calendar(bellSchedules=[{"name": "full", "classPeriods": periods}])


def losses_told(run) -> list[str]:
    told = (happening.message for _, happening in run.events.posted)
    return [each for each in told if each.startswith("PlanShrunk is True")]


async def test_a_second_near_loss_is_told_with_its_own_edit_and_an_event_of_its_own():
    async with Running(START) as run:
        await run.until(INSIDE)
        bell_at("10:00")(run)
        await run.pass_time(seconds=5)
        bell_at("14:00")(run)
        await settled()
        message = run.world.told_condition("PlanShrunk")["message"]
        assert message.startswith(
            "an edit of SchoolCalendar school (generation 3, by kubectl) took away what was planned: "
            "first-bell at Mon 09 Sep 10:00: 100 -> 4, moved to Mon 09 Sep 14:00. "
        )
        assert "firstbell.dev/confirm-plan=20240909-082505 --overwrite. " in message
        assert message.endswith(
            "This confirms as well what edits before it took: SchoolCalendar school (generation 2, by "
            "kubectl) took first-bell at Mon 09 Sep 08:30: 100 -> 4, moved to Mon 09 Sep 10:00."
        )
        first, second = losses_told(run)
        assert "generation 2, by kubectl) took away what was planned: first-bell at Mon 09 Sep 08:30" in first
        assert second == f"PlanShrunk is True: {message}"


async def test_a_loss_that_is_undone_is_told_no_more_and_what_another_edit_took_stays_told():
    async with Running(START) as run:
        await run.until(INSIDE)
        bell_at("10:00")(run)
        await run.pass_time(seconds=5)
        bell_at("08:30")(run)
        await settled()
        message = run.world.told_condition("PlanShrunk")["message"]
        assert (
            "(generation 3, by kubectl) took away what was planned: first-bell at Mon 09 Sep 10:00" in message
        )
        assert "08:30: 100" not in message
        assert "Nothing of it was in force yet" in message
        assert run.floor == 100


async def test_what_is_given_back_in_part_is_told_as_lost_for_the_rest_by_the_edit_that_took_it():
    async with Running(START) as run:
        await run.until(INSIDE)
        fewer(20)(run)
        await run.pass_time(seconds=5)
        fewer(60)(run)
        await settled()
        message = run.world.told_condition("PlanShrunk")["message"]
        assert "SchoolAutoscaler web (generation 2, by kubectl) took away" in message
        assert "08:30: 100 -> 60. The 100" in message
        assert len(losses_told(run)) == 1


async def test_a_loss_in_the_moment_in_which_an_earlier_one_is_followed_is_told():
    async with Running(START) as run:
        await run.until(INSIDE)
        fewer(60)(run)
        await run.pass_time(minutes=4, seconds=59, milliseconds=999)
        fewer(20)(run)
        await run.pass_time(milliseconds=1)
        await settled()
        assert len(losses_told(run)) == 2
        assert "generation 3" in run.world.told_condition("PlanShrunk")["message"]


async def test_the_line_of_an_earlier_loss_confirms_that_one_alone():
    async with Running(START) as run:
        await run.until(INSIDE)
        fewer(60)(run)
        await run.pass_time(seconds=5)
        fewer(20)(run)
        await settled()
        annotate(run, "20240909-082500")
        await settled()
        assert run.floor == 60
        message = run.world.told_condition("PlanShrunk")["message"]
        assert "08:30: 60 -> 20. The 60 replicas in force stay until 08:30:05" in message
        assert "This confirms as well" not in message
        annotate(run, "20240909-082505")
        await settled()
        assert (run.floor, run.world.condition("PlanShrunk")) == (20, ("False", "NothingLost"))


@pytest.mark.parametrize("edits", [2, 5, 8, 9, 20])
async def test_every_one_of_many_losses_has_its_event_and_the_condition_stays_short(edits):
    async with Running(START) as run:
        await run.until(INSIDE)
        for number in range(edits):
            fewer(99 - number)(run)
            await run.pass_time(seconds=2)
        await run.pass_time(seconds=12)  # statuses that change all the time are written every ten seconds
        told, message = losses_told(run), run.world.told_condition("PlanShrunk")["message"]
        assert len(told) == edits
        for number, each in enumerate(told):
            start = f"(generation {number + 2}, by kubectl) took away what was planned: "
            assert f"{start}first-bell at Mon 09 Sep 08:30: {100 - number} -> {99 - number}. " in each
        assert told[-1] == f"PlanShrunk is True: {message}"
        assert len(message) < 1500
        assert told[-1].index("--overwrite") < 1000, "of an event more is not shown"
        held = min(edits, 8)
        assert ("; and" in message) == (held > 4)
        if held > 4:
            assert message.endswith(f"; and {held - 4} more.")


@pytest.mark.parametrize("minutes", [5, 10, 29, 50, 100])
async def test_a_bell_that_is_moved_to_later_is_told_with_where_it_is_now(minutes):
    moved = f"{8 + (30 + minutes) // 60:02}:{(30 + minutes) % 60:02}"
    async with Running(EARLY) as run:
        await run.until("2024-09-09T08:00")
        bell_at(moved)(run)
        await settled()
        message = run.world.told_condition("PlanShrunk")["message"]
        assert f"first-bell at Mon 09 Sep 08:30: 100 -> 4, moved to Mon 09 Sep {moved}. Nothing of" in message


async def test_a_bell_that_is_written_and_moved_stays_for_five_minutes_before_it_has_reached_its_height():
    async with Running(EARLY) as run:
        edit_policy(peaks=[an_autoscaler()["spec"]["peaks"][0] | {"rampMinutes": 10}])(run)
        await run.until("2024-09-09T08:17")
        assert run.floor == 90
        bell_at("08:55")(run)
        await run.until("2024-09-09T08:21:59")
        assert run.floor == 90
        await run.until("2024-09-09T08:22:02")
        assert run.floor == 4


async def test_of_several_bells_that_are_moved_each_is_told_with_its_own():
    async with Running(EARLY) as run:
        await run.until("2024-09-09T07:30")
        peaks = [an_autoscaler()["spec"]["peaks"][0] | {"anchor": "PeriodStart", "holdMinutes": 5}]
        edit_policy(peaks=peaks)(run)
        bell_at("05:00", "08:00", "09:10")(run)
        await run.pass_time(minutes=1)
        bell_at("05:00", "08:15", "09:25")(run)
        await settled()
        message = run.world.told_condition("PlanShrunk")["message"]
        assert "08:00: 100 -> 4, moved to Mon 09 Sep 08:15; first-bell at Mon 09 Sep 09:10: 100" in message
        assert "09:10: 100 -> 4, moved to Mon 09 Sep 09:25. " in message
