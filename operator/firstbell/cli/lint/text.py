"""Remarks as people, tools and GitHub read them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from firstbell.cli.lint.output import LintOutput
from firstbell.cli.lint.remarks import Remark, Report
from firstbell.cli.lint.sarif import as_sarif
from firstbell.cli.markdown import code
from firstbell.cli.output import printable
from firstbell.core.reasons import Severity

API_VERSION = "firstbell.dev/lint/v1"
NOTHING_OURS = "there is no object of firstbell: no calendar, no SchoolAutoscaler"


def _as_text(report: Report) -> Iterator[str]:
    for remark in report.folded:
        word = remark.severity.lower()
        where = f"{remark.file}:{remark.line}" if remark.line else remark.file
        yield printable(f"{where}: {word}: {_sentences(remark)}")
    yield _summary(report)


def _as_json(report: Report) -> Iterator[str]:
    body: dict[str, Any] = {
        "apiVersion": API_VERSION,
        "findings": [asdict(remark) for remark in report.remarks],
        "summary": {f"{severity.lower()}s": count for severity, count in _counts(report).items()},
    }
    yield json.dumps(body, indent=2)


def _as_github(report: Report) -> Iterator[str]:
    for remark in report.folded:
        place = {"line": str(remark.line), "col": str(remark.column)} if remark.line else {}
        properties = {"file": remark.file, **place, "title": f"firstbell: {remark.kind}"}
        given = ",".join(f"{key}={github_property(value)}" for key, value in properties.items())
        yield f"::{remark.severity.lower()} {given}::{github_data(_sentences(remark))}"
    yield _summary(report)


def _as_markdown(report: Report) -> Iterator[str]:
    if report.folded:
        yield "| | where | what |"
        yield "|---|---|---|"
    for remark in report.folded:
        where = f"{remark.file}:{remark.line}" if remark.line else remark.file
        yield f"| {remark.severity.lower()} | {code(where)} | {code(_sentences(remark))} |"
    yield from ("", _summary(report)) if report.folded else (_summary(report),)


WRITERS: dict[LintOutput, Callable[[Report], Iterator[str]]] = {
    LintOutput.TEXT: _as_text,
    LintOutput.JSON: _as_json,
    LintOutput.GITHUB: _as_github,
    LintOutput.SARIF: as_sarif,
    LintOutput.MARKDOWN: _as_markdown,
}


def _sentences(remark: Remark) -> str:
    where = f"{remark.path}: " if remark.path else ""
    return f"{where}{remark.message}. {remark.cure}."


def _counts(report: Report) -> dict[Severity, int]:
    counted = Counter(remark.severity for remark in report.remarks)
    return {severity: counted[severity] for severity in Severity}


def _summary(report: Report) -> str:
    files = f"{report.files} file{'' if report.files == 1 else 's'}"
    counts = [
        f"{count} {severity.lower()}{'' if count == 1 else 's'}"
        for severity, count in _counts(report).items()
        if count
    ]
    nothing = "nothing found" if report.has_ours else f"nothing found, for {NOTHING_OURS}"
    return f"{files}: {', '.join(counts) or nothing}"


def github_data(text: str) -> str:
    """Return the message of a workflow command: line ends are kept, as `%0D` and `%0A`."""
    lines = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(lines)


def github_property(text: str) -> str:
    """Return the value of a workflow command's property, where colons and commas have a meaning too."""
    return github_data(text).replace(":", "%3A").replace(",", "%2C")
