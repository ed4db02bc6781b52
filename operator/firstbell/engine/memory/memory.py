"""What the engine remembers of one SchoolAutoscaler between ticks: bounded, and gone with the object.

Nothing here is needed to be right: a restart loses it, and the next tick decides from the world and from our
own status. It saves work (plans), tells the past (actions, the last bell) and holds what a restart may not
lower. Each part is written by one room, or frozen and replaced as a whole.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from firstbell.core import Pilot
from firstbell.engine.memory.carried_out import CarriedOut, LooksAgain
from firstbell.engine.memory.kept_plans import KeptPlans
from firstbell.engine.memory.lead import Lead
from firstbell.engine.memory.losses import Edits
from firstbell.engine.memory.told import Told
from firstbell.engine.memory.written import Written

if TYPE_CHECKING:
    from firstbell.engine.memory.hand import Hands
    from firstbell.engine.memory.last_autoscaler import LastAutoscaler
    from firstbell.engine.memory.way_back import WayBack
    from firstbell.engine.memory.zero import Zero
    from firstbell.engine.ports import Happening

HAPPENINGS_KEPT = 20


@dataclass(kw_only=True, slots=True)
class Memory:
    """The working memory of one autoscaler, by who writes it.

    `pilot` is replaced by a look and by a decision that was carried out; `plans`, `edits`, `zero`,
    `hands` and `autoscaler` are written in `deciding/` (a count that `acting/` has written tells of `zero`,
    too, and one that it set back of `hands`);
    `written` in `acting/`; `carried_out`, `lead` and `way_back` by the tick; `told` in `report/`.
    `happenings` are still to be told: whoever knows of one adds it, the report takes all. `clock_set_by` is
    by how much the clock had been set in all when this was last looked at.
    """

    pilot: Pilot = field(default_factory=Pilot)
    plans: KeptPlans = field(default_factory=KeptPlans)
    edits: Edits = field(default_factory=Edits)
    zero: Zero | None = None
    hands: Hands | None = None
    autoscaler: LastAutoscaler | None = None
    written: Written = field(default_factory=Written)
    carried_out: CarriedOut = field(default_factory=CarriedOut)
    lead: Lead = field(default_factory=Lead)
    looks_again: LooksAgain = field(default_factory=LooksAgain)
    way_back: WayBack | None = None
    told: Told = field(default_factory=Told)
    happenings: deque[Happening] = field(default_factory=lambda: deque(maxlen=HAPPENINGS_KEPT))
    clock_set_by: timedelta = timedelta(0)

    def of_a_new_term(self) -> Memory:
        """Return what is left of it where another process may have written since: what was read, not done."""
        return Memory(
            plans=KeptPlans(calendars=self.plans.calendars, shared=self.plans.shared),
            clock_set_by=self.clock_set_by,
        )

    def follow_clock(self, set_by: timedelta) -> None:
        """Move every time in here along with a clock that was set: what was to last five minutes does so.

        Called as a tick begins. `set_by` is by how much the clock has been set in all.
        """
        by = set_by - self.clock_set_by
        self.clock_set_by = set_by
        if not by:
            return
        self.pilot = self.pilot.moved(by)
        self.plans.cut = None  # it is tried again
        self.edits.move(by)
        self.autoscaler = None if self.autoscaler is None else self.autoscaler.moved(by)
        self.hands = None if self.hands is None else self.hands.moved(by)
        self.written.move(by)
        self.carried_out.move(by)
        self.lead = self.lead.interrupted()
        self.looks_again.move(by)
        self.way_back = None if self.way_back is None else self.way_back.moved(by)
        self.told.move(by)
