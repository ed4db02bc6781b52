"""Amounts as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from firstbell.core.capacity import Resource

if TYPE_CHECKING:
    from firstbell.core.capacity import FleetBell, Requested, Strain

MIB, GIB = 2**20, 2**30
NOT_KNOWN = "?"


def amount_text(amount: int, resource: Resource) -> str:
    """Return an amount of a resource with what it is of."""
    match resource:
        case Resource.CPU:
            return f"{amount / 1000:,.1f} cores"
        case Resource.MEMORY if amount < GIB:
            return f"{amount / MIB:,.0f} MiB"
        case Resource.MEMORY:
            return f"{amount / GIB:,.1f} GiB"
        case Resource.PODS_PER_MINUTE:
            return f"{amount:,} pods a minute"
        case _:
            return f"{amount:,} pods"


def requested_text(asked: Requested, resource: Resource) -> str:
    """Return what is asked for of a resource in short; `+?` where that is not known of some pods."""
    unknown = asked.unknown(resource)
    if unknown and unknown == asked.pods:
        return NOT_KNOWN
    text = amount_text(asked.of(resource), resource).removesuffix(" cores")
    return f"{text} +{NOT_KNOWN}" if unknown else text


def misfit_text(bell: FleetBell, strain: Strain) -> str:
    """Return what does not fit, how much is wanted, and how much there is."""
    wanted, most = amount_text(strain.wanted, strain.resource), amount_text(strain.most, strain.resource)
    least = "at least " if strain.unknown else ""
    if strain.resource is Resource.PODS_PER_MINUTE:
        return f"{strain.where}: {wanted} wanted, {strain.most:,} made: {bell.unmade:,} not made in time"
    return f"{strain.where}: {least}{wanted} wanted, {most} there"
