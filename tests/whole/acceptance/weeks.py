"""Checks on whole weeks: the floor, the level, how many blocks, the share of free time they take."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from .brute import (
    Cost,
    Want,
    cost,
    in_the_way,
    leaves_bookable,
    most_strategic,
    quarter_hours,
    slots,
    would_fit,
)
from .contract import moment
from .manners import EXEMPT, Case, Finding
from .reader import Event
from .worktime import (
    MINUTE,
    SCALES,
    Span,
    Worktime,
    heavier,
    level,
    minutes,
    monday,
    quiet,
    week_monday,
    week_name,
)

ASKED = {"calm": 1, "amber": 2, "red": 3}


def weeks(case: Case, fresh: bool = True) -> Iterator[Finding]:
    """Every check on the weeks; ``fresh`` when nothing is remembered from before."""
    first = monday(case.work.local_day(case.now))
    wanted = [week_name(first + timedelta(weeks=n)) for n in range(5)]
    got = [w["week"] for w in case.doc["weeks"]]
    if case.doc["policy"] == "rebalance":  # the week that was named, and no other
        wanted = [week for week in wanted if week in got][:1]
    if got != wanted:
        yield Finding("horizon", f"weeks {got}, not {wanted}")
    recent = case.work.recent(case.work.local_day(case.now))
    for week in case.doc["weeks"]:
        yield from _measures(case, week)
        yield from _level(case, week, recent, fresh)
        yield from _floor(case, week)
        yield from _count(case, week, fresh)
        yield from _share(case, week)
    yield from _frontline(case)
    for lost in case.doc["unplaced"]:
        if not lost["key"].startswith("offsite/") and lost["code"] == "no_room":
            yield from nearest(case, lost)


def working(case: Case, week: str) -> bool:
    """Whether the week has at least two days left."""
    days = case.work.week(week_monday(week))
    return sum(case.work.day_left(d, case.earliest) for d in days) >= 2


def _measures(case: Case, week: dict[str, Any]) -> Iterator[Finding]:
    mine = case.work.measures(week_monday(week["week"]))
    for name, value in mine.items():
        said = week["load"].get(name)
        if isinstance(said, int | float) and abs(said - value) > 0.011:
            text = f"{week['week']} {name}: says {said:g}, counted {value:.3f}"
            yield Finding(
                "measure", text, sure=name in {"capacity_hours", "operational_hours", "operational_share"}
            )


ORDER = ("calm", "amber", "red")


def _from(case: Case, want: Want) -> datetime:
    return min(case.earliest, case.after_notice) if want.floor else case.after_notice


def _level(
    case: Case, week: dict[str, Any], recent: list[dict[str, float]], fresh: bool
) -> Iterator[Finding]:
    first = week_monday(week["week"])
    held = case.work.measures(first)
    running = first == monday(case.work.local_day(case.now))
    judged = held if running else heavier(held, recent)
    mine = {level(held if running else heavier(held, recent, some), some) for some in SCALES}
    if running and week["judged_by"] != "held":
        yield Finding("level", f"{week['week']} is the running week and judged by {week['judged_by']}")
    if week["lines"] == "own":  # raised, and never past the usual red line
        usual = {ORDER.index(one) for one in mine}
        mine = {one for one in ORDER if min(usual) // 2 <= ORDER.index(one) <= max(usual)}
    if fresh and week["level"] not in mine:
        shown = {k: round(v, 2) for k, v in judged.items()}
        yield Finding("level", f"{week['week']} is {week['level']}, counted {sorted(mine)}: {shown}")
    if week["level"] != "calm" and not week["causes"]:
        yield Finding("cause", f"{week['week']} is {week['level']} without a cause")
    for cause in week["causes"]:
        below = cause["measure"] in {"focus_hours", "longest_gap_hours"}
        numbers = isinstance(cause["measured"], int | float) and isinstance(cause["threshold"], int | float)
        if (
            numbers
            and cause["rule"] in ASKED
            and (cause["measured"] > cause["threshold"] if below else cause["measured"] < cause["threshold"])
        ):
            yield Finding("cause", f"{week['week']}: {cause} has not passed its threshold", sure=fresh)
        same = held.get(cause["measure"])
        if running and fresh and same is not None and numbers and abs(cause["measured"] - same) > 0.011:
            yield Finding("cause", f"{week['week']}: {cause}, the week holds {same:.3f}", sure=False)


def _owned(case: Case, week: str) -> list[Event]:
    days = case.work.week(week_monday(week))
    return [e for d in days for e in case.work.on(d) if e.kind == "strategic"]


def _floor(case: Case, week: dict[str, Any]) -> Iterator[Finding]:
    name, floor = week["week"], week["floor"]
    due, blocks = working(case, name), case.of_week(name, "strategic")
    lost = [u for u in case.doc["unplaced"] if u["key"].startswith(f"strategic/{name}/")]
    owned = _owned(case, name)
    if due and not blocks and not owned and floor in {"block", "own", "none"}:
        yield Finding("floor", f"{name}: floor {floor!r}, but the working week has no strategic time")
    if floor == "block" and not blocks:
        yield Finding("floor", f"{name}: floor 'block' without a block")
    if floor == "own" and not owned:
        yield Finding("floor", f"{name}: floor 'own' without own strategic time")
    if floor == "none" and blocks:
        yield Finding("floor", f"{name}: floor 'none' with {blocks[0].key}", sure=False)
    if floor == "unplaced" and not due:
        yield Finding("floor", f"{name}: floor 'unplaced' in a week that is not a working week")
    if floor == "unplaced":
        if not any(u["key"].endswith("/1") for u in lost):
            yield Finding("floor", f"{name}: floor 'unplaced' without an entry in unplaced")
        for day in (d for d in case.work.week(week_monday(name)) if not quiet(d)):
            ours = [
                (b.start, b.end) for b in case.blocks.values() if case.changes.get(b.key, {}).get("pinned")
            ]
            for slot in slots(case.work, day, 60, case.earliest, ours)[:1]:
                yield Finding(
                    "floor", f"{name}: unplaced, yet {slot[0]:%a %d %H:%M}–{slot[1]:%H:%M} UTC is free"
                )


def _days(case: Case, week: str) -> tuple[int, int]:
    first = week_monday(week)
    left = sum(case.work.day_left(d, case.earliest) for d in case.work.week(first))
    return case.work.working_days(first), left


def _count(case: Case, week: dict[str, Any], fresh: bool) -> Iterator[Finding]:
    name, asked = week["week"], ASKED[week["level"]]
    worked, left = _days(case, name)
    blocks, owned = case.of_week(name, "strategic"), _owned(case, name)
    lost = [u for u in case.doc["unplaced"] if u["key"].startswith(f"strategic/{name}/")]
    still = sum(bool(case.work.hours(d)) and not quiet(d) for d in case.work.week(week_monday(name)))
    readings = {max(1, round(asked * n / 5)) for n in (worked, left, still)}
    have = len(blocks) + len(owned) + len(lost)
    if not working(case, name):
        if fresh and have > len(owned):
            yield Finding("count", f"{name}: {have} demands in a week that is not a working week", sure=False)
        return
    if fresh and have not in readings and len(owned) <= max(readings):
        text = (
            f"{name} {week['level']}, {worked} days ({left} left): {len(blocks)} blocks, {len(lost)} unplaced"
        )
        yield Finding("count", f"{text}, {len(owned)} own; asked {sorted(readings)}")
    if fresh:
        cap = _cap(case, name)
        days = case.work.week(week_monday(name))
        closed = {case.work.local_day(b.start) for k, b in case.blocks.items() if k.startswith("offsite/")}
        closed |= {case.work.local_day(e.start) for e in owned}
        best = most_strategic(
            case.work, [d for d in days if d not in closed and not quiet(d)], case.after_notice, cap, 90
        )
        goal = min(best, min(readings) - len(owned))
        if len(blocks) < goal:
            yield Finding("fewer", f"{name}: {len(blocks)} strategic blocks, {goal} fit within the manners")


def _cap(case: Case, week: str) -> float:
    """The minutes that blocks may take: 33 % of a week's free time, and six hours."""
    held = case.work.measures(week_monday(week))
    judged = heavier(held, case.work.recent(case.work.local_day(case.now)))
    return min(0.33 * 60 * max(held["capacity_hours"] - judged["operational_hours"], 0.0), 360.0)


