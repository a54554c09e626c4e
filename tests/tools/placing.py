"""Small placement problems in words: events, hours and blocks of one week by wall clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from msgspec.structs import replace

from blocker.measuring.days import build_days
from blocker.placing.place import place
from blocker.placing.problem import Problem
from blocker.values.events import Event
from blocker.values.intervals import Interval, interval
from blocker.values.plan import Classified, Demand, OffsiteDemand, Placement, Standing, WeekRoom
from blocker.values.settings import DEFAULT_HOURS
from blocker.values.workweek import DAY, Lunch, Quarter, Week, WorkWeek, parse_week
from tests.tools.making import WEEKDAYS, event, when, work

WEEK = parse_week("2026-W48")  # Monday is 23 November
NO_LUNCH: dict[str, Any] = {"lunch": None}
USUAL_LUNCH = Lunch()
# Three half hours in the evening that keep a day bookable and hold no block of an hour.
EVENING = ((1080, 1110), (1120, 1150), (1160, 1190))


def hours(evening: bool = True, **days: str) -> dict[int, tuple[tuple[int, int], ...]]:
    """Hours by day, ``mon="09:00-12:00 13:00-17:30"``, with EVENING after them unless told otherwise."""
    found = {}
    for name, ranges in days.items():
        spans = [
            tuple(int(clock[:2]) * 60 + int(clock[3:]) for clock in one.split("-")) for one in ranges.split()
        ]
        found[WEEKDAYS.index(name)] = (*spans, *(EVENING if evening else ()))
    return found  # type: ignore[return-value]


MON = hours(mon="09:00-17:30")


def strategic(number: int = 1, tier: str = "red", **more: Any) -> Demand:
    """A strategic demand of 90 to 120 minutes in the morning; tier floor may go down to 60."""
    floor = 60 if tier == "floor" else None
    return replace(Demand(f"strategic/{WEEK}/{number}", "strategic", tier, WEEK, 120, 90, floor), **more)


def frontline(number: int = 1, **more: Any) -> Demand:
    return replace(
        Demand(f"frontline/{WEEK}/{number}", "frontline", "frontline", WEEK, 60, 60, None, "any"), **more
    )


def exactly(minutes: int, **more: Any) -> Demand:
    """Learning of just this length, at any time of the day."""
    return replace(
        Demand(f"learning/{WEEK}/1", "learning", "learning", WEEK, minutes, minutes, None, "any"), **more
    )


def calendar(
    lines: Iterable[str], workweek: WorkWeek, week: Week = WEEK, kind: str = "operational"
) -> list[Classified]:
    """Events such as ``"mon 09:00-10:00 Standup"``; the kind may follow the title after ``/``."""
    found = []
    for line in lines:
        weekday, times, *title = line.split(" ", 2)
        name, _, given = " ".join(title).partition("/")
        made = event(name.strip() or "Meeting", when(f"{weekday} {times}", week, workweek.zone))
        found.append(Classified(made, given.strip() or kind, "named in the test"))
    return found


def posed(
    *lines: str,
    hours: Mapping[int, tuple[tuple[int, int], ...]] | None = None,
    events: Sequence[Event] = (),
    weeks: Sequence[Week] = (WEEK,),
    cap: float = 10_000,
    needs_floor: bool = False,
    lunch: Lunch | None = USUAL_LUNCH,
    zone: str = "Europe/Berlin",
    now: str = "mon 00:00",
    notice: int = 0,
    away: Sequence[date] = (),
    holidays: Mapping[date, str] | None = None,
    dates: Iterable[date] | None = None,
    **more: Any,
) -> Problem:
    """A problem for WEEK: events as lines, everything else as given."""
    workweek = work(zone, holidays, hours=DEFAULT_HOURS if hours is None else hours, lunch=lunch)
    happening = calendar(lines, workweek) + [Classified(e, "operational", "given") for e in events]
    happening += [Classified(event("Away", days=(day, day + DAY)), "away", "given") for day in away]
    start = when(f"{now}-23:59", WEEK, workweek.zone).start
    within = sorted(set(dates or ()) | {day for week in weeks for day in week.days})
    return Problem(
        now=start,
        earliest=start + timedelta(minutes=notice),
        workweek=workweek,
        days=build_days(workweek, within, happening),
        weeks=tuple(WeekRoom(week, cap, needs_floor) for week in weeks),
        demands=more.pop("demands", ()),
        standing=more.pop("standing", ()),
        events=tuple(item.event for item in happening if item.kind != "away" and not item.event.all_day),
        **more,
    )


def stands(key: str, slot: str, state: str = "kept", **more: Any) -> Standing:
    """A standing block of 120 minutes at most, by wall clock in Berlin."""
    kind, week, _ = key.split("/")
    at = when(slot, parse_week(week), work().zone)
    return replace(Standing(key, kind, "red", parse_week(week), at, state, 120, 90), **more)


def shown(slot: Interval, problem: Problem) -> str:
    start, end = problem.workweek.local(slot.start), problem.workweek.local(slot.end)
    return f"{start:%a %H:%M}-{end:%H:%M}".lower()


def found(problem: Problem) -> dict[str, str]:
    """Where everything new or moved went, as ``kind/number`` → ``mon 09:00-11:00``."""
    solution = place(problem)
    return {p.key.replace(f"/{WEEK}", ""): shown(p.slot, problem) for p in solution.placements}


def only(problem: Problem) -> Placement:
    [placement] = place(problem).placements
    return placement


Q1 = Quarter(2027, 1)


def quarter(*lines: str, minutes: int = 240, **more: Any) -> Problem:
    """The first quarter of 2027, asked for in WEEK."""
    dates = [Q1.first_day + n * DAY for n in range(90)]
    earliest = more.pop("earliest", datetime.fromisoformat("2026-12-21T00:00+01:00"))
    return posed(*lines, dates=dates, offsite=OffsiteDemand("offsite/2027-Q1", Q1, minutes, earliest), **more)


def on(day: str, times: str) -> Event:
    zone = work().zone
    first, _, last = times.partition("-")
    start = datetime.fromisoformat(f"{day} {first}").replace(tzinfo=zone)
    end = datetime.fromisoformat(f"{day} {last}").replace(tzinfo=zone)
    return event("Meeting", interval(start, end))
