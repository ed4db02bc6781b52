"""What a Prometheus has seen, and which alerts it must fire then: all of these, and none beside them.

Each scene begins at 1970-01-01 00:00 UTC, is looked at after 30 minutes unless it says otherwise, has a sample
every 15 seconds. Its first bell rings at 01:00.
"""

# ruff: noqa: E501 - what an alert says stands here as it is said

from __future__ import annotations

from dataclasses import dataclass

FIFTEEN_SECONDS, HOUR = 15, 3600
SCENE_STEPS = 2 * HOUR // FIFTEEN_SECONDS
WEB = 'namespace="lms",name="web"'
POLICY = f'kind="SchoolAutoscaler",{WEB}'


def always(value: float) -> str:
    """The same value all the time."""
    return f"{value:g}+0x{SCENE_STEPS}"


def until(minutes: int, value: float, then: str = "stale") -> str:
    """A value that is there until a minute, and gone or another one from then on."""
    steps = minutes * 60 // FIFTEEN_SECONDS
    after = then if then == "stale" else f"{then}+0x{SCENE_STEPS - steps}"
    return f"{value:g}+0x{steps - 1} {after}"


def since(minutes: int, value: float) -> str:
    """A value that nobody told before a minute."""
    steps = minutes * 60 // FIFTEEN_SECONDS
    return f"_x{steps} {value:g}+0x{SCENE_STEPS - steps}"


def condition(kind: str, status: str, reason: str, of: str = POLICY) -> str:
    return f'firstbell_condition{{{of},type="{kind}",status="{status}",reason="{reason}"}}'


BELL = f'firstbell_workload_next_bell_timestamp_seconds{{{WEB},job="firstbell"}}'
BUILD = 'firstbell_build_info{version="0.1.0",python="3.13",job="firstbell"}'
OTHER_BUILD = 'firstbell_build_info{version="0.1.0",python="3.13",job="somebody-elses"}'
OTHER_BELL = 'firstbell_workload_next_bell_timestamp_seconds{namespace="x",name="y",job="somebody-elses"}'
SHARD = 'firstbell_shard_held{job="firstbell",namespace="operators",shard="0",pod="%s"}'
STOPPED = 'firstbell_stopped{job="firstbell",namespace="operators",pod="a"}'
OVERRIDE = 'firstbell_override_end_timestamp_seconds{namespace="lms",name="exams"}'
LATE = f'firstbell_bells_total{{{WEB},outcome="late"}}'
DELAYS = 'firstbell_wake_up_delay_seconds_bucket{job="firstbell",namespace="operators",le="%s"}'
CALENDAR = 'kind="SchoolCalendar",namespace="lms",name="school"'

WELL = {
    BUILD: always(1),
    SHARD % "a": always(1),
    SHARD % "b": always(0),
    STOPPED: always(0),
    BELL: always(HOUR),
    f"firstbell_workload_next_bell_replicas{{{WEB}}}": always(12),
    f"firstbell_scheduled_replicas{{{WEB}}}": always(2),
    f"firstbell_ready_replicas{{{WEB}}}": always(2),
    f"firstbell_planned_peak_replicas{{{WEB}}}": always(12),
    f"firstbell_maximum_replicas{{{WEB}}}": always(40),
    f"firstbell_ready_for_bell{{{WEB}}}": always(1),
    condition("ReadyForBell", "True", "NothingDue"): always(1),
    condition("Ready", "True", "Serving"): always(1),
    condition("MetricsAvailable", "True", "AllRead"): always(1),
    condition("FloorContested", "False", "NotContested"): always(1),
    condition("Valid", "True", "Resolved", CALENDAR): always(1),
    condition("Expiring", "False", "DataAhead", CALENDAR): always(1),
    f"firstbell_calendar_last_day_timestamp_seconds{{{CALENDAR}}}": always(100 * 24 * HOUR),
    f'firstbell_bells_total{{{WEB},outcome="ready"}}': always(3),
    DELAYS % "1.0": f"0+10x{SCENE_STEPS}",
    DELAYS % "30.0": f"0+10x{SCENE_STEPS}",
    DELAYS % "+Inf": f"0+10x{SCENE_STEPS}",
}
"""A morning on which all is well."""

NOT_READY = {
    condition("ReadyForBell", "True", "NothingDue"): until(20, 1),
    condition("ReadyForBell", "False", "AtRisk"): since(20, 1),
    f'firstbell_not_ready_replicas{{{WEB},reason="ExceededQuota"}}': since(20, 7),
    f'firstbell_not_ready_replicas{{{WEB},reason="Crash"}}': since(20, 3),
}
DRY_RUN = {condition("Ready", "True", "Serving"): "_", condition("Ready", "True", "DryRun"): always(1)}
NO_OPERATOR = {name: until(20, 1) for name in (BUILD, SHARD % "a")} | {
    STOPPED: until(20, 0),
    SHARD % "b": until(20, 0),
    BELL: until(20, HOUR),
}
NO_METRICS = {
    condition("MetricsAvailable", "True", "AllRead"): "_",
    condition("MetricsAvailable", "False", "Timeout"): always(1),
}


