"""One write before it is sent: what is shown of it is what is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from firstbell.engine.ports import Json, ObjectPath, Operation


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A JSON patch on one object, which tests what it was decided from; `why` is a sentence for people."""

    path: ObjectPath
    operations: tuple[Operation, ...]
    why: str

    @property
    def document(self) -> Json:
        """The same as plain data, for documents and logs."""
        return {"path": self.path.url, "operations": list(self.operations), "why": self.why}
