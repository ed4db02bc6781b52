"""What of a policy a backtest does not try."""

from __future__ import annotations

from firstbell.lab.day.untried import Untried

NOT_REPLAYED = (
    Untried(path="spec.metrics[].prometheus", instead="the recording stands for it"),
    Untried(path="spec.metrics[].target.value", instead="the recorded metric has a target per replica"),
    Untried(path="spec.mode", instead="what would be done is counted as done"),
    Untried(path="spec.onCalendarError", instead="every calendar can be read"),
    Untried(path="spec.priority", instead="nothing else is due at the same time"),
)
"""What `backtest` does not play. Of several metrics it plays the one that was recorded."""
