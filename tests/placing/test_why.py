"""Why here and why not: the words, the costs and the options that placement gives with its answer."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from blocker.measuring.owners import LAST, OTHERS, OWN, Owners
from blocker.placing.place import place, what_else
from blocker.placing.problem import Problem
from blocker.values.events import Event
from blocker.values.plan import Unplaced
from tests.tools.making import event, when, work
from tests.tools.placing import (
    MON,
    NO_LUNCH,
    WEEK,
    exactly,
    frontline,
    hours,
    only,
    posed,
    quarter,
    shown,
    stands,
    strategic,
)


def missing(problem: Problem) -> Unplaced:
    [unplaced] = place(problem).unplaced
    return unplaced


def meeting(title: str, slot: str, *others: str, mine: bool = False, **more: Any) -> Event:
    """A meeting in WEEK, of the user's own or of a colleague."""
    return event(
        title, when(slot, WEEK, work().zone), attendees=others, organizer_is_me=mine,
        organizer="me@example.org" if mine else others[0] if others else "", **more,
    )  # fmt: skip


# Why here


def test_the_phrase_says_what_is_good_about_the_slot() -> None:
    assert only(posed("tue 09:00-12:00", demands=(strategic(),))).why == (
        "quiet morning, nothing else within 30 minutes"
    )
    near = only(posed("mon 11:15-17:30", hours=MON, demands=(strategic(),), **NO_LUNCH))
    assert near.why == "free morning"


def test_next_best_is_what_another_day_would_cost() -> None:
    single = only(posed(hours=MON, demands=(strategic(),)))
    assert single.next_best == "no other day has room for it"
    tie = only(posed(demands=(strategic(),)))
    assert tie.next_best == "Tue 24 Nov at 09:00, as good, but later"
    shorter = only(
        posed(hours=hours(mon="09:00-11:00", tue="09:00-10:30"), demands=(strategic(),), **NO_LUNCH)
    )
    assert shorter.next_best == "Tue 24 Nov at 09:00, 30 minutes less in the week"
    floor = only(posed(hours=MON, needs_floor=True, demands=(strategic(tier="floor"),)))
    assert floor.next_best == "no other day has room for it"


def test_a_block_that_stays_says_what_its_next_best_slot_would_cost() -> None:
    block = stands(f"strategic/{WEEK}/1", "mon 09:00-11:00", minutes=120)
    for policy in ("run", "rebalance"):
        problem = posed(
            hours=hours(mon="09:00-11:00", tue="13:00-15:00"), standing=(block,), policy=policy, **NO_LUNCH
        )
        worse = "a worse part of the day" if policy == "rebalance" else "a less suitable time"
        assert what_else(problem, block.key) == f"Tue 24 Nov at 13:00, {worse}"
        alone = replace(problem, quiet=frozenset(WEEK.days[1:]))
        assert what_else(alone, block.key) == "no other day has room for it"
    assert what_else(replace(problem, standing=(replace(block, state="fixed"),)), block.key) == ""


def test_the_offsite_says_why_its_day_and_what_the_next_would_cost() -> None:
    placed = only(quarter())
    assert placed.why == "quietest half day in weeks 3–10 of the quarter; no meetings that day"
    assert placed.next_best == "Tue 12 Jan, as light, but later"


# Why not


def test_every_start_is_laid_to_the_limit_that_is_in_its_way_first() -> None:
    problem = posed("mon 11:00-17:30", hours=hours(evening=False, mon="09:00-17:30"), now="mon 08:00", notice=70,
                    demands=(strategic(),), **NO_LUNCH)  # fmt: skip
    unplaced = missing(problem)
    # 29 starts: one before 09:10; 28 from 09:15 to 16:00, of which two do not reach the meeting.
    assert unplaced.limits == ("meetings", "bookable", "notice")
    assert unplaced.why == (
        "no free 90 minutes in the week: the time is taken by something on the calendar, "
        "needed to keep the day bookable for others or at too short notice"
    )


@pytest.mark.parametrize(
    ("problem", "limit"),
    [
        pytest.param(
            posed(hours=hours(mon="09:00-10:30"), now="mon 08:00", notice=120, demands=(strategic(),), **NO_LUNCH),
            "notice", id="notice",
        ),
        pytest.param(
            posed("mon 08:00-09:00", hours=hours(mon="09:00-10:30"), demands=(strategic(),), **NO_LUNCH),
            "buffer", id="buffer",
        ),
        pytest.param(
            posed(hours=hours(mon="09:00-10:30 11:00-12:30"), demands=(strategic(),), **NO_LUNCH,
                  standing=(stands(f"strategic/{WEEK}/2", "mon 09:00-10:30", "fixed"),)),
            "one a day", id="one a day",
        ),
        pytest.param(
            posed(hours=hours(mon="11:30-13:30"), demands=(strategic(),)),
            "lunch", id="lunch",
        ),
        pytest.param(
            posed(hours=MON, cap=60, demands=(strategic(),)),
            "share", id="share",
        ),
    ],
)  # fmt: skip
def test_the_limit_in_the_way_is_named(problem: Problem, limit: str) -> None:
    assert limit in missing(problem).limits