def _share(case: Case, week: dict[str, Any]) -> Iterator[Finding]:
    blocks = case.of_week(week["week"])
    taken, cap = minutes((b.start, b.end) for b in blocks), _cap(case, week["week"])
    if taken <= cap + 0.5 or not any(case.changes[b.key]["action"] in {"create", "move"} for b in blocks):
        return
    text = f"{week['week']}: {taken} minutes of ours, they may take {cap:.1f}"
    floor = next((b for b in blocks if b.key == f"strategic/{week['week']}/1"), None)
    if len(blocks) > 1 or floor is None:
        yield Finding("share", text)
    elif cap >= 60 and any(_within(case, week["week"])):
        yield Finding("share", f"{text}; a floor of 60 minutes would have kept it")
    elif not EXEMPT.search(str(case.changes[floor.key].get("why"))):
        yield Finding(
            "share", f"{text}; the floor is exempt and does not say so: {case.changes[floor.key]['why']!r}"
        )


def _within(case: Case, week: str) -> Iterator[Span]:
    """Slots of an hour that leave the day an hour to book."""
    for day in _weekdays(week):
        found = slots(case.work, day, 60, case.earliest)
        yield from (s for s in found if leaves_bookable(case.work, day, s, ()))


def _weekdays(week: str) -> list[date]:
    days = (week_monday(week) + timedelta(days=n) for n in range(5))
    return [day for day in days if not quiet(day)]


