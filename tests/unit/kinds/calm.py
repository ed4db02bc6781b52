"""Settings for hypothesis: no deadline and no hurry, since a machine may be shared with others."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
