"""Whom it costs if an event gives way: the user alone, colleagues, or people not to be asked first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache

from blocker.values.events import Event

OWN, OTHERS, LAST = 0, 1, 2
_LEADERSHIP = (
    r"(?i)\b(leadership|board|executives?|exec|steering|management (team|meeting)|all[- ]hands|town ?hall)\b"
)


class Owners:
    """Sorts events by whose they are, from what all events together say about the user's address."""

    def __init__(self, events: Iterable[Event]) -> None:
        events = list(events)
        known = _by_domain(Counter(event.organizer for event in events if event.organizer_is_me))
        if not known:
            everyone = Counter[str]()
            for people, times in Counter((event.organizer, *event.attendees) for event in events).items():
                for name in people:
                    everyone[name] += times
            known = _by_domain(everyone)
        # The most frequent domain, the first by name of equals.
        self.domain = min(known, key=lambda name: (-known[name], name)) if known else ""
        self.cost = cache(self._cost)  # one event is in the way of many slots

    def whose(self, event: Event) -> int:
        """Own first; a recurring meeting of others, a leadership one and one with outsiders last."""
        if not event.attendees:
            return OWN
        domains = {_domain(address) for address in (event.organizer, *event.attendees)} - {"", self.domain}
        leadership = event.recurring and re.search(_LEADERSHIP, event.title) is not None
        if domains or leadership or (event.recurring and not event.organizer_is_me):
            return LAST
        return OWN if event.organizer_is_me else OTHERS

    def _cost(self, event: Event) -> tuple[int, int, int]:
        """Whose it is, minutes of other people's time, and its minutes."""
        length = event.when.minutes
        return self.whose(event), length * len(event.attendees), length


def _by_domain(addresses: Counter[str]) -> Counter[str]:
    found: Counter[str] = Counter()
    for address, number in addresses.items():
        if address:
            found[_domain(address)] += number
    return found


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
