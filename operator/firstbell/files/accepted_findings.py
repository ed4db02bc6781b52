"""Findings that the author of a file has looked at and accepts, by annotation and with a reason.

`accept.firstbell.dev/HolidayLong: "five weeks by decree of the ministry"` on the object. An error is never
accepted: with it no plan can be right.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstbell.core.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from firstbell.files.yaml_files import Origin

ACCEPT_PREFIX = "accept.firstbell.dev/"


def accepted_in(origin: Origin) -> dict[str, str]:
    """The kinds that an object accepts, and why; one without a reason is not accepted."""
    value = origin.node.value
    metadata = value.get("metadata") if isinstance(value, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(annotations, dict):
        return {}
    return {
        str(key).removeprefix(ACCEPT_PREFIX): str(reason).strip()
        for key, reason in annotations.items()
        if str(key).startswith(ACCEPT_PREFIX) and str(reason or "").strip()
    }


def with_accepted(findings: Iterable[Finding], accepted: dict[str, str]) -> tuple[Finding, ...]:
    """The findings, warnings of accepted kinds as notices that tell the reason."""
    return tuple(
        replace(
            finding,
            severity=Severity.NOTICE,
            message=f"{finding.message} (accepted: {accepted[finding.kind]})",
        )
        if finding.severity is Severity.WARNING and finding.kind in accepted
        else finding
        for finding in findings
    )
