"""Remarks as SARIF 2.1.0, which code scanning and editors read.

Each kind of finding is a rule that brings its help along. Files below the folder of the call are named
relative to it, so that the run may be read on another machine. What a file accepts is a note that is
suppressed, with the reason. A remark is recognised again by what it is about, not by its line.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from firstbell import __version__
from firstbell.cli.lint.remarks import INVALID, Remark, Report
from firstbell.cli.output import printable
from firstbell.core.reasons import FINDING_MEANINGS, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
FINGERPRINT = "firstbellFinding/v1"
_ROOT = "SRCROOT"
_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTICE: "note"}
_UNREADABLE = (
    "Something cannot be read, or a reference does not hold.",
    "No plan can be made of these files; the message says what to write instead.",
)
RULES = {
    INVALID: _UNREADABLE,
    **{kind.value: (one.found, one.matters) for kind, one in FINDING_MEANINGS.items()},
}
_PLACE = {kind: index for index, kind in enumerate(RULES)}


def as_sarif(report: Report) -> Iterator[str]:
    """Yield the log as one text: every remark, none folded."""
    seen: Counter[str] = Counter()
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": _driver()},
                "columnKind": "unicodeCodePoints",
                "originalUriBaseIds": {
                    _ROOT: {"description": {"text": "The folder in which firstbell lint was called."}}
                },
                "invocations": [{"executionSuccessful": True, "exitCode": report.exit_code}],
                "results": [_result(remark, seen) for remark in report.remarks],
            }
        ],
    }
    yield json.dumps(log, indent=2)


def _driver() -> dict[str, Any]:
    return {"name": "firstbell", "version": __version__, "rules": [_rule(kind) for kind in RULES]}


def _rule(kind: str) -> dict[str, Any]:
    found, matters = RULES[kind]
    accepted = "An error is never accepted."
    if kind != INVALID:
        accepted = (
            f'To accept a warning of it, give the object the annotation accept.firstbell.dev/{kind}: "why".'
        )
    return {
        "id": kind,
        "shortDescription": {"text": found},
        "fullDescription": {"text": f"{found} {matters}"},
        "help": {
            "text": f"{found} {matters} {accepted}",
            "markdown": f"**{found}** {matters}\n\n{accepted}",
        },
        "properties": {"tags": ["firstbell", "kubernetes", "reliability"]},
    }


def _result(remark: Remark, seen: Counter[str]) -> dict[str, Any]:
    mark = _mark(remark)
    seen[mark] += 1
    return {
        "ruleId": remark.kind,
        "ruleIndex": _PLACE[remark.kind],
        "level": _LEVELS[remark.severity],
        "message": {"text": _plain(f"{remark.message}. {remark.cure}.")},
        "locations": [_location(remark)],
        "partialFingerprints": {FINGERPRINT: f"{mark}:{seen[mark]}"},
        **({"suppressions": [_suppression(remark)]} if remark.accepted else {}),
    }


def _suppression(remark: Remark) -> dict[str, str]:
    return {"kind": "inSource", "status": "accepted", "justification": printable(remark.accepted)}


def _location(remark: Remark) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": _artifact(remark.file)}
    if remark.line:  # a folder has none
        physical["region"] = {"startLine": remark.line, "startColumn": remark.column}
    name = " ".join(part for part in (remark.object, remark.path) if part)
    logical = (
        {"logicalLocations": [{"fullyQualifiedName": printable(name), "kind": "object"}]} if name else {}
    )
    return {"physicalLocation": physical, **logical}


def _artifact(file: str) -> dict[str, str]:
    """Return where a file is: below the folder of the call by a relative address, else by a whole one."""
    path = Path(os.path.abspath(file))  # noqa: PTH100 - a link is named as it was given, not followed
    here = Path.cwd()
    if path.is_relative_to(here):
        return {"uri": quote(os.fsencode(path.relative_to(here).as_posix())), "uriBaseId": _ROOT}
    return {"uri": f"file://{quote(os.fsencode(path.as_posix()))}"}


def _mark(remark: Remark) -> str:
    """Return what is the same in the next run, as long as the finding is: no line, no index of a list."""
    field = "".join(letter for letter in remark.path if not letter.isdigit())
    about = "\0".join((remark.kind, remark.object or remark.file, field, remark.message))
    return sha256(about.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _plain(text: str) -> str:
    """Return a message in which nothing is a placeholder or a link: names come from files."""
    doubled = printable(text).replace("{", "{{").replace("}", "}}")
    return doubled.replace("](", "\\](")