def test_hours_that_are_too_short_are_the_reason() -> None:
    unplaced = missing(posed(hours=hours(mon="09:00-10:00"), demands=(strategic(),), **NO_LUNCH))
    assert unplaced.why == "no day in the week has 90 minutes of hours in a row"


def test_a_used_up_share_is_the_reason_where_it_decides() -> None:
    block = stands(f"frontline/{WEEK}/1", "tue 09:00-10:00", "fixed")
    unplaced = missing(posed(cap=120, standing=(block,), demands=(strategic(),)))
    assert unplaced.why == "this week's limit for blocks (2 h) is used up"
    assert unplaced.nearest == ()


# What is in the way


def test_whose_an_event_is() -> None:
    events = {
        OWN: [
            meeting("Gym", "mon 09:00-10:00"),
            meeting("Mine", "mon 09:00-10:00", "a@example.org", mine=True),
        ],
        OTHERS: [meeting("Review", "mon 09:00-10:00", "a@example.org")],
        LAST: [
            meeting("Jour fixe", "mon 09:00-10:00", "a@example.org", recurring=True),
            meeting("Customer", "mon 09:00-10:00", "a@elsewhere.net"),
            meeting("Leadership team", "mon 09:00-10:00", "a@example.org", mine=True, recurring=True),
        ],
    }
    owners = Owners([one for some in events.values() for one in some])
    for expected, some in events.items():
        for one in some:
            assert owners.whose(one) == expected, one.title


def test_nearest_options_are_cheapest_first() -> None:
    events = (
        meeting("Board", "mon 09:00-11:00", "a@example.org", recurring=True),
        meeting("Big", "tue 09:00-11:00", "a@example.org", "b@example.org"),
        meeting("Small", "wed 09:00-11:00", "a@example.org"),
        meeting("Mine", "thu 09:00-11:00", "a@example.org", "b@example.org", "c@example.org", mine=True),
        meeting("Gym", "fri 09:00-11:00"),
    )
    open_at = hours(**dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "09:00-11:00"))
    unplaced = missing(posed(hours=open_at, events=events, demands=(strategic(),), **NO_LUNCH))
    assert [option.conflicts[0].title for option in unplaced.nearest] == ["Gym", "Mine", "Small"]
    two = missing(
        posed(hours={0: open_at[0], 1: open_at[1]}, events=events, demands=(strategic(),), **NO_LUNCH)
    )
    assert [option.conflicts[0].title for option in two.nearest] == ["Big", "Board"]


def test_an_option_keeps_all_other_limits() -> None:
    # Where the meeting gives way there must still be a lunch, and the buffer after what stays.
    events = (
        meeting("Early", "mon 09:00-10:00", "a@example.org", recurring=True),
        meeting("Noon", "mon 10:00-14:00", "a@example.org"),
        meeting("Late", "mon 14:00-17:30", "a@example.org", recurring=True),
    )
    problem = posed(hours=MON, events=events, demands=(exactly(75),))
    option = missing(problem).nearest[0]
    assert [gone.title for gone in option.conflicts] == ["Noon"]
    assert shown(option.slot, problem) == "mon 10:15-11:30"
    assert missing(replace(problem, demands=(exactly(195),))).nearest[0].conflicts != option.conflicts


def test_no_option_asks_for_what_another_option_asks_for_and_more() -> None:
    events = (
        meeting("A", "mon 09:00-10:30", "a@example.org"),
        meeting("B", "mon 10:30-17:30", "a@example.org"),
    )
    unplaced = missing(posed(hours=MON, events=events, demands=(exactly(60),), **NO_LUNCH))
    assert [{gone.title for gone in option.conflicts} for option in unplaced.nearest] == [{"A"}, {"B"}]


def test_time_away_is_never_asked_to_give_way() -> None:
    problem = posed(
        "mon 09:00-13:00 Doctor/away", "mon 13:00-17:30", hours=MON, demands=(exactly(60),), **NO_LUNCH
    )
    for option in missing(problem).nearest:
        assert [gone.title for gone in option.conflicts] == ["Meeting"]


def test_what_has_no_place_beside_a_block_says_so() -> None:
    block = stands(f"frontline/{WEEK}/9", "mon 09:00-11:00", "fixed")
    problem = posed(hours=hours(mon="09:00-11:00"), standing=(block,), demands=(frontline(),), **NO_LUNCH)
    # The nearest limit first: it is on a day that has one, too.
    assert missing(problem).limits == ("blocks",)
    assert missing(problem).nearest == ()


def test_the_offsite_names_what_would_have_to_give_way() -> None:
    full = [
        event("Daily", when(f"{day} 12:00-14:00", week, work().zone), attendees=("a@example.org",))
        for week in (WEEK.plus(n) for n in range(5, 19))
        for day in ("mon", "tue", "wed", "thu", "fri")
    ]
    unplaced = missing(quarter(events=full))
    assert unplaced.kind == "offsite"
    assert len(unplaced.nearest) == 3
    assert all(option.slot.minutes == 240 for option in unplaced.nearest)
