"""Checks on the offsite: which quarter, which half day, and whether "nothing is free" is true."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from .brute import offsite_slots, packs
from .manners import Case, Finding
from .reader import Block
from .weeks import nearest
from .worktime import Span, Worktime, clip, merge, minutes, monday, week_name

NOTICE = timedelta(days=28)


def quarter_of(day: date) -> tuple[date, date]:
    """The first and the last day of a day's calendar quarter."""
    first = date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return first, (first + timedelta(days=95)).replace(day=1) - timedelta(days=1)


def quarter_name(day: date) -> str:
    """The quarter of a day, as the program writes it."""
    return f"{day.year}-Q{(day.month - 1) // 3 + 1}"


def operational(work: Worktime, day: date, inside: bool = True) -> int:
    """The operational minutes of a day, in its hours or at all."""
    spans = merge((e.start, e.end) for e in work.on(day) if e.kind == "operational" and not e.all_day)
    hours = work.hours(day)
    return minutes(clip(spans, *hours)) if inside and hours else minutes(spans)


def offsite(case: Case) -> Iterator[Finding]:
    """Every check on the offsite, when nothing is remembered from before."""
    today = case.work.local_day(case.now)
    first, last = quarter_of(today)
    left = (last - today).days
    said = {q["quarter"]: q for q in case.doc["quarters"]}
    here, there = quarter_name(today), quarter_name(last + timedelta(days=1))
    close = left in {41, 42}
    if left >= 42 or (close and said.get(here, {}).get("offsite") != "not due"):
        due = (here, first, last)
    else:
        due = (there, *quarter_of(last + timedelta(days=1)))
        state = said.get(here, {}).get("offsite")
        if state not in {"not due", "present"}:
            yield Finding("offsite due", f"{left} days of {here} are left and its offsite is {state!r}")
    name, first, last = due
    if name not in said:
        yield Finding("offsite due", f"{name} is due and not among quarters {sorted(said)}")
        return
    own = [
        e for e in case.work.timed if e.kind == "offsite" and first <= case.work.local_day(e.start) <= last
    ]
    block, state = case.blocks.get(f"offsite/{name}"), said[name]["offsite"]
    if said[name].get("key") not in {f"offsite/{name}", None}:
        yield Finding("offsite due", f"{name} has the key {said[name].get('key')!r}")
    if own:
        if block or state != "present":
            yield Finding("offsite", f"{name}: the user's own {own[0].title!r} should count, it is {state!r}")
        return
    free = offsite_slots(case.work, max(first, today), last, case.now + NOTICE)
    if block:
        yield from _placed(case, block, first, last, free)
    elif state == "unplaced":
        if free:
            yield Finding("offsite", f"{name} is unplaced, yet {free[0][0]} is free ({len(free)} slots)")
        for lost in case.doc["unplaced"]:
            if lost["key"] == f"offsite/{name}":
                yield from nearest(case, lost)
        if not any(u["key"] == f"offsite/{name}" for u in case.doc["unplaced"]):
            yield Finding("offsite", f"{name} is unplaced without an entry in unplaced")
    else:
        yield Finding("offsite", f"{name} is due, has no block, and is {state!r}")


def _placed(case: Case, block: Block, first: date, last: date, free: list[Span]) -> Iterator[Finding]:
    if case.changes.get(block.key, {}).get("action") not in {"create", "move"}:
        return
    work, day = case.work, case.work.local_day(block.start)
    where = f"{block.key} {block.start.astimezone(work.zone):%a %Y-%m-%d %H:%M}"
    if not first <= day <= last:
        yield Finding("offsite", f"{where} lies outside its quarter")
    if block.start < case.now + NOTICE:
        dated = day >= work.local_day(case.now) + NOTICE
        yield Finding("offsite", f"{where} gives less than 28 days of notice", sure=not dated)
    if (day.month, day.day) >= (12, 23) or (day.month, day.day) <= (1, 2):
        yield Finding("offsite", f"{where} lies between 23 December and 2 January")
    yield from _preferred(case, block, first, free, where)


def _at_an_edge(work: Worktime, slot: Span) -> bool:
    """True for a real half day: it begins within half an hour of the day's hours, or ends so near to their end."""
    hours = work.hours(work.local_day(slot[0]))
    near = timedelta(minutes=30)
    return bool(hours) and (slot[0] - hours[0] <= near or hours[1] - slot[1] <= near)  # type: ignore[index]


def _preferred(case: Case, block: Block, first: date, free: list[Span], where: str) -> Iterator[Finding]:
    work, day = case.work, case.work.local_day(block.start)

    real = {work.local_day(s[0]) for s in free if _at_an_edge(work, s)}

    def rank(one: date, inside: bool = True) -> tuple[bool, bool, int]:
        number = (monday(one) - monday(first)).days // 7 + 1
        return one not in real, not 3 <= number <= 10, operational(work, one, inside)

    better = {d for s in free if (rank(d := work.local_day(s[0])), d) < (rank(day), day)}
    for one in sorted(better, key=lambda d: (rank(d), d)):
        blocks = case.of_week(week_name(one))
        days = [d for d in work.week(monday(one)) if d != one]
        wanted = [(b.key.split("/")[0], minutes([(b.start, b.end)])) for b in blocks]
        if packs(work, days, wanted, case.after_notice):
            looser = min((rank(work.local_day(s[0]), False) for s in free), default=rank(day, False))
            text = f"{where}: rank {rank(day)}, better {one:%a %Y-%m-%d} {rank(one)}; its week's blocks fit beside it"
            yield Finding("offsite choice", text, sure=looser != rank(day, False))
            break
    if day in real and not _at_an_edge(work, (block.start, block.end)):
        yield Finding("offsite choice", f"{where}: that day has a real half day")
    same = [s for s in free if work.local_day(s[0]) == day and (day not in real or _at_an_edge(work, s))]
    earlier = [s for s in same if s[0] < block.start]
    if earlier:
        text = f"{where}: could begin {earlier[0][0].astimezone(work.zone):%H:%M} that day"
        yield Finding("offsite choice", text, sure=False)
