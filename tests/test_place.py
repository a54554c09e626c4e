"""Placement in small named cases: each hard limit with a case where it decides and one where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from making import WEEKDAYS, event, when, work

from blocker.capacity import build_days
from blocker.model import Classified, Demand, Event, Placement
from blocker.place import place
from blocker.problem import OffsiteDemand, Problem, Solution, Standing, WeekRoom
from blocker.settings import DEFAULT_HOURS
from blocker.timeline import Interval
from blocker.workweek import DAY, Lunch, Quarter, Week, WorkWeek, parse_week

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


def stands(key: str, slot: str, state: str = "movable", **more: Any) -> Standing:
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


# Hard limits


@pytest.mark.parametrize(
    ("problem", "slot"),
    [
        pytest.param(posed(hours=MON, demands=(strategic(),)), "mon 09:00-11:00", id="nothing in the way"),
        pytest.param(
            posed(hours=hours(mon="09:10-11:40"), demands=(strategic(),), **NO_LUNCH),
            "mon 09:15-11:15",
            id="starts on a quarter hour though the hours begin at 09:10",
        ),
        pytest.param(
            posed(hours=MON, now="mon 08:00", notice=100, demands=(strategic(minutes=105),)),
            "mon 09:45-11:30",
            id="notice",
        ),
        pytest.param(
            posed("mon 08:00-10:00 Doctor/away", hours=MON, demands=(exactly(75),)),
            "mon 10:15-11:30",
            id="timed away time",
        ),
        pytest.param(
            posed(hours=hours(mon="09:00-10:15 10:30-12:00"), demands=(exactly(90),), **NO_LUNCH),
            "mon 10:30-12:00",
            id="never across two ranges of hours",
        ),
        pytest.param(
            posed("mon 09:00-10:00", hours=MON, demands=(exactly(90),), **NO_LUNCH),
            "mon 10:15-11:45",
            id="buffer after a meeting",
        ),
        pytest.param(
            posed("mon 09:00-10:00", "mon 12:00-17:30", hours=MON, demands=(exactly(105),), **NO_LUNCH),
            "mon 10:15-12:00",
            id="ten minutes are enough",
        ),
        pytest.param(
            posed(
                "mon 09:00-10:00", "mon 12:00-17:30", hours=MON, demands=(exactly(120),), buffer_before=0, **NO_LUNCH
            ),
            "mon 10:00-12:00",
            id="no buffer asked for",
        ),
        pytest.param(
            posed("mon 08:00-08:55", hours=hours(mon="09:00-10:30"), demands=(exactly(75),), **NO_LUNCH),
            "mon 09:15-10:30",
            id="a meeting that ends before the hours begin",
        ),
        pytest.param(
            posed("mon 22:00-23:55", hours=hours(tue="00:00-02:00"), demands=(exactly(105),), **NO_LUNCH),
            "tue 00:15-02:00",
            id="a meeting of the evening before",
        ),
        pytest.param(
            posed("mon 11:00-17:30", hours=MON, demands=(exactly(105),), buffer_after=15, **NO_LUNCH),
            "mon 09:00-10:45",
            id="buffer before the next meeting",
        ),
        pytest.param(
            posed(
                "mon 12:00-17:30",
                hours=MON,
                demands=(exactly(60),),
                standing=(stands(f"frontline/{WEEK}/1", "mon 09:30-10:30", "fixed"),),
                **NO_LUNCH,
            ),
            "mon 10:45-11:45",
            id="a standing block and its buffer",
        ),
        pytest.param(
            posed(
                hours=hours(mon="09:00-17:30", tue="15:00-17:30"),
                demands=(strategic(),),
                standing=(stands(f"strategic/{WEEK}/2", "mon 09:00-10:30", "fixed"),),
            ),
            "tue 15:00-17:00",
            id="one strategic block a day",
        ),
        pytest.param(
            posed(
                hours=hours(mon="09:00-14:00", tue="15:00-17:30"),
                demands=(exactly(90),),
                standing=(stands("offsite/2026-W48/1", "mon 09:00-10:00", "fixed"),),
            ),
            "tue 15:00-16:30",
            id="nothing else on the offsite's day",
        ),
        pytest.param(
            posed("mon 09:00-11:30", "mon 14:00-17:30", hours=MON, demands=(exactly(60),)),
            "mon 13:00-14:00",
            id="lunch moves to where it still fits",
        ),
        pytest.param(
            posed("mon 09:00-10:00", "mon 12:15-17:30", "mon 11:15-12:15 Lunch/personal", hours=MON,
                  demands=(exactly(60),)),
            "mon 10:15-11:15",
            id="personal time may be the lunch",
        ),
        pytest.param(
            posed(hours=hours(evening=False, mon="09:00-11:30"), demands=(strategic(),), **NO_LUNCH),
            "mon 09:00-10:30",
            id="an hour stays bookable",
        ),
        pytest.param(
            posed("mon 11:15-12:00", hours=hours(evening=False, mon="09:00-12:00"), demands=(strategic(),), **NO_LUNCH),
            None,
            id="no block may take the last bookable hour",
        ),
        pytest.param(
            posed("mon 10:30-11:15", hours=hours(evening=False, mon="09:00-11:15"), demands=(strategic(),), **NO_LUNCH),
            None,
            id="the day has 90 bookable minutes, the block needs them all",
        ),
        pytest.param(
            posed("mon 10:30-17:30", hours=hours(evening=False, mon="09:45-17:30"), demands=(exactly(45),), **NO_LUNCH),
            "mon 09:45-10:30",
            id="a day without an hour to lose is not protected",
        ),
        pytest.param(posed(hours=MON, cap=105, demands=(strategic(),)), "mon 09:00-10:45", id="the cap shortens"),
        pytest.param(posed(hours=MON, cap=104.9, demands=(strategic(),)), "mon 09:00-10:30", id="a fraction counts"),
        pytest.param(posed(hours=MON, cap=89, demands=(strategic(),)), None, id="over the cap"),
        pytest.param(posed(hours=MON, away=[WEEK.monday], demands=(strategic(),)), None, id="a day away"),
        pytest.param(
            posed(hours=MON, holidays={WEEK.monday: "Day of Rest"}, demands=(strategic(),)), None, id="a holiday"
        ),
        pytest.param(posed(hours=MON, demands=(strategic(week=parse_week("2026-W50")),)), None, id="other week"),
    ],
)  # fmt: skip
def test_a_block_goes_to_the_best_slot_within_the_limits(problem: Problem, slot: str | None) -> None:
    assert list(found(problem).values()) == ([] if slot is None else [slot])


def test_the_cap_counts_what_stands_and_not_the_offsite() -> None:
    standing = (
        stands(f"frontline/{WEEK}/1", "tue 09:00-10:00", "fixed"),
        stands("offsite/2026-W48/1", "wed 09:00-13:00", "fixed"),
    )
    assert found(posed(cap=150, standing=standing, demands=(strategic(),))) == {
        "strategic/1": "mon 09:00-10:30"
    }
    assert found(posed(cap=149, standing=standing, demands=(strategic(),))) == {}


def test_a_block_leaves_its_own_buffer_to_the_block_after_it() -> None:
    fixed = stands(f"frontline/{WEEK}/1", "mon 11:00-12:00", "fixed")
    problem = posed("mon 12:00-17:30", hours=MON, standing=(fixed,), demands=(exactly(120),), **NO_LUNCH)
    assert found(problem) == {}
    assert found(replace(problem, demands=(exactly(105),))) == {"learning/1": "mon 09:00-10:45"}


def test_two_blocks_may_not_take_the_lunch_between_them() -> None:
    # Free from 11:15 to 13:45, so there is a lunch of an hour in 11:30 to 13:30, and either block leaves one.
    lines = ("mon 09:00-11:15", "mon 13:45-17:30")
    demands = (exactly(60), frontline())
    assert len(found(posed(*lines, hours=MON, demands=demands))) == 1
    assert len(found(posed(*lines, hours=MON, demands=demands, **NO_LUNCH))) == 2


# The floor, and what comes first


def test_the_floor_may_be_short_where_the_week_has_no_more() -> None:
    bare = hours(evening=False, mon="09:00-17:30")
    problem = posed("mon 10:00-17:30", hours=bare, needs_floor=True, demands=(strategic(tier="floor"),))
    placed = only(problem)
    assert placed.short
    assert placed.outside_manners  # the hour was the last bookable one
    assert shown(placed.slot, problem) == "mon 09:00-10:00"
    assert "60 minutes" in placed.why
    assert "bookable" in placed.why


def test_only_the_floor_may_be_short() -> None:
    assert found(posed("mon 10:00-17:30", hours=MON, demands=(strategic(),))) == {}


def test_the_floor_goes_outside_the_manners_only_where_nothing_within_them_is_left() -> None:
    tight = posed(hours=MON, cap=30, needs_floor=True, demands=(strategic(tier="floor"), frontline()))
    [placed] = place(tight).placements
    assert (placed.kind, placed.outside_manners) == ("strategic", True)
    assert "0.5 h" in placed.why
    within = posed(hours=MON, cap=60, needs_floor=True, demands=(strategic(tier="floor"), frontline()))
    [placed] = place(within).placements
    assert (placed.kind, placed.outside_manners, placed.short) == ("strategic", False, True)


def test_a_week_that_needs_no_floor_gets_none_outside_the_manners() -> None:
    assert found(posed(hours=MON, cap=30, demands=(strategic(tier="floor"),))) == {}


def test_a_second_strategic_block_never_goes_outside_the_manners() -> None:
    problem = posed(cap=120, needs_floor=True, demands=(strategic(1, "floor"), strategic(2)))
    solution = place(problem)
    assert [(p.key[-1], p.outside_manners) for p in solution.placements] == [("1", False)]
    assert [u.key[-1] for u in solution.unplaced] == ["2"]


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ("red", "amber"),
        ("amber", "debt"),
        ("debt", "frontline"),
        ("frontline", "learning"),
        ("learning", "other"),
    ],
)
def test_the_higher_tier_is_placed_where_one_must_give_way(better: str, worse: str) -> None:
    def kind(tier: str, length: int) -> Demand:
        return Demand(f"x{length}/{WEEK}/1", f"x{length}", tier, WEEK, length, length, None, "any")

    assert list(found(posed(cap=120, demands=(kind(worse, 120), kind(better, 60))))) == ["x60/1"]
    assert list(found(posed(cap=120, demands=(kind(worse, 60), kind(better, 120))))) == ["x120/1"]


def test_ranks_are_filled_in_order() -> None:
    demands = (strategic(10), strategic(9), strategic(2), strategic(1, "floor"))
    solution = place(posed(cap=180, needs_floor=True, demands=demands))
    assert [p.key[-1] for p in solution.placements] == ["1", "2"]
    assert [u.key.rpartition("/")[2] for u in solution.unplaced] == ["9", "10"]


def test_minutes_come_before_evenness_and_evenness_before_points() -> None:
    assert found(posed(cap=210, demands=(strategic(1), strategic(2)))) == {
        "strategic/1": "mon 09:00-10:45",
        "strategic/2": "wed 09:00-10:45",
    }


# Points, each term by a choice between two slots


@pytest.mark.parametrize(
    ("problem", "slot"),
    [
        pytest.param(
            posed(hours=MON, demands=(strategic(prefer="afternoon"),), **NO_LUNCH),
            "mon 12:00-14:00",
            id="afternoon",
        ),
        pytest.param(
            posed(hours=MON, demands=(strategic(prefer="any"),)), "mon 09:00-11:00", id="any: the earliest"
        ),
        pytest.param(
            posed(
                "tue 09:00-09:30",
                hours=hours(mon="09:00-11:30", tue="09:00-12:00"),
                demands=(exactly(60),),
                **NO_LUNCH,
            ),
            "mon 10:30-11:30",
            id="away from the busiest hour",
        ),
        pytest.param(
            posed("mon 07:00-09:00", hours=hours(mon="09:00-11:30"), demands=(exactly(60),), **NO_LUNCH),
            "mon 10:30-11:30",
            id="a pause after two hours of meetings",
        ),
        pytest.param(
            posed("mon 07:15-09:00", hours=hours(mon="09:00-11:30"), demands=(exactly(60),), **NO_LUNCH),
            "mon 09:15-10:15",
            id="no pause after less",
        ),
        pytest.param(
            posed("mon 11:00-17:30", hours=hours(mon="09:15-17:30"), demands=(exactly(45),), **NO_LUNCH),
            "mon 09:15-10:00",
            id="no useless rest",
        ),
        pytest.param(
            posed("mon 09:00-11:30", hours=MON, demands=(exactly(60),)),
            "mon 12:45-13:45",
            id="not over lunch",
        ),
        pytest.param(posed(demands=(exactly(60),)), "mon 09:00-10:00", id="early in the week"),
        pytest.param(
            posed(demands=(strategic(),), own_strategic=frozenset({WEEK.days[1]})),
            "thu 09:00-11:00",
            id="not next to the user's own strategic day",
        ),
    ],
)
def test_the_better_slot_is_taken(problem: Problem, slot: str) -> None:
    assert list(found(problem).values()) == [slot]


def test_strategic_days_are_spread_over_the_week() -> None:
    demands = tuple(strategic(n) for n in (1, 2, 3))
    assert [slot[:3] for slot in found(posed(demands=demands)).values()] == ["mon", "wed", "fri"]


def test_terms_add_up_and_are_named() -> None:
    problem = posed("mon 09:00-12:00", hours=MON, demands=(strategic(),))
    terms = {term.name: term.points for term in only(problem).terms}
    assert terms == {"weekday": 6, "slivers": -5} or terms == {"weekday": 6}
    assert sum(terms.values()) == place(problem).value[-1]


# Moves under run


def test_a_block_under_a_meeting_moves_and_nothing_else_does() -> None:
    standing = (
        stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "overlapped"),
        stands(f"strategic/{WEEK}/2", "wed 09:00-11:00"),
    )
    solution = place(posed("mon 10:00-17:30", standing=standing))
    [moved] = solution.placements
    assert moved.key == f"strategic/{WEEK}/1"
    assert moved.moved_from == standing[0].slot
    assert "something else lies on it" in moved.why


def test_a_move_is_never_longer_than_it_may_be_nor_shorter() -> None:
    block = stands(f"frontline/{WEEK}/1", "mon 09:00-10:00", "overlapped", minutes=60, shortest=60)
    problem = posed("mon 09:30-17:30", hours=hours(mon="09:00-17:30", tue="09:00-17:30"), standing=(block,))
    assert only(problem).slot.minutes == 60
    assert place(posed("mon 09:45-17:30", hours=MON, standing=(block,))).placements == ()


def test_a_block_without_another_slot_is_stuck_and_says_why() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "overlapped")
    solution = place(posed("mon 09:45-17:30", hours=MON, standing=(block,)))
    assert solution.placements == ()
    assert "run into something on the calendar" in solution.stuck[block.key]
    assert (solution.waiting, solution.lost) == ((), ())


def test_the_only_strategic_block_of_a_week_may_move_to_an_hour() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "overlapped")
    open_at = hours(mon="09:00-11:00", tue="09:00-11:00")
    problem = posed("mon 09:00-11:00", "tue 10:00-11:00", hours=open_at, standing=(block,), **NO_LUNCH)
    assert only(problem).short
    assert shown(only(problem).slot, problem) == "tue 09:00-10:00"
    second = stands(f"strategic/{WEEK}/2", "wed 09:00-11:00", "fixed")
    assert place(replace(problem, standing=(block, second))).stuck


def test_a_block_on_lost_time_moves_or_is_lost() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", "lost")
    problem = posed(away=[WEEK.monday], needs_floor=True, standing=(block,))
    placed = only(problem)
    assert shown(placed.slot, problem) == "tue 09:00-11:00"
    assert "no working time any more" in placed.why
    gone = place(posed(hours=MON, away=[WEEK.monday], needs_floor=True, standing=(block,)))
    assert gone.lost == (block.key,)


def test_at_most_so_many_move_and_the_rest_waits() -> None:
    standing = tuple(
        stands(f"{kind}/{WEEK}/{n}", f"{day} 09:00-11:00", "overlapped", tier=tier)
        for n, (kind, day, tier) in enumerate(
            [("learning", "mon", "learning"), ("learning", "tue", "learning"), ("strategic", "wed", "floor")],
            1,
        )
    )
    lines = [f"{day} 09:00-11:00" for day in ("mon", "tue", "wed")]
    solution = place(posed(*lines, standing=standing, max_moves=2))
    assert sorted(p.key for p in solution.placements) == [standing[0].key, standing[2].key]
    assert solution.waiting == (standing[1].key,)
    assert place(posed(*lines, standing=standing, max_moves=0)).waiting == tuple(s.key for s in standing)


def test_a_movable_block_moves_for_a_floor_and_for_nothing_less() -> None:
    # Monday holds a front-line block where alone two hours fit; Tuesday has an hour for it.
    open_at = hours(mon="09:00-11:00", tue="09:00-10:15")
    block = stands(f"frontline/{WEEK}/1", "mon 09:00-10:00", minutes=60, shortest=60, prefer="any")
    needy = posed(
        hours=open_at,
        needs_floor=True,
        standing=(block,),
        demands=(strategic(1, "floor", floor_minutes=90),),
        **NO_LUNCH,
    )
    assert (
        found(needy) == {"strategic/1": "mon 09:00-11:00", "frontline/1": "tue 09:00-10:00"}
        or len(found(needy)) == 2
    )
    assert "only way" in next(p for p in place(needy).placements if p.moved_from).why
    red = posed(hours=open_at, standing=(block,), demands=(strategic(1, "red"),), **NO_LUNCH)
    assert found(red) == {}
    assert len(found(replace(needy, max_moves=0))) == 0


def test_a_fixed_block_never_moves() -> None:
    block = stands(f"frontline/{WEEK}/1", "mon 09:00-10:00", "fixed", minutes=60, shortest=60)
    open_at = hours(mon="09:00-11:00", tue="09:00-10:15")
    demands = (strategic(1, "floor", floor_minutes=90),)
    assert found(posed(hours=open_at, needs_floor=True, standing=(block,), demands=demands, **NO_LUNCH)) == {}


# The offsite

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
    from blocker.timeline import interval

    return event("Meeting", interval(start, end))


def offsite_of(problem: Problem) -> str:
    return f"{problem.workweek.local(only(problem).slot.start):%Y-%m-%d %H:%M}"


def test_the_offsite_is_in_the_best_weeks_on_the_lightest_day_then_the_earliest() -> None:
    assert offsite_of(quarter()) == "2027-01-11 09:00"  # Monday of the quarter's week 3
    heavy = [on(f"2027-01-{day}", "09:00-10:00") for day in range(11, 16)]
    assert offsite_of(quarter(events=heavy)) == "2027-01-18 09:00"
    # Only January's first days are free for half a day: they come last, but they come.
    full = [on(f"{Q1.first_day + n * DAY}", "11:00-15:00") for n in range(10, 90)]
    assert offsite_of(quarter(events=full)) == "2027-01-04 09:00"


def test_the_offsite_may_run_across_lunch_and_keeps_the_other_limits() -> None:
    busy = [on("2027-01-11", "09:00-10:00"), on("2027-01-11", "14:30-17:30")]
    problem = quarter(
        events=busy + [on(f"{Q1.first_day + n * DAY}", "11:00-15:00") for n in range(90) if n != 10]
    )
    assert offsite_of(problem) == "2027-01-11 10:15"
    assert place(replace(problem, buffer_before=30)).placements != ()
    assert place(replace(problem, buffer_before=31)).placements == ()


def test_the_offsite_is_never_between_the_years_nor_away_nor_too_soon() -> None:
    first = Quarter(2026, 4)
    dates = [date(2026, 12, 21) + n * DAY for n in range(14)]
    asked = OffsiteDemand("offsite/2026-Q4", first, 240, datetime.fromisoformat("2026-12-21T00:00+01:00"))
    problem = posed(dates=dates, offsite=asked, away=[date(2026, 12, 21), date(2026, 12, 22)])
    solution = place(problem)
    assert solution.placements == ()
    assert solution.unplaced[0].kind == "offsite"
    later = replace(asked, earliest=datetime.fromisoformat("2026-12-22T10:10+01:00"))
    assert offsite_of(posed(dates=dates, offsite=later)) == "2026-12-22 10:15"


def test_nothing_of_ours_shares_the_offsites_day() -> None:
    week = parse_week("2027-W02")  # the quarter's week 3
    dates = [Q1.first_day + n * DAY for n in range(90)]
    busy = [on(f"{Q1.first_day + n * DAY}", "11:00-15:00") for n in range(90) if n not in (10, 11)]
    asked = OffsiteDemand("offsite/2027-Q1", Q1, 240, datetime.fromisoformat("2026-12-21T00:00+01:00"))
    block = stands("frontline/2027-W02/1", "mon 09:00-10:00", "fixed")
    problem = posed(weeks=(week,), dates=dates, events=busy, offsite=asked, standing=(block,))
    assert offsite_of(problem) == "2027-01-12 09:00"
    both = replace(problem, standing=(block, stands("frontline/2027-W02/2", "tue 09:00-10:00", "fixed")))
    assert place(both).placements == ()
    movable = stands("frontline/2027-W02/2", "tue 09:00-10:00", minutes=60, shortest=60, prefer="any")
    moved = place(replace(problem, standing=(block, movable)))
    assert [p.kind for p in moved.placements if p.moved_from] == ["frontline"]
    assert any(p.kind == "offsite" for p in moved.placements)
    assert "only way" in next(p.why for p in moved.placements if p.moved_from)


def test_an_offsite_under_a_meeting_moves_if_it_is_asked_for() -> None:
    standing = Standing(
        "offsite/2027-Q1", "offsite", "offsite", parse_week("2027-W02"), on("2027-01-11", "09:00-13:00").when,
        "overlapped", 240, 240,
    )  # fmt: skip
    problem = quarter(events=[on("2027-01-11", "10:00-11:00")], standing=(standing,))
    placed = only(problem)
    assert placed.moved_from == standing.slot
    assert offsite_of(problem) == "2027-01-12 09:00"
    unasked = place(replace(problem, offsite=None))
    assert unasked.stuck == {standing.key: "too little notice is left to move it"}


# Rebalance


def rebalanced(*lines: str, **more: Any) -> Problem:
    return posed(*lines, policy="rebalance", free_week=WEEK, **more)


def test_rebalance_moves_for_a_gain_and_then_never_again() -> None:
    block = stands(f"strategic/{WEEK}/1", "thu 14:00-16:00")
    problem = rebalanced(standing=(block,))
    placed = only(problem)
    assert shown(placed.slot, problem) == "mon 09:00-11:00"
    assert "points more" in placed.why
    again = replace(problem, standing=(replace(block, slot=placed.slot),))
    assert place(again).placements == ()


def test_rebalance_leaves_a_block_where_a_move_gains_little() -> None:
    problem = rebalanced(standing=(stands(f"strategic/{WEEK}/1", "wed 09:15-11:15"),))
    assert place(problem).placements == ()


def test_rebalance_counts_minutes_as_a_gain() -> None:
    problem = rebalanced(standing=(stands(f"strategic/{WEEK}/1", "mon 09:00-10:30"),))
    assert only(problem).slot.minutes == 120
    assert "30 minutes more" in only(problem).why


def test_rebalance_leaves_other_weeks_and_fixed_blocks_alone() -> None:
    later = parse_week("2026-W49")
    standing = (
        stands(f"strategic/{later}/1", "thu 14:00-16:00"),
        stands(f"strategic/{WEEK}/1", "thu 14:00-16:00", "fixed"),
    )
    assert place(rebalanced(weeks=(WEEK, later), standing=standing)).placements == ()


def test_rebalance_makes_room_for_more() -> None:
    # The block of 90 minutes sits in the middle of the only free stretch.
    block = stands(f"frontline/{WEEK}/1", "mon 10:00-11:00", minutes=60, shortest=60, prefer="any")
    open_at = hours(mon="09:00-12:30")
    problem = rebalanced(hours=open_at, standing=(block,), demands=(exactly(60),), **NO_LUNCH)
    assert len(place(problem).placements) in (1, 2)
    run = replace(problem, policy="run", free_week=None)
    assert len(place(problem).placements) >= len(place(run).placements)


# Odd weeks


@pytest.mark.parametrize(
    ("zone", "week"),
    [
        ("Europe/Berlin", "2026-W13"),
        ("Europe/Berlin", "2026-W43"),
        ("America/New_York", "2026-W10"),
        ("Australia/Lord_Howe", "2026-W14"),
        ("Australia/Lord_Howe", "2026-W40"),
        ("Asia/Kolkata", "2026-W20"),
    ],
)
def test_starts_are_quarter_hours_of_the_wall_clock_on_every_day(zone: str, week: str) -> None:
    asked = parse_week(week)
    open_at = dict.fromkeys(range(7), ((0, 1440),))
    demands = tuple(Demand(f"x/{asked}/{n}", "x", "other", asked, 600, 600, None, "any") for n in range(14))
    problem = posed(zone=zone, weeks=(asked,), hours=open_at, demands=demands, **NO_LUNCH)
    problem = replace(
        problem, now=problem.now - timedelta(weeks=60), earliest=problem.now - timedelta(weeks=60)
    )
    placed = place(problem).placements
    assert len(placed) >= 13  # a day of 23 hours holds only one
    for block in placed:
        assert problem.workweek.local(block.slot.start).minute % 15 == 0
        assert block.slot.minutes == 600


def test_no_demand_and_no_block_is_no_work() -> None:
    assert place(posed()) == Solution((), (), {}, (), (), place(posed()).value)
