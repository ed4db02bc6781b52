"""`firstbell simulate --scenarios`: the mornings on record, told honestly."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from firstbell.cli.simulate import scenarios as simulate_scenarios
from firstbell.cli.simulate.output import SimulateOutput
from firstbell.cli.simulate.scenarios import show_scenarios
from firstbell.lab.day.compare import Conditions
from firstbell.lab.day.scenario import Played, Verdict, play_scenario, read_scenario, scenario_files
from tests.unit.cli.simulating import run

NAMES = ("miami-dade-2020-08-31", "smartschool-2020-04-20")


@pytest.fixture(scope="module")
def played():
    found = [read_scenario(file) for file in scenario_files() if file.stem in NAMES]
    return [play_scenario(scenario, Conditions()) for scenario in found]


def test_a_line_a_morning_and_why_below(played, capsys):
    show_scenarios(played, SimulateOutput.TABLE, detailed=False)
    lines = capsys.readouterr().out.splitlines()
    rows = {line.split()[0]: line for line in lines if line.startswith(NAMES)}
    assert rows[NAMES[0]].endswith("would not have held")
    assert rows[NAMES[1]].split()[-2:] == ["0", "held"]
    assert "1 of 2 held. What each rests on:" in lines
    assert any(line.startswith(f"- {NAMES[0]}: would not have held, because a switch") for line in lines)


def test_a_morning_that_ends_otherwise_says_so(played, capsys):
    scenario = played[0].scenario
    told = replace(scenario, spec=scenario.spec.model_copy(update={"verdict": Verdict.HELD}))
    show_scenarios(
        [Played(scenario=told, comparison=played[0].comparison)], SimulateOutput.TABLE, detailed=False
    )
    assert "would not have held, which its file does not say" in capsys.readouterr().out


def test_the_document_has_what_is_on_record_and_what_is_assumed(played, capsys):
    show_scenarios(played, SimulateOutput.JSON, detailed=False)
    document = json.loads(capsys.readouterr().out)
    assert document["apiVersion"] == "firstbell.dev/simulation/v1"
    first = document["scenarios"][0]
    assert (first["name"], first["verdict"], first["asTold"]) == (NAMES[0], "NotHeld", True)
    assert first["published"]
    assert first["assumed"]
    assert [one["variant"] for one in first["variants"]] == ["HpaAlone", "HpaWithCron", "Firstbell"]


def test_one_morning_with_all_its_figures():
    result = run("--scenario", NAMES[0])
    assert result.exit_code == 0
    assert result.stdout.startswith("Miami-Dade, Florida: first day of the year, and a switch\n")
    assert "On record: 345,000 students." in result.stdout
    assert "none Ready" in result.stdout
    assert "would not have held, because a switch and an attack" in result.stdout.replace("\n", " ")


def test_all_of_them_are_played_by_name(monkeypatch):
    seen = []
    monkeypatch.setattr(simulate_scenarios, "play_scenario", lambda scenario, _: seen.append(scenario.name))
    list(simulate_scenarios.played_scenarios(None, Conditions()))
    assert seen == [file.stem for file in scenario_files()]
