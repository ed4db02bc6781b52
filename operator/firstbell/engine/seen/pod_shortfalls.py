"""Why pods are not Ready, read off the pods. Pure.

What changes from second to second (a back-off, a number of restarts, whether an image is being pulled or
waited for) is left out: the same trouble has the same words.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from firstbell.core.reasons import Shortfall, ShortfallReason, words_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from firstbell.engine.ports import Json

IMAGE = frozenset(
    {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"}
)
CONFIG = frozenset(
    {"CreateContainerConfigError", "CreateContainerError", "RunContainerError", "PreCreateHookError"}
)
PREEMPTION = " preemption: "
"""What the scheduler says of it follows what it says of nodes, and says it again."""
CRASH_LOOP = "CrashLoopBackOff"
_ORDER = (
    ShortfallReason.IMAGE_PULL,
    ShortfallReason.CONTAINER_CONFIG,
    ShortfallReason.CRASH,
    ShortfallReason.PROBE,
    ShortfallReason.STARTING,
)
"""Of several containers the one that is furthest from Ready tells."""


def grouped(told: Iterable[tuple[ShortfallReason, str]]) -> tuple[Shortfall, ...]:
    """Return reasons of pods with how many have each, and with its most frequent words."""
    words: dict[ShortfallReason, Counter[str]] = defaultdict(Counter)
    for reason, message in told:
        words[reason][message] += 1
    return tuple(
        Shortfall(
            reason=reason,
            replicas=counted.total(),
            message=max(counted.items(), key=lambda item: (item[1], item[0]))[0],
        )
        for reason, counted in words.items()
    )


def counts(pod: Json) -> bool:
    """Tell whether a pod is one of the replicas: not on its way out, and not at its end."""
    phase = (pod.get("status") or {}).get("phase")
    return "deletionTimestamp" not in pod["metadata"] and phase not in {"Succeeded", "Failed"}


def pod_shortfall(pod: Json) -> tuple[ShortfallReason, str] | None:
    """Return why a pod is not Ready, with more words; None of one that is, or that does not count."""
    status = pod.get("status") or {}
    conditions = {one.get("type"): one for one in status.get("conditions") or ()}
    if not counts(pod) or conditions.get("Ready", {}).get("status") == "True":
        return None
    scheduled = conditions.get("PodScheduled", {})
    if scheduled.get("status") == "False":
        gated = scheduled.get("reason") == "SchedulingGated"
        reason = ShortfallReason.SCHEDULING_GATED if gated else ShortfallReason.UNSCHEDULABLE
        return reason, words_of(str(scheduled.get("message") or "").partition(PREEMPTION)[0])
    told = [*_inits(status), *_containers(status)]
    if not told:
        waits = "" if scheduled.get("status") == "True" else "the scheduler has not looked at them yet"
        return ShortfallReason.STARTING, waits
    return min(told, key=lambda one: _ORDER.index(one[0]))


def _inits(status: Json) -> Iterator[tuple[ShortfallReason, str]]:
    """Yield what init containers say; one that runs is not late for that."""
    for one in status.get("initContainerStatuses") or ():
        state = one.get("state") or {}
        if "running" in state or (state.get("terminated") or {}).get("exitCode") == 0:
            continue
        yield _told(one, f"init container {one.get('name')}")


def _containers(status: Json) -> Iterator[tuple[ShortfallReason, str]]:
    unready = [one for one in status.get("containerStatuses") or () if not one.get("ready")]
    for one in unready:
        yield _told(one, f"container {one.get('name')}")
    if not unready and status.get("containerStatuses"):
        yield ShortfallReason.PROBE, "all containers are ready, a readiness gate of the pod is not"


def _told(one: Json, name: str) -> tuple[ShortfallReason, str]:
    """Return what a container that is not ready says."""
    state = one.get("state") or {}
    waits = str((state.get("waiting") or {}).get("reason") or "")
    if waits in IMAGE:
        return ShortfallReason.IMAGE_PULL, words_of(f"{name}: image {one.get('image') or 'without a name'}")
    if waits in CONFIG:
        return ShortfallReason.CONTAINER_CONFIG, words_of(
            f"{name}: {state['waiting'].get('message') or waits}"
        )
    last = state.get("terminated") or (one.get("lastState") or {}).get("terminated")
    if last is not None or waits == CRASH_LOOP:
        code = (last or {}).get("exitCode")
        why = (
            f" ({last['reason']})" if last and last.get("reason") not in {None, "Error", "Completed"} else ""
        )
        ended = f"last exit code {code}{why}" if code is not None else CRASH_LOOP
        return ShortfallReason.CRASH, words_of(f"{name}: {ended}")
    if "running" in state:
        return ShortfallReason.PROBE, words_of(f"{name} runs and is not Ready")
    return ShortfallReason.STARTING, words_of(f"{name}: {waits}" if waits else name)
