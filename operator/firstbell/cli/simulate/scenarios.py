"""Mornings on record, played and told: which of them would have been held, and which not and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console

from firstbell.cli.output import console, refuse
from firstbell.cli.simulate.document import print_document
from firstbell.cli.simulate.output import SimulateOutput
from firstbell.cli.simulate.table import minutes, print_comparisons
from firstbell.files.yaml_files import Unreadable
from firstbell.kinds.problems import nearest
from firstbell.lab.day.compare import Conditions, Variant
from firstbell.lab.day.document import scenarios_document
from firstbell.lab.day.scenario import Played, Verdict, play_scenario, read_scenario, scenario_files

VERDICTS = {Verdict.HELD: "held", Verdict.NOT_HELD: "would not have held"}


def played_scenarios(name: str | None, conditions: Conditions) -> Iterator[Played]:
    """Yield the mornings that come with firstbell, or the one of that name, played one after the other."""
    files = scenario_files()
    if name is not None:
        known = [file.stem for file in files]
        if name not in known:
            cure = nearest(name, known, noun="scenario")
            refuse([f"--scenario {name}: there is no such morning on record. {cure}."])
        files = [file for file in files if file.stem == name]
    for file in files:
        scenario = read_scenario(file)
        if isinstance(scenario, Unreadable):
            refuse(scenario.problems)
        yield play_scenario(scenario, conditions)


def show_scenarios(played: Sequence[Played], output: SimulateOutput, *, detailed: bool) -> None:
    """Print mornings: a line each, or one of them with all its figures."""
    if output is not SimulateOutput.TABLE:
        print_document(scenarios_document(played), output)
    elif detailed:
        _print_one(console(), played[0])
    else:
        _print_all(console(), played)


def _print_one(out: Console, played: Played) -> None:
    spec = played.scenario.spec
    out.print(f"{spec.title}\n")
    out.print(f"On record: {spec.published}")
    out.print(f"Assumed: {spec.assumed}\n")
    print_comparisons(out, [played.comparison])
    out.print(_sentence(played))


def _print_all(out: Console, played: Sequence[Played]) -> None:
    wide = max(len(one.scenario.name) for one in played)
    out.print("Minutes in which less was Ready than was needed:\n")
    out.print(f"{'':{wide}}  {'HPA ALONE':>9}  {'CRON FLOOR':>10}  {'FIRSTBELL':>9}")
    for one in played:
        short = {variant: minutes(found.short_seconds) for variant, found in one.comparison.outcomes.items()}
        cells = (
            f"{short[variant]:>{width}}"
            for variant, width in (
                (Variant.HPA_ALONE, 9),
                (Variant.HPA_WITH_CRON, 10),
                (Variant.FIRSTBELL, 9),
            )
        )
        out.print(f"{one.scenario.name:{wide}}  {'  '.join(cells)}  {_verdict(one)}", soft_wrap=True)
    held = [one for one in played if one.verdict is Verdict.HELD]
    out.print(f"\n{len(held)} of {len(played)} held. What each rests on:")
    for one in played:
        out.print(f"- {one.scenario.name}: {_sentence(one)}")


def _verdict(played: Played) -> str:
    told = VERDICTS[played.verdict]
    return told if played.as_told else f"{told}, which its file does not say"


def _sentence(played: Played) -> str:
    because = played.scenario.spec.because
    if not played.as_told:
        expected = VERDICTS[played.scenario.spec.verdict]
        return f"{VERDICTS[played.verdict]}, where its file says: {expected}, {_joint(played)} {because}"
    return f"{VERDICTS[played.verdict]}, {_joint(played)} {because}"


def _joint(played: Played) -> str:
    return "because" if played.scenario.spec.verdict is Verdict.NOT_HELD else "given that"
