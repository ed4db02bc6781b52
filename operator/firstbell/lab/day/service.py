"""The workload as its users meet it: what is served, what waits, what is refused, who comes again.

A fluid model in steps of one second. Ready replicas take work from one queue, first come first served. What
waits longer than ten seconds is slow: with a chance of 70 % it is sent again, and the first attempt is then
served for nobody; 30 % wait on and are served late. What would have to wait longer than thirty seconds is
refused: 70 % of it is sent again, 30 % give up and are turned away. A second attempt comes 5 to 15 seconds
after the failure. That is how a shortage of minutes feeds itself.
"""

from __future__ import annotations

from dataclasses import dataclass

from firstbell.lab.day.arrivals import PAGES_PER_LOGIN, SESSION_SECONDS

SLOW_SECONDS = 10
REFUSED_SECONDS = 30
AGAIN_CHANCE = 0.7
AGAIN_AFTER_SECONDS = range(5, 15)

_LOGIN_SHARE = 1 / (1 + PAGES_PER_LOGIN)
_RING = 32
_NOTHING = 1e-9


@dataclass(slots=True)
class Second:
    """What one second was like. Work is in replicas, as busy as in their load test.

    `offered` is everything that comes in it, second attempts included, `served` what was served, and
    `wait_seconds` how long what comes now has to wait. `turned_away` and `waiting` are users.
    """

    offered: float
    served: float
    wait_seconds: float
    turned_away: float
    waiting: float


class Service:
    """One workload with its queue and its unlucky users."""

    def __init__(self, background: float) -> None:
        self._background = background
        self._now = 0
        self._queue = 0.0
        self._queued_users = 0.0
        self._sessions = [0.0] * SESSION_SECONDS
        self._in_session = 0.0
        self._again_users = [0.0] * _RING
        self._again_logins = [0.0] * _RING
        self._again_pages = [0.0] * _RING
        self._away_users = 0.0
        self._away = False

    def step(self, users: float, work: float, capacity: float) -> Second:
        """Return one second: new users with all their work, and the capacity that is Ready."""
        logins, pages = work * _LOGIN_SHARE, self._in_session / SESSION_SECONDS
        if self._away:
            users, logins, pages = self._with_returning(users, logins, pages)
        free = capacity - self._background
        if not self._queue and logins + pages <= free:
            self._begin_sessions(logins)
            served = self._background + logins + pages
            return Second(served, served, 0.0, 0.0, self._away_users)
        return self._crowded(users, logins, pages, max(0.0, free), capacity)

    def is_at_rest(self, capacity: float) -> bool:
        """Tell whether all seconds are alike from now on, as long as nobody comes and the capacity stays."""
        if self._queue or self._away or any(self._sessions):
            return False
        return self._in_session / SESSION_SECONDS <= capacity - self._background

    def rest(self, seconds: int) -> float:
        """Let seconds at rest pass, and return what is served in each of them."""
        self._now += seconds
        return self._background + self._in_session / SESSION_SECONDS

    def _crowded(self, users: float, logins: float, pages: float, free: float, capacity: float) -> Second:
        """Return a second in which people have to wait; `free` is what the background leaves."""
        wait = self._queue / free if free else float(REFUSED_SECONDS + 1)
        turned_away = 0.0
        if wait <= SLOW_SECONDS:
            joined, queued, begun = users, logins + pages, logins
        elif wait <= REFUSED_SECONDS:
            kept = 1 - AGAIN_CHANCE
            joined, queued, begun = users * kept, logins + pages, logins * kept
            self._come_again(users, logins, pages, SLOW_SECONDS)
        else:
            joined = queued = begun = 0.0
            turned_away = users * (1 - AGAIN_CHANCE)
            self._come_again(users, logins, pages, 0)
        served = self._serve(joined, queued, free)
        self._begin_sessions(begun)
        return Second(
            offered=self._background + logins + pages,
            served=min(self._background, capacity) + served,
            wait_seconds=self._queue / free if free else wait,
            turned_away=turned_away,
            waiting=self._queued_users + self._away_users,
        )

    def _begin_sessions(self, logins: float) -> None:
        """End a second: whoever is in now reads pages for the next three minutes."""
        slot, pages = self._now % SESSION_SECONDS, logins * PAGES_PER_LOGIN
        reading = self._in_session + pages - self._sessions[slot]
        self._in_session = reading if reading > 0.0 else 0.0  # noqa: FURB136 - for each second of a day
        self._sessions[slot] = pages
        self._now += 1

    def _serve(self, joined: float, queued: float, free: float) -> float:
        """Take from the queue what there is capacity for."""
        self._queue += queued
        self._queued_users += joined
        if self._queue <= free:
            served, self._queue, self._queued_users = self._queue, 0.0, 0.0
            return served
        self._queued_users *= 1 - free / self._queue
        self._queue -= free
        return free

    def _come_again(self, users: float, logins: float, pages: float, later: int) -> None:
        """Have most of those who failed come back, spread over ten seconds."""
        part = AGAIN_CHANCE / len(AGAIN_AFTER_SECONDS)
        each_users, each_logins, each_pages = users * part, logins * part, pages * part
        again_users, again_logins, again_pages = self._again_users, self._again_logins, self._again_pages
        begin = self._now + later
        for after in AGAIN_AFTER_SECONDS:
            slot = (begin + after) % _RING
            again_users[slot] += each_users
            again_logins[slot] += each_logins
            again_pages[slot] += each_pages
        self._away_users += users * AGAIN_CHANCE
        self._away = True

    def _with_returning(self, users: float, logins: float, pages: float) -> tuple[float, float, float]:
        slot = self._now % _RING
        back = self._again_users[slot]
        users, logins, pages = (
            users + back,
            logins + self._again_logins[slot],
            pages + self._again_pages[slot],
        )
        self._again_users[slot] = self._again_logins[slot] = self._again_pages[slot] = 0.0
        self._away_users = max(0.0, self._away_users - back)
        if self._away_users < _NOTHING and not any(self._again_pages):
            self._away, self._away_users = False, 0.0
        return users, logins, pages