@dataclass(frozen=True)
class Fired:
    """One alert as Prometheus hands it on."""

    alert: str
    labels: dict[str, str]
    summary: str
    description: str


@dataclass(frozen=True)
class Scene:
    """A morning, what is different on it, and the alerts that fire."""

    told: str
    different: dict[str, str]
    fires: tuple[Fired, ...] = ()
    minute: int = 30

    @property
    def series(self) -> dict[str, str]:
        return WELL | self.different


def of_web(alert: str, severity: str, summary: str, description: str, **more: str) -> tuple[Fired, ...]:
    labels = {"namespace": "lms", "name": "web", "severity": severity, **more}
    return (Fired(alert, labels, summary, description),)


def of_operator(alert: str, severity: str, summary: str, description: str, **more: str) -> tuple[Fired, ...]:
    labels = {"job": "firstbell", "namespace": "operators", "severity": severity, **more}
    return (Fired(alert, labels, summary, description),)


def missed(planned: int) -> tuple[Fired, ...]:
    told = "A bell rang within the last 15 minutes or is not met yet, and not all replicas were Ready. "
    told += f"2 are Ready now, {planned} are planned."
    return of_web("FirstbellBellMissed", "critical", "lms/web missed a bell", told)


def down_near_a_bell(rings: str) -> Fired:
    return Fired(
        "FirstbellOperatorDown",
        {"job": "firstbell", "severity": "critical"},
        "firstbell is down, and a bell is near",
        f"No process of firstbell is scraped. The next bell that it told of rings at {rings}. "
        "What is raised stays, what is not yet raised is raised by nobody.",
    )


AT_ONE = "1970-01-01 01:00:00 +0000 UTC"

