"""Our own kinds as lists and watches tell of them: read where they are told, or later where that takes long.

An ordinary object is read at once. After one that took long its namespace rests, and what is told of it
meanwhile is only kept, the newest of each object, and read in its turn: so nobody's edits, however many,
stand between another namespace's workloads and their bells. What takes longer than a slice is told so, and
what cannot be read for a fault of ours too; neither keeps anything else from being read.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import structlog

from firstbell.core import Unavailable
from firstbell.core.reasons import AbsenceReason
from firstbell.engine.objects.object_keys import key_of, namespace_of
from firstbell.engine.objects.packed import packed, unpacked
from firstbell.engine.objects.resource_version import is_older
from firstbell.engine.pace.turns import Turns
from firstbell.engine.seen.own_kinds import decides
from firstbell.engine.seen.watched_kinds import AUTOSCALERS, OWN_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from firstbell.engine.pace.slices import Slices
    from firstbell.engine.ports import Json
    from firstbell.engine.seen.store import OwnKey, Store
    from firstbell.engine.seen.watched_kinds import OwnKind

_OF_PLURAL = {kind.plural: kind for kind in OWN_KINDS}
KEPT_OF_METADATA = (
    "namespace",
    "name",
    "uid",
    "generation",
    "creationTimestamp",
    "resourceVersion",
    "labels",
)

log = structlog.get_logger("firstbell.engine")


def read(kind: OwnKind, body: Json, before: Any, slices: Slices) -> Any:
    """Return an object as it is kept, within a slice; where that was not enough, or failed, with why."""
    name = f"{kind.kind} {key_of(body)}"
    found: Any
    try:
        found = slices.run(namespace_of(key_of(body)), name, lambda: kind.read(body, before))
    except Exception:
        # A fault of ours that one object brings out must not keep the others from being read.
        log.exception("not read", object=name)
        found = Unavailable(
            reason=AbsenceReason.READ_FAILED, message=f"{name} cannot be read; the operator's log says why"
        )
    if not isinstance(found, Unavailable):
        return found
    log.warning("not read", object=name, reason=found.reason, message=found.message)
    return kind.unread(body, before, found)


def keep_for_later(kind: OwnKind, body: Json, store: Store) -> None:
    """Keep an object unread. One that was never read is known all the same: it holds its floor."""
    key = key_of(body)
    known = kind.known(store).get(key)
    if known is None or known.uid != body["metadata"]["uid"]:
        why = Unavailable(
            reason=AbsenceReason.NOT_READ_YET,
            message=f"{kind.kind} {key} is read in its turn: others of its namespace took long",
        )
        kind.put(store, kind.unread(body, known, why))
    kept = store.unread.get((kind.plural, key))
    # A list may tell of an earlier state than a watch has told of already.
    if kept is None or not is_older(_version(body), _version(unpacked(kept))):
        store.unread[kind.plural, key] = _packed(body)


def _version(body: Json) -> str:
    return str(body["metadata"].get("resourceVersion", ""))


def _packed(body: Json) -> bytes:
    """Return what is needed of an object to read it later, small: hundreds may wait."""
    metadata = {name: body["metadata"][name] for name in KEPT_OF_METADATA if name in body["metadata"]}
    annotations = body["metadata"].get("annotations") or {}
    metadata["annotations"] = {name: value for name, value in annotations.items() if decides(name)}
    kept = {"metadata": metadata, "spec": body.get("spec"), "status": body.get("status")}
    return packed(kept)


class OwnObjects:
    """The reading of our own kinds, around one store.

    `wake` is told the SchoolAutoscalers that must look again, `wake_report` an object whose status is to be
    looked at again, `forget` one that was deleted.
    """

    def __init__(
        self,
        *,
        store: Store,
        slices: Slices,
        wake: Callable[[Iterable[str]], None],
        wake_report: Callable[[OwnKey], None],
        forget: Callable[[OwnKind, str], None],
    ) -> None:
        self._store = store
        self._slices = slices
        self._wake = wake
        self._wake_report = wake_report
        self._forget = forget
        self._turns: Turns[OwnKey] = Turns(slices)

    def look(self) -> None:
        """Queue what a look at everything has kept for later."""
        for plural, key in self._store.unread:
            self._turns.put(namespace_of(key), (plural, key))

    async def run(self) -> None:
        """Read what waits, one in its turn, until cancelled."""
        while True:
            plural, key = await self._turns.get()
            kept = self._store.unread.pop((plural, key), None)
            if kept is not None:
                self._take(_OF_PLURAL[plural], unpacked(kept))
            await asyncio.sleep(0)

    def told(self, kind: OwnKind, event: Json) -> None:
        """Take what a watch tells of an object."""
        body = event["object"]
        key = key_of(body)
        own, namespace = (kind.plural, key), namespace_of(key)
        if event["type"] == "DELETED":
            known = kind.known(self._store).get(key)
            if known is not None and known.uid != body["metadata"]["uid"]:
                return  # another of the same name is known already: this one was before it
            self.gone(kind, key)
            return
        if not kind.is_current(body, kind.known(self._store).get(key)):
            waits = own in self._store.unread
            if waits or self._slices.rest_of(namespace):
                keep_for_later(kind, body, self._store)
                if not waits:
                    self._turns.put(namespace, own)
                return
        self._take(kind, body)

    def gone(self, kind: OwnKind, key: str) -> None:
        """Forget an object that does not exist any more."""
        self._store.unread.pop((kind.plural, key), None)
        known = kind.known(self._store).get(key)
        concerned = kind.drop(self._store, key)
        self._forget(kind, key)
        self._wake(concerned)
        if known is not None:
            self._have_reported(kind, known)

    def _take(self, kind: OwnKind, body: Json) -> None:
        """Read an object into the store, and has those look again whom it concerns."""
        key = key_of(body)
        before = kind.known(self._store).get(key)
        seen = read(kind, body, before, self._slices)
        concerned = kind.put(self._store, seen)
        if before is None or kind.content(before) is not kind.content(seen):
            self._wake(concerned)
            self._have_reported(kind, *((seen,) if before is None else (before, seen)))
        elif kind.mark(before) != kind.mark(seen):
            if kind is AUTOSCALERS:
                self._wake({key})
            self._have_reported(kind, seen)

    def _have_reported(self, kind: OwnKind, *states: Any) -> None:
        """Have those reported whom an object concerns, or did before it changed."""
        for own in dict.fromkeys(own for seen in states for own in kind.reports(self._store, seen)):
            self._wake_report(own)