def _frontline(case: Case) -> Iterator[Finding]:
    names = [w["week"] for w in case.doc["weeks"] if working(case, w["week"])]
    has = {
        name: bool(
            case.of_week(name, "frontline")
            or [u for u in case.doc["unplaced"] if u["key"].startswith(f"frontline/{name}/")]
            or [
                e for d in case.work.week(week_monday(name)) for e in case.work.on(d) if e.kind == "frontline"
            ]
        )
        for name in names
    }
    for one, two in pairwise(names):
        if not has[one] and not has[two]:
            yield Finding("front line", f"neither {one} nor {two} has front-line time", sure=False)
        if case.of_week(one, "frontline") and case.of_week(two, "frontline"):
            yield Finding("front line", f"{one} and {two} both have a front-line block", sure=False)


def nearest(case: Case, lost: dict[str, Any]) -> Iterator[Finding]:
    """The nearest options of a demand that found no room: true, and the cheapest of the user's own."""
    offsite, key = lost["kind"] == "offsite", lost["key"]
    want = Want.of(key)
    ours = [(b.start, b.end) for b in case.blocks.values()]
    days = [] if offsite else _open(case, key)
    best = cheapest(case, days, want, ours, "" if want.floor or offsite else key.split("/")[1])
    outside = any(
        EXEMPT.search(str(case.changes[b.key]["why"])) for b in case.of_week(key.split("/")[1], "str")
    )
    if not lost["nearest"] and (best or offsite) and not outside:
        yield Finding(
            "nearest", f"{key} names no option, one that costs {best} exists", sure=want.floor or offsite
        )
    costs: list[Cost] = []
    for option in lost["nearest"]:
        slot = (moment(option["start"]), moment(option["end"]))
        gone = named(case.work, option["conflicts"], slot)
        where = f"{key} nearest {slot[0]:%a %Y-%m-%d %H:%M} UTC"
        if len(gone) < len(option["conflicts"]):
            yield Finding("nearest", f"{where}: names events that are not in its way", sure=False)
        problem = would_fit(case.work, want, slot, gone, _from(case, want), ours)
        if not problem and days and case.work.local_day(slot[0]) not in days:
            problem = "its day has a block already, or is another week's"
        if problem:
            yield Finding("nearest", f"{where} would not fit: {problem}", sure=not offsite)
        costs.append(cost(gone))
        if not gone:
            yield Finding("nearest", f"{where} has no conflict and is still not taken", sure=False)
    if costs != sorted(costs):
        yield Finding("nearest", f"{key}: options not cheapest first {costs}", sure=False)
    if costs and best and costs[0] > best:
        yield Finding("nearest", f"{key}: first option costs {costs[0]}, one of {best} exists", sure=False)


def _open(case: Case, key: str) -> list[date]:
    """The days of the key's week that may take another block of its kind."""
    kind = key.split("/")[0]
    taken = {
        case.work.local_day(b.start)
        for b in case.blocks.values()
        if b.key.startswith("offsite/") or (kind == "strategic" and b.key.startswith("strategic/"))
    }
    return [d for d in _weekdays(key.split("/")[1]) if d not in taken]


def named(work: Worktime, conflicts: list[dict[str, Any]], slot: Span) -> list[Event]:
    """The events of the calendar that an option names."""
    there = in_the_way(work, work.local_day(slot[0]), slot)[0]
    wanted = {(moment(c["start"]), moment(c["end"])) for c in conflicts}
    return [e for e in there if (e.start, e.end) in wanted]


def cheapest(case: Case, days: list[date], want: Want, ours: list[Span], capped: str) -> Cost | None:
    """The least that a slot would ask of the calendar; the user's own meetings first."""
    taken = minutes((b.start, b.end) for b in case.of_week(capped))
    cap = _cap(case, capped) if capped else 0.0
    found: list[Cost] = []
    for day in days:
        hours = case.work.hours(day)
        for start in quarter_hours(hours) if hours else ():
            slot = (start, start + want.shortest * MINUTE)
            gone = in_the_way(case.work, day, slot)[0]
            if capped and taken + want.shortest > cap:
                continue  # what gives way might lift the cap, but a week is judged by what it holds
            if gone and not would_fit(case.work, want, slot, gone, _from(case, want), ours):
                found.append(cost(gone))
    return min(found, default=None)
