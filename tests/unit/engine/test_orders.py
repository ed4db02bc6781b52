"""ScalingOverrides in a running engine: what is written, when it ends, and what every status says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from firstbell.engine.seen.overrides import MOST_ASKED
from tests.fakes import settled
from tests.unit.engine.bodies import AFTER, BEFORE, a_calendar, an_autoscaler, an_hpa, an_override
from tests.unit.engine.running import Running
from tests.unit.engine.world import DEPLOYMENTS, HPAS, OVERRIDES


def state(running: Running, name: str = "order") -> tuple[str, str]:
    """Whether an order counts, and whether something can come of it, as its status says."""
    conditions = {one["type"]: one for one in running.world.get(OVERRIDES, name)["status"]["conditions"]}
    return conditions["Active"]["reason"], conditions["Effective"]["reason"]


def told(running: Running, name: str = "order"):
    return running.world.get(OVERRIDES, name)["status"]["autoscalers"]


def labelled(**labels):
    body = an_autoscaler()
    body["metadata"]["labels"] = labels
    return body


async def ordered(running: Running, *bodies) -> None:
    for body in bodies:
        running.world.put(OVERRIDES, body)
    await settled()


async def jumped(running: Running, by: timedelta) -> None:
    """Somebody sets the clock, and the next beat, within a second, notices."""
    running.world.clock.jump(by)
    running.engine.look_at_clock()
    await settled()


async def test_a_floor_is_there_at_once_and_ends_by_itself():
    async with Running(AFTER) as running:
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
        assert (running.floor, running.replicas) == (60, 60)
        assert state(running) == ("Active", "Resolved")
        assert told(running) == [{"name": "web", "replicas": 60, "message": "raised to 60, 4 are planned"}]
        assert running.world.status["decision"]["reason"] == "ScalingOverride"

        await running.until("2024-09-09T10:29:59")
        assert running.floor == 60
        await running.until("2024-09-09T10:30")
        assert running.floor == 4
        assert state(running) == ("Ended", "Ended")


async def test_it_begins_and_ends_in_mid_window_and_the_plan_goes_on():
    order = an_override(floorReplicas=150, since="08:25", until="08:40")
    async with Running(hpa=an_hpa(maximum=200)) as running:
        await ordered(running, order)
        assert state(running) == ("Pending", "Resolved")
        await running.until("2024-09-09T08:24:50")
        assert running.floor == 100
        await running.until("2024-09-09T08:25")
        assert running.floor == 150
        await running.until("2024-09-09T08:40")
        assert running.floor == 100
        await running.until("2024-09-09T09:00")
        assert running.floor == 4


async def test_of_two_the_larger_counts_and_then_the_other():
    async with Running(AFTER) as running:
        long = an_override("long", floorReplicas=20, since="09:45", until="11:00")
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"), long)
        assert running.floor == 60
        assert told(running, "long")[0]["message"] == "ScalingOverride order asks for more: 60"
        await running.until("2024-09-09T10:30")
        assert running.floor == 20


async def test_under_a_hold_nothing_is_written_and_after_it_all_goes_on():
    hold = an_override("hold", hold=True, since="08:10", until="08:50")
    async with Running() as running:
        await ordered(running, hold, an_override(floorReplicas=60, since="08:15", until="10:00"))
        before = running.writes
        await running.until("2024-09-09T08:49:59")
        assert (running.floor, running.writes) == (4, before)
        assert running.world.condition("AbleToScale") == ("False", "HeldByOverride")
        assert running.world.status["decision"]["reason"] == "HeldByOverride"
        assert told(running)[0]["message"] == "held by ScalingOverride hold: nothing is written"
        await running.until("2024-09-09T08:50")
        assert running.floor == 100
        assert running.world.condition("AbleToScale")[0] == "True"
        await running.until("2024-09-09T09:00")
        assert running.floor == 60


async def test_a_hold_keeps_a_floor_that_stands_in_dry_run_and_when_the_policy_moves_to_another_workload():
    async with Running("2024-09-09T08:25") as running:
        assert running.floor == 100
        await ordered(running, an_override(hold=True, since="08:00", until="09:30"))
        running.world.respec("schoolautoscalers", mode="DryRun")
        await settled()
        assert running.floor == 100
        running.world.respec("schoolautoscalers", actuation="Scale", minReplicas=1, maxReplicas=9)
        await running.until("2024-09-09T09:10")
        assert running.floor == 100
        await running.until("2024-09-09T09:30")
        assert running.floor == 4


async def test_a_share_follows_a_plan_that_changes_meanwhile():
    async with Running("2024-09-09T08:25", hpa=an_hpa(maximum=500)) as running:
        await ordered(running, an_override(floorPercent=150, until="08:50"))
        assert running.floor == 150
        running.world.edit("schoolautoscalers", lambda body: body["spec"]["peaks"][0].update(replicas=61))
        await settled()
        assert told(running) == [{"name": "web", "replicas": 92, "message": "raised to 92, 61 are planned"}]
        await running.until("2024-09-09T08:50")
        assert state(running)[0] == "Ended"


async def test_what_a_maximum_allows_is_said_by_the_workload_and_by_the_order():
    async with Running(AFTER, hpa=an_hpa(maximum=50)) as running:
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
        assert running.floor == 50
        limited = running.world.told_condition("ScalingLimited")
        assert (limited["status"], limited["reason"]) == ("True", "AutoscalerMaxReplicas")
        assert "ScalingOverride order asks for 60 replicas" in limited["message"]
        assert told(running)[0]["message"] == "AutoscalerMaxReplicas: 50 of 60 replicas are allowed"


async def test_dry_run_writes_nothing_and_says_what_it_would():
    async with Running(AFTER, autoscaler=an_autoscaler(mode="DryRun")) as running:
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
        assert running.floor == 4
        assert running.world.status["desiredReplicas"] == 60
        assert state(running) == ("Active", "NothingToScale")


async def test_a_person_who_set_0_is_left_alone():
    async with Running(AFTER) as running:
        running.world.edit(DEPLOYMENTS, lambda body: body["spec"].update(replicas=0))
        await settled()
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
        assert (running.floor, running.replicas) == (4, 0)
        assert "a person" in told(running)[0]["message"]


async def test_it_is_for_those_whose_labels_fit_and_follows_them():
    order = an_override(
        autoscalerRefs=None,
        selector={"matchLabels": {"tier": "web"}},
        floorReplicas=60,
        since="09:45",
        until="10:30",
    )
    async with Running(AFTER, autoscaler=labelled(tier="batch")) as running:
        await ordered(running, order)
        assert (running.floor, state(running)) == (4, ("Active", "NoAutoscaler"))
        running.world.edit("schoolautoscalers", lambda body: body["metadata"].update(labels={"tier": "web"}))
        await settled()
        assert (running.floor, state(running)) == (60, ("Active", "Resolved"))
        await running.pass_time(minutes=5)  # a new process lowers nothing before
        running.world.edit("schoolautoscalers", lambda body: body["metadata"].update(labels={}))
        await settled()
        assert (running.floor, state(running)) == (4, ("Active", "NoAutoscaler"))


async def test_one_for_nobody_and_one_for_a_workload_that_is_gone_say_so():
    async with Running(AFTER) as running:
        missing = an_override("missing", autoscalerRefs=[{"name": "other"}], floorReplicas=9, until="10:30")
        await ordered(running, missing, an_override(floorReplicas=60, until="10:30"))
        assert state(running, "missing") == ("Active", "NoAutoscaler")
        running.world.remove(DEPLOYMENTS)
        await settled()
        assert state(running) == ("Active", "NothingToScale")
        assert "Deployment web does not exist" in told(running)[0]["message"]
        running.world.remove("schoolautoscalers")
        await settled()
        assert state(running) == ("Active", "NoAutoscaler")


async def test_two_hands_at_once_the_owners_minimum_is_the_baseline_and_the_order_stands():
    async with Running(AFTER) as running:
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
        running.world.respec(HPAS, minReplicas=20)
        await settled()
        assert running.floor == 60
        await running.until("2024-09-09T10:30")
        assert running.floor == 20


async def test_a_new_process_takes_it_up_and_one_that_comes_after_the_end_brings_it_down():
    async with Running(AFTER) as running:
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
    async with running.restarted() as second:
        assert second.floor == 60
    second.world.clock.set(second.world.clock.now() + timedelta(hours=1))
    async with second.restarted() as third:
        assert third.floor == 60
        await third.pass_time(minutes=5)
        assert third.floor == 4
        assert state(third)[0] == "Ended"


async def test_an_order_that_is_deleted_or_moved_to_an_earlier_end_ends():
    async with Running(AFTER) as running:
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
        running.world.respec(OVERRIDES, "order", endTime="2024-09-09T10:05:00Z")
        await running.until("2024-09-09T10:05")
        assert running.floor == 4
        await ordered(running, an_override("again", floorReplicas=30, since="09:45", until="10:30"))
        assert running.floor == 30
        running.world.remove(OVERRIDES, "again")
        await settled()
        assert running.floor == 4


async def test_it_goes_some_time_after_its_end():
    async with Running(AFTER) as running:
        order = an_override(floorReplicas=60, since="09:45", until="10:30", ttlSecondsAfterFinished=600)
        await ordered(running, order)
        await running.until("2024-09-09T10:39:59")
        assert state(running)[0] == "Ended"
        await running.until("2024-09-09T10:42")
        assert ("firstbell.dev", OVERRIDES, "ns", "order") not in running.world.cluster.objects


async def test_one_that_cannot_be_used_is_invalid_and_the_last_good_one_stays():
    async with Running(AFTER) as running:
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
        running.world.respec(OVERRIDES, "order", floorReplicas=0)
        await settled()
        assert running.floor == 60
        await ordered(running, an_override("bad", floorReplicas=70, floorPercent=100))
        assert (running.floor, state(running, "bad")) == (60, ("Invalid", "Invalid"))


@pytest.mark.parametrize("by", [timedelta(hours=2), timedelta(hours=-2)])
async def test_a_clock_that_is_set_lowers_nothing_before_the_end_is_sure(by):
    async with Running(AFTER) as running:
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
        running.world.clock.jump(by)
        running.engine.look_at_clock()
        await settled()
        assert running.floor == 60


@pytest.mark.parametrize("by", [timedelta(hours=2), timedelta(hours=-2), timedelta(days=400)])
async def test_a_clock_that_is_set_and_set_back_moves_neither_start_nor_end_of_an_order(by):
    async with Running(AFTER) as running:
        now = an_override(floorReplicas=60, since="09:45", until="10:30")
        soon = an_override("soon", floorReplicas=80, since="10:15", until="10:20")
        await ordered(running, now, soon)
        await running.until("2024-09-09T10:14:40")
        await jumped(running, by)
        await running.pass_time(seconds=21)
        assert running.floor == 80, "what starts meanwhile is not missed"
        await running.pass_time(seconds=24)
        await jumped(running, -by)
        assert running.floor == 80
        await running.until("2024-09-09T10:26")
        assert running.floor == 60
        await running.until("2024-09-09T10:29:59")
        assert running.floor == 60
        await running.until("2024-09-09T10:30")
        assert running.floor == 4
        assert state(running) == ("Ended", "Ended")


async def test_an_order_ends_at_its_instant_in_the_hour_that_comes_twice_and_a_share_follows_the_bell():
    """Sunday, 27 October 2024: 03:00 CEST is 02:00 CET, 01:00 UTC; the bell of 08:30 is at 07:30 UTC."""
    week = a_calendar()["spec"]["weeklySchedule"][0]
    sunday = [{**week, "daysOfWeek": ["Saturday", "Sunday"]}]
    calendar = a_calendar(timeZone="Europe/Brussels", weeklySchedule=sunday)
    day = "2024-10-27T"
    night = an_override(
        "night", floorReplicas=60, startTime=f"{day}02:30:00+02:00", endTime=f"{day}02:30:00+01:00"
    )
    share = an_override("share", floorPercent=150, startTime=f"{day}05:00:00Z", endTime=f"{day}07:45:00Z")
    async with Running(f"{day}00:00", calendar=calendar) as running:
        await ordered(running, night, share)
        await running.until(f"{day}00:29:58")
        assert running.floor == 4
        await running.until(f"{day}00:30")
        assert running.floor == 60
        await running.until(f"{day}01:29:59")
        assert running.floor == 60
        await running.until(f"{day}01:30")
        assert running.floor == 4
        await running.until(f"{day}06:25")
        assert running.floor == 6, "150 % of the baseline; by summer time the bell would be now"
        await running.until(f"{day}07:20")
        assert running.floor == 150
        await running.until(f"{day}07:45")
        assert running.floor == 100


async def test_hostile_words_do_no_harm():
    async with Running(AFTER) as running:
        reason = "ok\u202e\n\x1b[31mred" + "x" * 900
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30", reason=reason))
        shown = str(running.world.get(OVERRIDES, "order")["status"]) + str(running.world.status)
        assert running.floor == 60
        assert not {"\u202e", "\x1b"} & set(shown)


async def test_without_an_autoscaler_the_count_follows_the_order_and_its_window():
    policy = an_autoscaler(minReplicas=4, maxReplicas=200)
    async with Running(AFTER, autoscaler=policy, hpa=None) as running:
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
        assert running.replicas == 60
        await running.until("2024-09-09T10:31")
        assert running.replicas == 60
        await running.until("2024-09-09T10:35:05")
        assert running.replicas == 4


async def test_a_hold_leaves_a_count_that_is_set_directly_to_others_and_then_takes_it_the_normal_way():
    policy = an_autoscaler(minReplicas=4, maxReplicas=200)
    async with Running(AFTER, autoscaler=policy, hpa=None) as running:
        await running.pass_time(minutes=6)
        await ordered(running, an_override(hold=True, since="09:45", until="10:30"))
        running.world.edit(DEPLOYMENTS, lambda body: body["spec"].update(replicas=40))
        await running.until("2024-09-09T10:29:59")
        assert running.replicas == 40
        await running.until("2024-09-09T10:31")
        assert running.replicas == 40
        assert running.world.condition("FloorContested")[0] == "False"
        await running.until("2024-09-09T10:35:05")
        assert running.replicas == 4


async def test_a_policy_that_is_deleted_gives_its_floor_back_under_a_hold_too():
    async with Running("2024-09-09T08:25") as running:
        await ordered(running, an_override(hold=True, since="08:00", until="09:30"))
        assert running.floor == 100
        running.world.remove("schoolautoscalers")
        await settled()
        assert running.floor == 4


async def test_under_a_broken_calendar_a_floor_counts_and_a_share_asks_for_nothing():
    async with Running(AFTER) as running:
        await running.pass_time(minutes=6)
        running.world.remove("schoolcalendars", "school")
        await settled()
        share = an_override("share", floorPercent=300, since="09:45", until="10:30")
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"), share)
        assert running.floor == 60
        assert running.world.condition("CalendarResolved")[0] == "False"


async def test_beside_a_suspended_calendar_a_floor_counts_and_a_share_is_of_the_baseline():
    async with Running(BEFORE, calendar=a_calendar(suspend=True)) as running:
        order = an_override(floorReplicas=60, since="08:20", until="08:40")
        await ordered(running, order, an_override("share", floorPercent=300, since="08:10", until="09:00"))
        await running.until("2024-09-09T08:10")
        assert running.floor == 12
        await running.until("2024-09-09T08:25")
        assert running.floor == 60
        running.world.respec("schoolcalendars", "school", suspend=False)
        await settled()
        assert running.floor == 300, "three times what is planned now"
        running.world.respec("schoolcalendars", "school", suspend=True)
        await running.until("2024-09-09T08:39:59")
        assert running.floor == 60
        await running.until("2024-09-09T08:40")
        assert running.floor == 12
        await running.until("2024-09-09T09:00")
        assert running.floor == 4


@pytest.mark.parametrize(
    ("floor", "until", "held", "after"),
    [
        pytest.param(150, "08:40", 150, 150, id="more than is held, for longer"),
        pytest.param(60, "08:40", 100, 60, id="less than is held, for longer"),
        pytest.param(150, "08:27", 100, 4, id="more than is held, not for so long"),
    ],
)
async def test_beside_a_lost_bell_that_is_held_each_counts_for_its_own_time(floor, until, held, after):
    async with Running("2024-09-09T07:00") as running:
        await running.until("2024-09-09T08:25")
        await ordered(running, an_override(floorReplicas=floor, since="08:00", until=until))
        assert running.floor == max(floor, 100)
        running.world.respec("schoolcalendars", "school", weeklySchedule=[])
        await settled()
        assert running.world.condition("PlanShrunk") == ("True", "BellLost")
        assert running.floor == max(floor, 100)
        await running.until("2024-09-09T08:29:59")
        assert running.floor == held
        await running.until("2024-09-09T08:30:02")
        assert running.floor == after
        await running.until("2024-09-09T08:40:02")
        assert running.floor == 4


async def test_under_a_hold_a_lost_bell_is_told_and_after_both_the_edit_is_followed():
    async with Running("2024-09-09T07:00") as running:
        await running.until("2024-09-09T08:25")
        await ordered(running, an_override(hold=True, since="08:00", until="08:45"))
        writes = running.writes
        running.world.respec("schoolcalendars", "school", weeklySchedule=[])
        await running.until("2024-09-09T08:44:59")
        assert (running.floor, running.writes) == (100, writes)
        await running.until("2024-09-09T08:45:02")
        assert running.floor == 4


async def test_with_live_metrics_alone_a_share_of_no_plan_asks_for_nothing():
    policy = an_autoscaler(onCalendarError="ReactiveOnly")
    async with Running(AFTER, autoscaler=policy, calendar=None) as running:
        await ordered(running, an_override(floorPercent=300, since="09:45", until="10:30"))
        assert running.floor == 4
        assert told(running)[0]["message"] == "the plan is not known: nothing is raised"
        await ordered(running, an_override("more", floorReplicas=60, since="09:45", until="10:30"))
        assert running.floor == 60


async def test_two_autoscalers_on_one_workload_keep_a_floor_to_the_end_of_its_order():
    async with Running(AFTER) as running:
        await running.pass_time(minutes=6)
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
        assert running.floor == 60
        running.world.put(HPAS, an_hpa("second"))
        await running.until("2024-09-09T10:29:59")
        assert running.floor == 60
        assert state(running) == ("Active", "NothingToScale")
        await running.until("2024-09-09T10:30:01")
        assert running.floor == 4


async def test_nothing_is_deleted_while_the_time_is_in_doubt():
    async with Running(AFTER) as running:
        order = an_override(floorReplicas=60, since="09:45", until="10:30", ttlSecondsAfterFinished=0)
        await ordered(running, order)
        running.world.clock.jump(timedelta(hours=3))
        running.engine.look_at_clock()
        await running.pass_time(minutes=2)
        assert ("firstbell.dev", OVERRIDES, "ns", "order") in running.world.cluster.objects
        assert running.floor == 60
        await running.pass_time(minutes=8)
        assert ("firstbell.dev", OVERRIDES, "ns", "order") not in running.world.cluster.objects


async def test_a_hold_of_the_other_time_that_it_may_be_keeps_us_off_too():
    async with Running("2024-09-09T08:15") as running:
        await ordered(running, an_override(hold=True, since="08:10", until="08:40"))
        running.world.clock.jump(timedelta(hours=-2))
        running.engine.look_at_clock()
        await settled()
        assert running.world.status["decision"]["reason"] == "HeldByOverride"


async def test_a_peak_to_come_says_which_order_will_count_then():
    async with Running() as running:
        await ordered(running, an_override(hold=True, since="08:15", until="08:40"))
        assert "ScalingOverride order holds it" in running.world.status["upcoming"][0]["reason"]
        assert "ScalingOverride" not in running.world.status["upcoming"][1]["reason"]


async def test_many_orders_on_one_workload_end_in_one_write():
    async with Running(AFTER) as running:
        for n in range(200):
            running.world.put(OVERRIDES, an_override(f"o{n}", floorReplicas=5 + n % 50, until="10:30"))
        await settled()
        assert running.floor == 54
        before = running.writes
        await running.until("2024-09-09T10:30")
        assert (running.floor, running.writes - before <= 3) == (4, True)


async def test_of_many_orders_a_bell_writes_the_status_of_those_alone_that_ask_for_most():
    async with Running("2024-09-09T08:15", hpa=an_hpa(maximum=500)) as running:
        for n in range(100):
            running.world.put(OVERRIDES, an_override(f"o{n}", floorPercent=101 + n, until="10:30"))
        await settled()
        before = running.world.cluster.counted("PATCH", OVERRIDES)
        await running.until("2024-09-09T08:25")
        assert running.floor == 200
        assert running.world.cluster.counted("PATCH", OVERRIDES) - before <= 2 * MOST_ASKED
        assert told(running, "o99") == [
            {"name": "web", "replicas": 200, "message": "raised to 200, 100 are planned"}
        ]
        few = [{"name": "web", "message": "16 other ScalingOverrides ask for as much or more"}]
        assert told(running, "o0") == few


@pytest.mark.parametrize("kind", ["Forbidden", "ServerError", "Refused"])
async def test_what_may_not_be_deleted_says_that_it_ended_and_is_tried_less_and_less(kind):
    order = an_override(floorReplicas=60, since="09:45", until="10:00", ttlSecondsAfterFinished=0)
    async with Running(AFTER) as running:
        running.world.cluster.fail(kind, verb="DELETE")
        await ordered(running, order)
        await running.until("2024-09-09T14:00")
        assert (running.floor, state(running)[0]) == (4, "Ended")
        assert 5 <= running.world.cluster.counted("DELETE") <= 15
        running.world.cluster.heal()
        await running.pass_time(minutes=40)
        assert ("firstbell.dev", OVERRIDES, "ns", "order") not in running.world.cluster.objects


async def test_where_no_status_can_be_written_each_is_tried_less_and_less():
    async with Running(AFTER) as running:
        running.world.cluster.fail("ServerError", path=OVERRIDES)
        await ordered(running, an_override(floorReplicas=60, since="09:45", until="10:30"))
        await running.pass_time(minutes=20)
        assert running.floor == 60
        assert running.world.cluster.counted("PATCH", OVERRIDES) <= 12
        running.world.cluster.heal()
        await running.pass_time(minutes=6)
        assert state(running) == ("Active", "Resolved")
