"""Profiles in files: completed at the door, a missing one told with its line, and what lint says of them."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from firstbell.cli.lint.command import lint
from firstbell.cli.plan.command import plan
from firstbell.files.links import Linked, link, link_readable
from firstbell.files.manifests import Manifests, gather_readable, read_manifests
from firstbell.files.yaml_files import Unreadable, read_file
from tests.unit.kinds.specimens import MISSING, changed, manifest, spec

APP = typer.Typer()
APP.command()(plan)
APP.command()(lint)

CALENDAR = manifest("SchoolCalendar", changed(spec("SchoolCalendar"), {"suspend": MISSING}))
COUNTRY = manifest("ClusterSchoolCalendar", spec("SchoolCalendar"), "country")
SHARES = [{"name": "first", "anchor": "FirstPeriodStart", "loadPercent": 50}]
PROFILE = {"calendarRefs": [{"name": "school"}], "peaks": SHARES, "holdGapMinutes": 11}
TARGET = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"}


def a_profile(name: str = "standard", **changes) -> str:
    return manifest("ClusterScalingProfile", PROFILE | changes, name)


def a_policy(name: str = "web", **changes) -> str:
    body = {"scaleTargetRef": {**TARGET, "name": name}, "profileRef": {"name": "standard"}}
    return manifest("SchoolAutoscaler", body | {"capacity": {"replicasAtPeak": 60}} | changes, name)


@pytest.fixture
def file(tmp_path):
    def file(*texts: str):
        path = tmp_path / "all.yaml"
        path.write_text("---\n".join(texts))
        return path

    return file


def linked(path) -> Linked:
    read = read_manifests([path])
    assert isinstance(read, Manifests), [str(problem) for problem in read.problems]
    found = link(read)
    assert isinstance(found, Linked), [str(problem) for problem in found.problems]
    return found


def told(path) -> list[str]:
    read = read_manifests([path])
    found = link(read) if isinstance(read, Manifests) else read
    assert isinstance(found, Unreadable)
    return [str(problem).removeprefix(f"{path.parent}/") for problem in found.problems]


def linted(path, *options: str) -> list[tuple[str, int, str, str]]:
    done = CliRunner().invoke(APP, ["lint", str(path), "--today", "2026-10-01", "-o", "json", *options])
    found = json.loads(done.stdout)["findings"]
    return [(one["kind"], one["line"], one["object"], one["path"]) for one in found]


@pytest.mark.parametrize("first", ["profile", "policy"])
def test_a_policy_is_completed_wherever_its_profile_stands(file, first):
    both = (a_profile(), a_policy()) if first == "profile" else (a_policy(), a_profile())
    (one,) = linked(file(CALENDAR, *both)).autoscalers
    policy = one.manifest.policy
    assert [calendar.key for calendar in one.calendars] == ["default/school"]
    assert (policy.peaks[0].load_percent, policy.replicas_at_peak, policy.hold_gap_minutes) == (50, 60, 11)
    assert one.manifest.written.peaks == ()


def test_what_the_policy_says_wins(file):
    own = [{"name": "own", "anchor": "PeriodStart"}]
    (one,) = linked(file(CALENDAR, a_profile(), a_policy(peaks=own, holdGapMinutes=3))).autoscalers
    policy = one.manifest.policy
    assert ([peak.name for peak in policy.peaks], policy.hold_gap_minutes) == (["own"], 3)


def test_the_calendar_of_a_profile_is_one_of_the_namespace_or_of_the_cluster(file):
    refs = [{"name": "country", "kind": "ClusterSchoolCalendar"}, {"name": "school"}]
    (one,) = linked(file(COUNTRY, CALENDAR, a_profile(calendarRefs=refs), a_policy())).autoscalers
    assert [calendar.key for calendar in one.calendars] == ["country", "default/school"]


def test_a_missing_profile_is_told_with_the_nearest_or_how_to_see_it(file):
    (line,) = told(file(CALENDAR, a_policy()))
    assert line.startswith("all.yaml:")
    assert line.endswith(
        'spec.profileRef.name: there is no ClusterScalingProfile "standard". Give its file too; in a '
        "cluster, it takes the right to list clusterscalingprofiles to see it."
    )
    (near,) = told(file(CALENDAR, a_profile("standart"), a_policy()))
    assert near.endswith('The nearest known ClusterScalingProfile is "standart".')


def test_what_neither_gives_is_told_at_the_policy(file):
    (line,) = told(file(CALENDAR, a_profile(), a_policy(capacity=None)))
    assert "spec.capacity: is missing, and peaks[0] of ClusterScalingProfile standard has no replicas" in line
    bare = manifest("ClusterScalingProfile", {"peaks": SHARES}, "standard")
    (line,) = told(file(CALENDAR, bare, a_policy()))
    assert "spec.calendarRefs: is missing, and ClusterScalingProfile standard does not give it" in line


def test_a_profile_belongs_to_no_namespace(file):
    (line, *_) = told(file(a_profile().replace("name: standard", "name: standard\n  namespace: lms")))
    assert "metadata.namespace: a ClusterScalingProfile belongs to no namespace. Remove it." in line


def test_a_profile_that_cannot_be_read_keeps_no_other_policy_from_being_planned(file):
    """As of a cluster: what can be planned is, and the rest is named."""
    other = a_policy("other", profileRef={"name": "sound"})
    documents = read_file(
        file(CALENDAR, a_profile(holdGapMinutes="x"), a_profile("sound"), a_policy(), other)
    )
    manifests, unreadable = gather_readable(documents)
    found, problems = link_readable(manifests)
    assert [one.manifest.name for one in found.autoscalers] == ["other"]
    assert ["spec.holdGapMinutes" in str(problem) for problem in unreadable] == [True]
    assert 'the ClusterScalingProfile "standard" cannot be read. Mend it first.' in str(problems[0])


def test_lint_notices_a_profile_that_nobody_names_and_a_value_said_twice(file):
    path = file(CALENDAR, a_profile(), a_policy(holdGapMinutes=11), a_profile("spare"))
    kinds = {(kind, where, path) for kind, _, where, path in linted(path)}
    assert ("ProfileUnused", "ClusterScalingProfile spare", "metadata.name") in kinds
    assert ("ProfileRepeated", "SchoolAutoscaler default/web", "spec.holdGapMinutes") in kinds
    assert not [where for kind, where, _ in kinds if kind == "ProfileUnused" and "standard" in where]


def test_a_profile_alone_is_not_called_unused(file):
    assert not [one for one in linted(file(CALENDAR, a_profile())) if one[0] == "ProfileUnused"]


def test_what_is_odd_about_a_profile_is_told_once_at_its_own_line(file):
    """A peak on events that no calendar has is warned of, however many policies take it."""
    odd = [*SHARES, {"name": "odd", "anchor": "DemandEvent", "demandEventTypes": ["Other"]}]
    path = file(CALENDAR, a_profile(peaks=odd), *(a_policy(f"web{number}") for number in range(5)))
    found = [one for one in linted(path) if one[3].startswith("spec.peaks[1]")]
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "name: odd" in text)
    assert len(found) == 1
    assert found[0][2] == "ClusterScalingProfile standard"
    assert abs(found[0][1] - line) <= 2


def test_plan_tells_the_peaks_of_a_profile(file):
    path = file(CALENDAR, a_profile(), a_policy())
    done = CliRunner().invoke(
        APP, ["plan", "-f", str(path), "--date", "2026-09-10", "--days", "1", "-o", "json"]
    )
    assert (done.exit_code, done.stderr) == (0, "")
    (one,) = json.loads(done.stdout)["autoscalers"]
    assert max(step["replicas"] for step in one["steps"]) == 30
