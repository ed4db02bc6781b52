"""What a Deployment's conditions say of replicas that cannot be Ready. Pure.

The conditions come with the watch: no request and no right more is needed for them. A StatefulSet has none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from firstbell.core.reasons import Shortfall, ShortfallReason, words_of

if TYPE_CHECKING:
    from firstbell.engine.ports import Json

_WHICH_POD = re.compile(r'^(pods? )?"[^"]*" is forbidden: ')
"""Each try has another name."""
_QUOTA = "exceeded quota"


def controller_troubles(status: Json, replicas: int) -> tuple[Shortfall, ...]:
    """Return what its conditions say, of a workload that is set to so many replicas."""
    conditions = {one.get("type"): one for one in status.get("conditions") or () if isinstance(one, dict)}
    found = []
    refused = conditions.get("ReplicaFailure", {})
    if refused.get("status") == "True":
        message = str(refused.get("message") or "")
        quota = _QUOTA in message
        found.append(
            Shortfall(
                reason=ShortfallReason.EXCEEDED_QUOTA if quota else ShortfallReason.FAILED_CREATE,
                replicas=max(1, replicas - status.get("replicas", 0)),
                message=words_of(message[message.index(_QUOTA) :] if quota else _WHICH_POD.sub("", message)),
            )
        )
    progress = conditions.get("Progressing", {})
    if (progress.get("status"), progress.get("reason")) == ("False", "ProgressDeadlineExceeded"):
        found.append(
            Shortfall(
                reason=ShortfallReason.ROLLOUT_STUCK,
                replicas=max(1, replicas - status.get("readyReplicas", 0)),
                message=words_of(progress.get("message")),
            )
        )
    return tuple(found)