SCENES = (
    Scene("all is well", {}),
    Scene("all is well after the bell", {BELL: until(60, HOUR, str(25 * HOUR))}, minute=70),
    Scene(
        "a quota is too small",
        NOT_READY,
        of_web(
            "FirstbellNotReadyForBell",
            "critical",
            "lms/web will not be ready for its bell",
            f"AtRisk: 2 replicas are Ready, the next bell rings at {AT_ONE} and wants 12. 7 ExceededQuota. 3 Crash.",
        ),
    ),
    Scene("a quota is too small in DryRun", NOT_READY | DRY_RUN),
    Scene("pods start", {condition("ReadyForBell", "Unknown", "OnTrack"): always(1)}),
    Scene(
        "a bell rang and not all were Ready",
        {
            BELL: until(60, HOUR, str(25 * HOUR)),
            condition("ReadyForBell", "True", "NothingDue"): until(60, 1),
            condition("ReadyForBell", "False", "Late"): since(60, 1),
            f"firstbell_scheduled_replicas{{{WEB}}}": until(50, 2, "12"),
        },
        missed(planned=12),
        minute=62,
    ),
    Scene(
        "a bell was late so shortly that no scrape saw it: its counter is new",
        {LATE: since(60, 1), BELL: until(60, HOUR, str(25 * HOUR))},
        missed(planned=2),
        minute=62,
    ),
    Scene(
        "a bell was late again",
        {LATE: until(60, 1, "2"), BELL: until(60, HOUR, str(25 * HOUR))},
        missed(planned=2),
        minute=62,
    ),
    Scene("a bell was late half an hour ago", {LATE: since(60, 1), BELL: always(25 * HOUR)}, minute=90),
    Scene(
        "the operator is down before a bell",
        NO_OPERATOR,
        (down_near_a_bell(AT_ONE),),
        minute=25,
    ),
    Scene(
        "the operator is down, and somebody else's goes on",
        NO_OPERATOR | {OTHER_BUILD: always(1), OTHER_BELL: always(20 * 60)},
        (down_near_a_bell(AT_ONE),),
        minute=25,
    ),
    Scene(
        "it is stopped, and only somebody else's bell is near",
        {STOPPED: always(1), BELL: always(15 * HOUR), OTHER_BELL: always(HOUR), OTHER_BUILD: always(1)},
    ),
    Scene(
        "the operator is down, and no bell is near",
        NO_OPERATOR | {BELL: until(20, 15 * HOUR)},
        (
            Fired(
                "FirstbellOperatorDown",
                {"job": "firstbell", "severity": "warning"},
                "firstbell is down",
                "No process of firstbell has been scraped for ten minutes; within the last day there was one. "
                "The next bell that it told of rings at 1970-01-01 15:00:00 +0000 UTC.",
            ),
        ),
        minute=35,
    ),
    Scene(
        "the operator was down for hours, and the bell that it told of comes near",
        NO_OPERATOR | {BELL: until(20, 3 * HOUR)},
        (
            down_near_a_bell("1970-01-01 03:00:00 +0000 UTC"),
            Fired(
                "FirstbellOperatorDown",
                {"job": "firstbell", "severity": "warning"},
                "firstbell is down",
                "No process of firstbell has been scraped for ten minutes; within the last day there was one. "
                "The next bell that it told of rings at 1970-01-01 03:00:00 +0000 UTC.",
            ),
        ),
        minute=125,
    ),
    Scene(
        "another pod took over when one went down",
        {
            'firstbell_build_info{version="0.1.0",python="3.13",job="firstbell",pod="a"}': until(20, 1),
            SHARD % "a": until(20, 1),
            SHARD % "b": until(20, 0, "1"),
        },
        minute=22,
    ),
    Scene("there never was an operator", dict.fromkeys(WELL, "_")),
    Scene(
        "no process holds a shard",
        {SHARD % "a": until(20, 1, "0")},
        of_operator(
            "FirstbellNoLeader",
            "critical",
            "Nobody writes shard 0 of firstbell",
            "For a minute no process has held the Lease of shard 0: the workloads in it are raised by nobody.",
            shard="0",
        ),
        minute=22,
    ),
    Scene(
        "it is stopped before a bell",
        {STOPPED: until(20, 0, "1")},
        of_operator(
            "FirstbellStopped",
            "critical",
            "firstbell is stopped, and a bell is near",
            "An order to stop keeps firstbell from writing anything. "
            f"The next bell rings at {AT_ONE}, and nothing is raised before it.",
        ),
        minute=21,
    ),
    Scene(
        "it is stopped for long, and no bell is near",
        {STOPPED: always(1), BELL: always(15 * HOUR)},
        of_operator(
            "FirstbellStopped",
            "warning",
            "firstbell has been stopped for an hour",
            "An order to stop keeps firstbell from writing anything. Nothing is raised before any bell.",
        ),
        minute=65,
    ),
    Scene(
        "it is stopped for some minutes, and no bell is near", {STOPPED: always(1), BELL: always(15 * HOUR)}
    ),
    Scene(
        "nobody can stop it",
        {STOPPED: always(float("nan"))},
        of_operator(
            "FirstbellCannotBeStopped",
            "warning",
            "firstbell cannot be stopped",
            "1 process(es) of firstbell cannot read the ConfigMap firstbell-stop, so that nobody can stop them.",
        ),
    ),
    Scene(
        "wake-ups come half a minute late",
        {DELAYS % "1.0": f"0+5x{SCENE_STEPS}", DELAYS % "30.0": f"0+10x{SCENE_STEPS}"},
        of_operator(
            "FirstbellWakeUpsLate",
            "warning",
            "firstbell acts late",
            "For five minutes one wake-up of a hundred has come more than 29.42s later than it was asked for: "
            "floors are raised so much later before a bell.",
        ),
    ),
    Scene(
        "somebody sets the floor back",
        {
            condition("FloorContested", "False", "NotContested"): "_",
            condition("FloorContested", "True", "RevertedRepeatedly"): since(20, 1),
        },
        of_web(
            "FirstbellFloorContested",
            "warning",
            "Somebody else sets the floor or the count of lms/web back",
            "What firstbell writes for lms/web is set back again and again by somebody else, such as a GitOps tool. "
            "It may not be there at the next bell.",
        ),
    ),
    Scene(
        "live metrics are missing before a bell",
        NO_METRICS,
        of_web(
            "FirstbellMetricsMissing",
            "warning",
            "The live metrics of lms/web are missing in a window",
            "A bell is near or a peak is under way, and for two minutes not all of spec.metrics of lms/web could be "
            "read. It runs by the schedule and is not scaled down.",
        ),
    ),
    Scene(
        "live metrics are missing in a peak, and the next bell is tomorrow",
        NO_METRICS
        | {
            BELL: always(25 * HOUR),
            condition("ReadyForBell", "True", "NothingDue"): until(20, 1),
            condition("ReadyForBell", "True", "OnSchedule"): since(20, 1),
        },
        of_web(
            "FirstbellMetricsMissing",
            "warning",
            "The live metrics of lms/web are missing in a window",
            "A bell is near or a peak is under way, and for two minutes not all of spec.metrics of lms/web could be "
            "read. It runs by the schedule and is not scaled down.",
        ),
    ),
    Scene("live metrics are missing at night", NO_METRICS | {BELL: always(15 * HOUR)}),
    Scene(
        "an order ends half an hour before a bell",
        {OVERRIDE: always(40 * 60)},
        (
            Fired(
                "FirstbellOverrideEnding",
                {"namespace": "lms", "name": "exams", "severity": "warning"},
                "An order ends in a window: lms/exams",
                "The order lms/exams ends in 10m 0s, while in its namespace a bell is near or a peak is under way. "
                "From then on the plan counts again.",
            ),
        ),
    ),
    Scene("an order ends at night", {OVERRIDE: always(40 * 60), BELL: always(15 * HOUR)}),
    Scene("an order ends long after the bell", {OVERRIDE: always(5 * HOUR)}),
    Scene(
        "a workload is broken at night",
        {
            BELL: always(15 * HOUR),
            condition("ReadyForBell", "True", "NothingDue"): "_",
            condition("ReadyForBell", "False", "BaselineNotReady"): since(20, 1),
            f'firstbell_not_ready_replicas{{{WEB},reason="ImagePull"}}': since(20, 2),
        },
        of_web(
            "FirstbellBaselineNotReady",
            "warning",
            "lms/web is broken outside of peaks",
            "No peak is under way, and fewer replicas are Ready than its baseline; so will it be at the next bell, "
            "1970-01-01 15:00:00 +0000 UTC. 2 ImagePull.",
        ),
    ),
    Scene(
        "the plan is above the maximum",
        {f"firstbell_maximum_replicas{{{WEB}}}": always(10)},
        of_web(
            "FirstbellPlanAboveMaximum",
            "warning",
            "The plan of lms/web is above its maximum",
            "Within seven days 12 replicas are planned, and the maximum allows 10.",
        ),
    ),
    Scene("the plan is just the maximum", {f"firstbell_maximum_replicas{{{WEB}}}": always(12)}),
    Scene(
        "a calendar ends soon",
        {
            condition("Expiring", "False", "DataAhead", CALENDAR): "_",
            condition("Expiring", "True", "CalendarExpiring", CALENDAR): always(1),
            f"firstbell_calendar_last_day_timestamp_seconds{{{CALENDAR}}}": always(10 * 24 * HOUR),
        },
        (
            Fired(
                "FirstbellCalendarEnding",
                {"kind": "SchoolCalendar", "namespace": "lms", "name": "school", "severity": "warning"},
                "The SchoolCalendar lms/school ends soon",
                "Its last day, 1970-01-11 00:00:00 +0000 UTC, is near or over. After it there is no bell.",
            ),
        ),
    ),
    Scene(
        "a calendar of the whole cluster is wrong",
        {
            condition(
                "Valid", "False", "InvalidSpec", 'kind="ClusterSchoolCalendar",name="flanders"'
            ): always(1)
        },
        (
            Fired(
                "FirstbellCalendarInvalid",
                {
                    "kind": "ClusterSchoolCalendar",
                    "name": "flanders",
                    "reason": "InvalidSpec",
                    "severity": "warning",
                },
                "The ClusterSchoolCalendar flanders is wrong",
                "firstbell cannot use it as it is (InvalidSpec). A calendar that was good before stays in force as it "
                "was; an exception or an order does nothing.",
            ),
        ),
    ),
    Scene(
        "an order is wrong",
        {
            condition(
                "Active", "False", "Invalid", 'kind="ScalingOverride",namespace="lms",name="exams"'
            ): always(1)
        },
        (
            Fired(
                "FirstbellCalendarInvalid",
                {
                    "kind": "ScalingOverride",
                    "namespace": "lms",
                    "name": "exams",
                    "reason": "Invalid",
                    "severity": "warning",
                },
                "The ScalingOverride lms/exams is wrong",
                "firstbell cannot use it as it is (Invalid). A calendar that was good before stays in force as it "
                "was; an exception or an order does nothing.",
            ),
        ),
    ),
    Scene(
        "an order is over",
        {
            condition(
                "Active", "False", "Ended", 'kind="ScalingOverride",namespace="lms",name="exams"'
            ): always(1)
        },
    ),
    Scene(
        "a policy's calendar is gone",
        {
            condition("Ready", "True", "Serving"): "_",
            condition("Ready", "False", "CalendarNotFound"): always(1),
        },
        of_web(
            "FirstbellPolicyNotServed",
            "warning",
            "firstbell cannot serve lms/web",
            "The SchoolAutoscaler lms/web is not served: CalendarNotFound. A plan that was good before stays in force "
            "as long as it reaches.",
            reason="CalendarNotFound",
        ),
    ),
    Scene(
        "an order holds a workload",
        {
            condition("Ready", "True", "Serving"): "_",
            condition("Ready", "False", "HeldByOverride"): always(1),
        },
    ),
)
