"""Every example is applied to the real API server, as a reader would, and the operator makes sense of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.cluster.operator_process import Sun
from tests.cluster.waiting import until

if TYPE_CHECKING:
    from tests.cluster.cluster_api import Json
    from tests.cluster.stage import Stage

EXAMPLES = sorted((Path(__file__).parents[2] / "examples").glob("*.yaml"))
OURS = {"SchoolCalendar", "ClusterSchoolCalendar", "ClusterScalingProfile", "SchoolAutoscaler"}


def documents(path: Path) -> list[Json]:
    """What is in a file, for the test's namespace."""
    bodies = [body for body in yaml.safe_load_all(path.read_text("utf-8")) if body]
    for body in bodies:
        body["metadata"].pop("namespace", None)
    return bodies


def noon_of_a_year(bodies: list[Json]) -> datetime:
    """A moment within the data: a week into the first school year that an example has."""
    starts = [
        session["startDate"]
        for body in bodies
        if body["kind"].endswith("SchoolCalendar")
        for session in body["spec"]["academicSessions"]
        if session["type"] == "SchoolYear"
    ]
    return datetime.fromisoformat(min(starts)).replace(hour=12, tzinfo=UTC) + timedelta(days=7)


@pytest.mark.parametrize("path", EXAMPLES, ids=[path.stem for path in EXAMPLES])
def test_an_example_is_taken_and_understood(stage: Stage, path: Path):
    bodies = documents(path)
    ours = [body for body in bodies if body["kind"] in OURS]
    assert ours, "an example shows one of our kinds"
    said = stage.kubectl("apply", "-f", "-", stdin=yaml.safe_dump_all(bodies, sort_keys=False))
    assert said.count(" created") == len(bodies)
    clusters = [body for body in ours if body["kind"].startswith("Cluster")]
    with stage.operator(Sun.rising(noon_of_a_year(bodies), 1), everywhere=bool(clusters)):
        for body in ours:
            kind, name = body["kind"], body["metadata"]["name"]
            wanted = "CalendarResolved" if kind == "SchoolAutoscaler" else "Valid"
            until(lambda k=kind, n=name, w=wanted: held(stage, k, n, w), f"{kind} {name} is {wanted}")
    for body in clusters:
        stage.api.delete(body["kind"], body["metadata"]["name"])
    assert stage.finalizers() == set()


def held(stage: Stage, kind: str, name: str, condition: str) -> bool:
    conditions = (stage.api.get(kind, name) or {}).get("status", {}).get("conditions", [])
    return any(each["type"] == condition and each["status"] == "True" for each in conditions)


def test_there_are_examples():
    assert {"smartschool-monday", "us-district-ab"} <= {path.stem for path in EXAMPLES}
