"""Brute force: every quarter hour is tried, so that "nothing fits" can be believed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import combinations
from typing import NamedTuple

from .reader import Event
from .worktime import BUFFER, MINUTE, Span, Worktime, clip, minutes

QUARTER = timedelta(minutes=15)


def quarter_hours(span: Span) -> Iterator[datetime]:
    """Every quarter hour of a span."""
    at = span[0]
    while at < span[1]:
        yield at
        at += QUARTER


def in_the_way(
    work: Worktime, day: date, slot: Span, ours: Sequence[Span] = ()
) -> tuple[list[Event], list[Span]]:
    """Events that overlap a slot or end within its buffer, and blocks of ours that do."""

    def hit(start: datetime, end: datetime) -> bool:
        return (start < slot[1] and end > slot[0]) or slot[0] - BUFFER < end <= slot[0]

    near = [*work.on(day), *work.on(day - timedelta(days=1))]
    events = {(e.uid, e.start): e for e in near if not e.all_day and hit(e.start, e.end)}
    return list(events.values()), [s for s in ours if hit(*s)]


def lunch_kept(
    work: Worktime, day: date, slot: Span, ours: Sequence[Span], gone: Sequence[Event] = ()
) -> bool:
    """Whether a whole lunch is left wherever one was there before."""
    taken = _without(work, day, gone)
    return not work.lunch_starts(day, taken) or bool(work.lunch_starts(day, [*taken, *ours, slot]))


def _without(work: Worktime, day: date, gone: Sequence[Event]) -> list[Span]:
    return [(e.start, e.end) for e in work.on(day) if not e.all_day and e not in gone]


def slots(
    work: Worktime, day: date, length: int, earliest: datetime, ours: Sequence[Span] = ()
) -> list[Span]:
    """All slots of that length that the hard limits leave on one day: the cap and the bookable hour aside."""
    hours = work.hours(day)
    found = []
    for start in quarter_hours(hours) if hours else ():
        slot = (start, start + length * MINUTE)
        if start < earliest or slot[1] > hours[1]:  # type: ignore[index]
            continue
        events, blocks = in_the_way(work, day, slot, ours)
        if not events and not blocks and lunch_kept(work, day, slot, ours):
            found.append(slot)
    return found


def leaves_bookable(
    work: Worktime, day: date, slot: Span, ours: Sequence[Span], gone: Sequence[Event] = ()
) -> bool:
    """Whether a day that had an hour to book keeps one."""
    return work.bookable(day, (), gone) < 60 or work.bookable(day, [*ours, slot], gone) >= 60


def offsite_slots(work: Worktime, first: date, last: date, earliest: datetime) -> list[Span]:
    """Every half day that an offsite could take; it may run across lunch."""
    found = []
    day = first
    while day <= last:
        hours = work.hours(day)
        closed = (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2)
        for start in quarter_hours(hours) if hours and not closed else ():
            slot = (start, start + 240 * MINUTE)
            if start >= earliest and slot[1] <= hours[1] and not in_the_way(work, day, slot)[0]:  # type: ignore[index]
                found.append(slot)
        day += timedelta(days=1)
    return found


def most_strategic(
    work: Worktime, days: Sequence[date], earliest: datetime, cap: float, shortest_floor: int
) -> int:
    """How many strategic blocks a week takes within the manners, by trying every set of days."""
    fits = {
        length: {
            d for d in days if any(leaves_bookable(work, d, s, ()) for s in slots(work, d, length, earliest))
        }
        for length in {90, shortest_floor}
    }
    open_days = sorted(fits[90] | fits[shortest_floor])
    for count in range(len(open_days), 0, -1):
        for chosen in combinations(open_days, count):
            short = [d for d in chosen if d not in fits[90]]
            if len(short) > 1:
                continue
            floor = shortest_floor if (short or shortest_floor < 90) else 90
            if (count - 1) * 90 + floor <= cap + 1e-6:
                return count
    return 0


def packs(
    work: Worktime, days: Sequence[date], wanted: Sequence[tuple[str, int]], earliest: datetime
) -> bool:
    """Whether blocks of these kinds and lengths fit on these days together, by trying every way."""

    def place(left: Sequence[tuple[str, int]], laid: dict[date, tuple[str, Span]]) -> bool:
        if not left:
            return True
        (kind, length), rest = left[0], left[1:]
        for day in days:
            if day in laid:  # one block a day
                continue
            for slot in slots(work, day, length, earliest):
                if leaves_bookable(work, day, slot, ()) and place(rest, {**laid, day: (kind, slot)}):
                    return True
        return False

    return place(sorted(wanted, key=lambda w: (w[0] != "strategic", -w[1])), {})


Cost = tuple[int, int, int, int]


def cost(conflicts: Sequence[Event]) -> Cost:
    """What a slot asks: whose events (the user's own, others', outsiders' or whole series), how many minutes
    of other people's time, how many events, how long."""
    ranks = (2 if e.outsiders or (e.recurring and e.others and not e.own) else bool(e.others and not e.own)
             for e in conflicts)  # fmt: skip
    lengths = [minutes([(e.start, e.end)]) for e in conflicts]
    people = sum(length * e.others for length, e in zip(lengths, conflicts, strict=True))
    return max(map(int, ranks), default=0), people, len(conflicts), sum(lengths)


class Want(NamedTuple):
    """What is looked for: how long, and whether it is a floor, which may break cap and bookable hour."""

    shortest: int
    longest: int
    floor: bool = False

    @classmethod
    def of(cls, key: str) -> Want:
        """What a key stands for."""
        kind, floor = key.split("/")[0], key.startswith("strategic/") and key.endswith("/1")
        if kind == "offsite":
            return cls(240, 240)
        return cls(60 if floor or kind == "frontline" else 90, 120, floor)


def would_fit(
    work: Worktime,
    want: Want,
    slot: Span,
    gone: Sequence[Event],
    earliest: datetime,
    ours: Sequence[Span] = (),
) -> str:
    """Why the slot would not fit even if those events gave way; nothing if it would."""
    day = work.local_day(slot[0])
    hours = work.hours(day)
    if not hours or clip([slot], *hours) != [slot]:
        return "outside the hours of a working day"
    if slot[0] < earliest:
        return "inside the notice"
    if not want.shortest <= minutes([slot]) <= want.longest or minutes([slot]) % 15:
        return f"{minutes([slot])} minutes, not {want.shortest}"
    events, blocks = in_the_way(work, day, slot, ours)
    left = [e for e in events if e not in gone]
    if left or blocks:
        return "still in the way: " + ", ".join([e.title for e in left] + ["a block of ours"] * len(blocks))
    if want.shortest < 240 and not lunch_kept(work, day, slot, (), gone):
        return "no lunch left"
    mates = [s for s in ours if work.local_day(s[0]) == day]
    if mates:
        return "a block of ours is on the day"
    if want.shortest < 240 and not want.floor and not leaves_bookable(work, day, slot, mates, gone):
        return "less than an hour left to book"
    return ""
