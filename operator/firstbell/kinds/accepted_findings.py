"""Findings that the author of an object has looked at and accepts, by annotation and with a reason.

`accept.firstbell.dev/HolidayLong: "five weeks by decree of the ministry"` on the object. An error is never
accepted: with it no plan can be right. `firstbell lint` and the operator's conditions ask the same.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from firstbell.core import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ACCEPT_PREFIX = "accept.firstbell.dev/"


def accepted_in(body: object) -> dict[str, str]:
    """Return the kinds that an object accepts, and why; one without a reason is not accepted."""
    metadata = body.get("metadata") if isinstance(body, dict) else None
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(annotations, dict):
        return {}
    return {
        str(key).removeprefix(ACCEPT_PREFIX): str(reason).strip()
        for key, reason in annotations.items()
        if str(key).startswith(ACCEPT_PREFIX) and str(reason or "").strip()
    }


def with_accepted(findings: Iterable[Finding], accepted: Mapping[str, str]) -> tuple[Finding, ...]:
    """Return the findings, warnings of accepted kinds as notices that tell the reason."""
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
