"""A policy that asks for more than its workload may have: told of the most, and where the maximum is."""

from __future__ import annotations

import pytest

from firstbell.core import SchoolDays
from firstbell.files.links import link
from firstbell.files.manifests import read_manifests
from firstbell.files.maxima import above_maximum
from tests.unit.cli.planning import AUTOSCALER, CALENDAR, HPA

SIZED = AUTOSCALER.replace(
    "  - {name: first, anchor: FirstPeriodStart}", "  - {name: first, anchor: FirstPeriodStart, replicas: 30}"
)


@pytest.fixture
def findings(tmp_path):
    def findings(*texts: str):
        file = tmp_path / "all.yaml"
        file.write_text("---\n".join(texts))
        linked = link(read_manifests([file]))
        (one,) = linked.autoscalers
        return tuple(above_maximum(one, [SchoolDays(calendar) for calendar in one.calendars]))

    return findings


def told(found) -> list[tuple[str, str]]:
    return [(each.path, each.message) for each in found]


def test_a_peak_of_as_many_as_there_may_be_is_no_finding(findings):
    assert findings(CALENDAR, SIZED.replace("maxReplicas: 40", "maxReplicas: 30")) == ()


def test_a_peak_above_the_policys_own_maximum(findings):
    found = findings(CALENDAR, SIZED.replace("maxReplicas: 40", "maxReplicas: 29"))
    message = 'Peak "first" asks for 30 replicas on 2024-09-02, and maxReplicas is 29'
    assert told(found) == [("spec.maxReplicas", message)]
    assert found[0].cure.startswith("Raise it to 30 ")


def test_a_factor_brings_it_above_on_the_days_that_it_is_for_alone(findings):
    factor = "  dayFactors: [{name: after, match: {dayClasses: [RestartAfterHoliday]}, percent: 150}]\n"
    ((_, message),) = told(findings(CALENDAR, SIZED + factor))
    assert message == 'Peak "first" asks for 45 replicas on 2025-04-22, and maxReplicas is 40'


def test_a_factor_that_no_day_has_brings_nothing_above(findings):
    factor = "  dayFactors: [{name: remote, match: {instructionModes: [Remote]}, percent: 900}]\n"
    assert findings(CALENDAR, SIZED + factor) == ()


def test_the_autoscaler_beside_it_is_named_where_its_maximum_is_the_tighter(findings):
    hpa = HPA.replace("maxReplicas: 9", "maxReplicas: 25")
    ((path, message),) = told(findings(CALENDAR, SIZED, hpa))
    assert path == "spec.scaleTargetRef"
    assert message.endswith("and the maximum of HorizontalPodAutoscaler web is 25")


def test_without_a_maximum_nothing_is_above_it(findings):
    assert findings(CALENDAR, SIZED.replace("  maxReplicas: 40\n", "")) == ()


def test_a_suspended_calendar_asks_for_nothing(findings):
    suspended = CALENDAR.replace("spec:\n", "spec:\n  suspend: true\n")
    assert findings(suspended, SIZED.replace("maxReplicas: 40", "maxReplicas: 3")) == ()
