"""What is wanted that doesn't stand yet, and what a person has answered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.rules.demands import Demands, Known, ask
from blocker.rules.known import debt_minutes
from blocker.rules.rules import rules_for
from blocker.values.events import Ref, StandingBlock
from blocker.values.intervals import Interval
from blocker.values.memory import Memory, Remembered, WeekRecord
from blocker.values.plan import Cause, Classified, WeekLoad
from blocker.values.settings import RuleText, Settings
from blocker.values.workweek import Week, parse_week
from tests.tools.making import event, events_in, loaded, work

TODAY = date(2026, 11, 23)  # Monday of 2026-W48; 2026-Q4 ends with W53
BERLIN = work()
HELD = loaded("2026-W48").held
RED = (Cause("red", "operational_share", 0.7, 0.65, "share", 0.7, 0.6),)
COUNTS = {"calm": 1, "amber": 2, "red": 3}


def load(number: int, level: str = "calm", left: int = 5, hours: float = 5.0, **booked: int) -> WeekLoad:
    causes = () if level == "calm" else tuple(replace(cause, rule=level) for cause in RED)
    return WeekLoad(
        Week(2026, number), {**HELD, "operational_hours": hours}, None, 5, left, level=level, causes=causes,
        booked={"strategic": COUNTS[level], **booked},
    )  # fmt: skip


def horizon(**levels: str) -> list[WeekLoad]:
    """Five weeks from W48 on, calm unless said: ``horizon(w50="red")``."""
    return [load(number, levels.get(f"w{number}", "calm")) for number in range(48, 53)]


def slot(key: str) -> Interval:
    week = parse_week(key.split("/")[1])
    start = datetime(*week.monday.timetuple()[:3], 9, tzinfo=UTC) + timedelta(days=2)
    return Interval(start, start + timedelta(hours=2))


def block(key: str, moved: int = 0) -> StandingBlock:
    there = slot(key)
    where = Interval(there.start + timedelta(hours=moved), there.end + timedelta(hours=moved))
    return StandingBlock(key, key.split("/")[0], there, where, "Thinking", "", Ref(key, "1"))


def gone(key: str, ended_by: str = "deleted", state: str = "tombstone") -> Remembered:
    return Remembered(key, key.split("/")[0], state, slot(key), ended_by=ended_by)


def own(week: str, *texts: str) -> tuple[Classified, ...]:
    return events_in(parse_week(week), BERLIN, texts)


def asked(
    loads: Sequence[WeekLoad], blocks: Iterable[str] = (), remembered: Iterable[Remembered] = (),
    events: Sequence[Classified] = (), rules: tuple[RuleText, ...] = (), reoffer: str | None = None,
    today: date = TODAY, settings: Settings | None = None, hit: Iterable[str] = (), stuck: Iterable[str] = (),
    lost: Iterable[str] = (), **memory: Any,
) -> Demands:  # fmt: skip
    settings = settings or Settings(rules=rules)
    standing = [block(key) if isinstance(key, str) else key for key in blocks]
    return ask(
        loads,
        Known(
            today=today,
            blocks=standing,
            memory=Memory(blocks=tuple(remembered), **memory),
            events=events,
            rules=rules_for(settings),
            settings=settings,
            workweek=BERLIN,
            reoffer=parse_week(reoffer) if reoffer else None,
            hit=frozenset((*hit, *stuck, *lost)),
            stuck=frozenset(stuck),
            lost=frozenset(lost),
        ),
    )


def keys(found: Demands, kind: str = "strategic") -> list[str]:
    return [demand.key.removeprefix(f"{kind}/2026-") for demand in found.wanted if demand.kind == kind]


def tiers(found: Demands) -> list[str]:
    return [demand.tier for demand in found.wanted if demand.kind == "strategic"]


def codes(found: Demands, kind: str = "strategic") -> list[tuple[str, str]]:
    return [
        (item.key.removeprefix(f"{kind}/2026-"), item.code) for item in found.answered if item.kind == kind
    ]


# --- strategic --------------------------------------------------------------------------------


def test_every_working_week_gets_its_floor_and_the_level_books_more() -> None:
    found = asked(horizon(w49="amber", w51="red"))
    assert keys(found) == ["W48/1", "W49/1", "W49/2", "W50/1", "W51/1", "W51/2", "W51/3", "W52/1"]
    assert tiers(found) == ["floor", "floor", "amber", "floor", "floor", "red", "red", "floor"]
    assert set(found.floors.values()) == {"unplaced"}
    first = found.wanted[0]
    assert (first.minutes, first.shortest, first.floor_minutes, first.prefer) == (120, 90, 60, "morning")
    assert [d.floor_minutes for d in found.wanted if d.tier != "floor"] == [None] * len(
        [d for d in found.wanted if d.tier != "floor"]
    )


def test_causes_travel_with_the_demand() -> None:
    found = asked(horizon(w49="red"))
    by_key = {demand.key: demand for demand in found.wanted}
    assert [cause.rule for cause in by_key["strategic/2026-W48/1"].causes] == ["floor"]
    assert [cause.rule for cause in by_key["strategic/2026-W49/1"].causes] == ["floor", "red"]
    assert by_key["strategic/2026-W49/2"].causes == RED
    assert [cause.rule for cause in by_key["frontline/2026-W48/1"].causes] == ["frontline"]


def test_a_week_with_less_than_two_days_left_gets_nothing_new() -> None:
    found = asked([load(48, "red", left=1), load(49)])
    assert keys(found) == ["W49/1"]
    assert found.floors[Week(2026, 48)] == "none"
    assert keys(found, "frontline") == ["W49/1"]


def test_what_stands_is_not_asked_for_again_past_and_moved_blocks_included() -> None:
    blocks: list[Any] = ["strategic/2026-W48/1", block("strategic/2026-W49/2", moved=3)]
    found = asked(horizon(w48="amber", w49="amber"), blocks=blocks, today=date(2026, 11, 27))
    assert keys(found)[:2] == ["W48/2", "W49/1"]
    assert tiers(found)[:2] == ["amber", "amber"]
    assert found.floors[Week(2026, 48)] == "block"


def test_a_standing_block_is_never_unwanted_because_the_level_fell() -> None:
    found = asked(horizon(), blocks=[f"strategic/2026-W48/{n}" for n in (1, 2, 3)])
    assert not [key for key in keys(found) if key.startswith("W48")]
    assert not codes(found)


def test_own_strategic_time_counts_for_floor_and_goal_and_takes_the_lowest_rank() -> None:
    events = own(
        "2026-W48", "tue 09:00-10:00 Thinking time", "wed 09:00-10:30 Deep work", "thu 09:00-09:59 Deep work"
    )
    found = asked(horizon(w48="red"), events=events)
    assert keys(found)[0] == "W48/3"
    assert tiers(found)[0] == "red"
    assert found.floors[Week(2026, 48)] == "own"
    assert (
        asked(horizon(w48="red"), events=events, blocks=["strategic/2026-W48/3"]).floors[Week(2026, 48)]
        == "block"
    )


def test_own_time_added_later_does_not_renumber() -> None:
    events = own("2026-W48", "tue 09:00-10:00 Thinking time")
    found = asked(horizon(w48="red"), events=events, blocks=["strategic/2026-W48/1"])
    assert keys(found)[0] == "W48/2"


def test_an_own_offsite_is_not_the_floor() -> None:
    events = own("2026-W48", "tue 09:00-14:00 Strategy offsite")
    assert [item.kind for item in events] == ["strategic"]
    assert keys(asked(horizon(), events=events))[0] == "W48/1"


@pytest.mark.parametrize("ended_by", ["deleted", "skipped"])
def test_a_deleted_or_skipped_key_is_an_answer(ended_by: str) -> None:
    found = asked(horizon(), remembered=[gone("strategic/2026-W48/1", ended_by)])
    assert keys(found)[0] == "W49/1"
    assert codes(found) == [("W48/1", ended_by)]
    assert found.floors[Week(2026, 48)] == ended_by


def test_nothing_is_booked_in_its_place_but_what_else_was_asked_for_is() -> None:
    found = asked(horizon(w48="red"), remembered=[gone("strategic/2026-W48/1")])
    assert keys(found)[:2] == ["W48/2", "W48/3"]
    assert tiers(found)[:2] == ["red", "red"]
    assert codes(found) == [("W48/1", "deleted")]


def test_an_answer_that_nobody_asked_for_is_not_reported() -> None:
    found = asked(horizon(), blocks=["strategic/2026-W48/2"], remembered=[gone("strategic/2026-W48/1")])
    assert codes(found) == []
    assert found.floors[Week(2026, 48)] == "block"


def test_rebalance_offers_another_for_a_deleted_one_under_the_next_number_and_run_does_not() -> None:
    remembered = [gone("strategic/2026-W48/1"), gone("strategic/2026-W49/1")]
    found = asked(horizon(), remembered=remembered, reoffer="2026-W48")
    assert keys(found)[0] == "W48/2"
    assert tiers(found)[0] == "floor"
    assert codes(found) == [("W49/1", "deleted")]
    # the day after, run leaves it at that
    assert "W48/3" not in keys(asked(horizon(), blocks=["strategic/2026-W48/2"], remembered=remembered))
    skipped = asked(horizon(), remembered=[gone("strategic/2026-W48/1", "skipped")], reoffer="2026-W48")
    assert codes(skipped) == [("W48/1", "skipped")]


def test_a_block_that_was_never_seen_keeps_its_key_for_the_next_attempt() -> None:
    creating = gone("strategic/2026-W48/1", state="creating")
    assert keys(asked(horizon(), remembered=[creating]))[0] == "W48/1"


def test_a_block_that_is_past_and_no_longer_there_was_there() -> None:
    placed = gone("strategic/2026-W48/1", state="placed")
    found = asked(horizon(), remembered=[placed], today=date(2026, 11, 27))
    assert keys(found)[0] == "W49/1"
    assert found.floors[Week(2026, 48)] == "block"


def test_a_skipped_week_gets_nothing_new_and_says_so_once_for_each_kind() -> None:
    found = asked(horizon(w48="red"), skipped_weeks=(Week(2026, 48),))
    assert keys(found)[0] == "W49/1"
    assert codes(found) == [("W48/1", "skipped")]
    assert codes(found, "frontline") == [("W48/1", "skipped")]
    assert keys(found, "frontline")[0] == "W49/1"
    assert found.floors[Week(2026, 48)] == "skipped"


def test_blocks_that_go_because_they_are_skipped_no_longer_count_past_and_pinned_ones_do() -> None:
    week = {"skipped_weeks": (Week(2026, 48),)}
    key = "strategic/2026-W48/1"  # on Wednesday
    assert asked(horizon(), blocks=[key], **week).floors[Week(2026, 48)] == "skipped"
    assert asked(horizon(), blocks=[key], today=date(2026, 11, 26), **week).floors[Week(2026, 48)] == "block"
    pinned: list[Any] = [block(key, moved=2)]
    assert asked(horizon(), blocks=pinned, **week).floors[Week(2026, 48)] == "block"
    found = asked(horizon(), blocks=[key], skipped_keys=(key,))
    assert (found.floors[Week(2026, 48)], codes(found)) == ("skipped", [("W48/1", "skipped")])
    assert keys(found)[0] == "W49/1"


def test_nothing_at_all_is_booked_while_a_pause_lasts() -> None:
    found = asked(horizon(), paused_until=date(2026, 12, 7))
    assert [found.floors[Week(2026, n)] for n in range(48, 53)] == ["paused"] * 5
    assert keys(found) == []
    assert [code for _, code in codes(found)] == ["paused"] * 5
    # its last day is part of it, and on the next all is open again
    last = asked(horizon(), today=date(2026, 11, 25), paused_until=date(2026, 11, 25))
    assert keys(last) == []
    over = asked(horizon(), today=date(2026, 11, 25), paused_until=date(2026, 11, 24))
    assert keys(over) == keys(asked(horizon()))


# --- debt -------------------------------------------------------------------------------------


def records(*minutes: tuple[int, int, int]) -> tuple[WeekRecord, ...]:
    """Owed, kept and waived minutes of the weeks just past, the last one W47."""
    return tuple(
        WeekRecord(
            Week(2026, 48 - len(minutes) + n),
            "calm",
            owed_minutes=owed,
            kept_minutes=kept,
            waived_minutes=waived,
        )
        for n, (owed, kept, waived) in enumerate(minutes)
    )


@pytest.mark.parametrize(
    ("minutes", "debt"),
    [
        ([(120, 120, 0)], 0),
        ([(120, 0, 0)], 120),
        ([(120, 0, 120)], 0),
        ([(240, 60, 120)], 60),
        ([(120, 0, 0), (120, 240, 0)], 0),  # paid back
        ([(120, 360, 0), (120, 0, 0)], 120),  # and never saved up
        ([(360, 0, 0), (120, 120, 0), (120, 120, 0), (120, 120, 0)], 360),
        ([(360, 0, 0), (120, 120, 0), (120, 120, 0), (120, 120, 0), (120, 120, 0)], 0),  # faded
    ],
)
def test_debt_is_what_was_owed_and_not_kept_in_four_weeks(
    minutes: list[tuple[int, int, int]], debt: int
) -> None:
    assert debt_minutes(Memory(weeks=records(*minutes)), Week(2026, 48)) == debt


@pytest.mark.parametrize(
    ("owed", "weeks"), [(59, []), (60, ["W48/2"]), (179, ["W48/2"]), (180, ["W48/2", "W49/2"])]
)
def test_debt_becomes_whole_blocks_one_a_week(owed: int, weeks: list[str]) -> None:
    found = asked(horizon(), weeks=records((owed, 0, 0)))
    assert [d.key.removeprefix("strategic/2026-") for d in found.wanted if d.tier == "debt"] == weeks


def test_debt_never_makes_more_than_three_in_a_week() -> None:
    found = asked(horizon(w48="red", w49="amber"), weeks=records((240, 0, 0)))
    debts = [demand.key for demand in found.wanted if demand.tier == "debt"]
    assert debts == ["strategic/2026-W49/3", "strategic/2026-W50/2"]


def test_a_block_beyond_the_due_pays_and_is_not_asked_for_again() -> None:
    blocks = ["strategic/2026-W48/1", "strategic/2026-W48/2"]
    assert "debt" not in tiers(asked(horizon(), blocks=blocks, weeks=records((120, 0, 0))))
    two = asked(horizon(), blocks=blocks, weeks=records((240, 0, 0)))
    assert [demand.key for demand in two.wanted if demand.tier == "debt"] == ["strategic/2026-W49/2"]
    # one of them deleted: the person's answer pays as well
    gone_one = asked(horizon(), blocks=blocks[:1], remembered=[gone(blocks[1])], weeks=records((120, 0, 0)))
    assert "debt" not in tiers(gone_one)


def test_debt_waits_where_a_week_is_closed() -> None:
    found = asked(
        [load(48, left=1), load(49), load(50)], weeks=records((120, 0, 0)), skipped_weeks=(Week(2026, 49),)
    )
    assert [demand.key for demand in found.wanted if demand.tier == "debt"] == ["strategic/2026-W50/2"]


# --- front line -------------------------------------------------------------------------------


def test_front_line_time_comes_every_two_weeks() -> None:
    assert keys(asked(horizon()), "frontline") == ["W48/1", "W50/1", "W52/1"]
    assert keys(asked(horizon(), blocks=["frontline/2026-W47/1"]), "frontline") == ["W49/1", "W51/1"]
    assert keys(asked(horizon(), blocks=["frontline/2026-W48/1"]), "frontline") == ["W50/1", "W52/1"]


def test_a_front_line_block_that_is_lost_counts_for_nothing_and_comes_back_in_its_own_week() -> None:
    there = "frontline/2026-W48/1"
    assert keys(asked(horizon(), blocks=[there], lost=[there]), "frontline") == ["W50/1", "W52/1"]
    before = ["frontline/2026-W47/1", there]  # it is not due in its week: the next run forgets it
    assert keys(asked(horizon(), blocks=before, lost=[there]), "frontline") == ["W49/1", "W51/1"]
    late = [load(48, left=1), *horizon()[1:]]  # nor is any asked for in a week that is nearly over
    assert keys(asked(late, blocks=[there], lost=[there]), "frontline") == ["W49/1", "W51/1"]


@pytest.mark.parametrize(("minutes", "first"), [("09:59", "W48/1"), ("10:00", "W49/1")])
def test_an_hour_of_own_front_line_time_in_two_weeks_is_enough(minutes: str, first: str) -> None:
    events = own("2026-W47", f"tue 09:00-{minutes} Gemba walk")
    assert keys(asked(horizon(), events=events), "frontline")[0] == first
    halves = own("2026-W47", "tue 09:00-09:30 Gemba") + own("2026-W48", "tue 09:00-09:30 Site visit")
    assert keys(asked(horizon(), events=halves), "frontline")[0] == "W49/1"
    same = own("2026-W47", "tue 09:00-09:40 Gemba", "tue 09:00-09:40 Site visit")
    assert keys(asked(horizon(), events=same), "frontline")[0] == "W48/1"


def test_a_refused_front_line_block_is_an_answer_for_its_two_weeks() -> None:
    found = asked(horizon(), remembered=[gone("frontline/2026-W48/1")])
    assert keys(found, "frontline") == ["W50/1", "W52/1"]
    assert codes(found, "frontline") == [("W48/1", "deleted")]
    before = asked(horizon(), remembered=[gone("frontline/2026-W47/1", "skipped")])
    assert keys(before, "frontline") == ["W49/1", "W51/1"]
    assert codes(before, "frontline") == []


@given(st.lists(st.sampled_from(["block", "own", "gone", "nothing"]), min_size=6, max_size=6))
def test_two_weeks_in_a_row_never_go_without_and_none_is_asked_twice(history: list[str]) -> None:
    there = {48 - 1 + n: what for n, what in enumerate(history)}
    blocks = [f"frontline/2026-W{n}/1" for n, what in there.items() if what == "block"]
    events = sum(
        (own(f"2026-W{n}", "tue 09:00-10:00 Gemba") for n, what in there.items() if what == "own"), ()
    )
    answers = [gone(f"frontline/2026-W{n}/1", "skipped") for n, what in there.items() if what == "gone"]
    wanted = keys(asked(horizon(), blocks=blocks, events=events, remembered=answers), "frontline")
    has = {n for n, what in there.items() if what != "nothing"}
    new = {int(key[1:3]) for key in wanted}
    assert not has & new
    for number in range(48, 53):
        assert {number - 1, number} & (has | new)
        assert not {number - 1, number} <= new


# --- kinds as the person sets them -------------------------------------------------------------


def with_kind(kind: str, **look: Any) -> Settings:
    return Settings(blocks={**Settings().blocks, kind: replace(Settings().kind(kind), **look)})


def test_a_kind_that_is_off_is_not_asked_for() -> None:
    off = with_kind("frontline", enabled=False)
    assert keys(asked(horizon(), settings=off), "frontline") == []
    booked = [replace(load(49, frontline=2), causes=RED)]
    assert keys(asked(booked, settings=off), "frontline") == []
    assert keys(asked(heavy(w51="red"), settings=with_kind("learning", enabled=False)), "learning") == []


@pytest.mark.parametrize(
    ("every", "weeks"),
    [
        ("week", ["W48/1", "W49/1", "W50/1", "W51/1", "W52/1"]),
        ("2 weeks", ["W48/1", "W50/1", "W52/1"]),
        ("3 weeks", ["W48/1", "W51/1"]),
        ("quarter", ["W48/1"]),
    ],
)
def test_a_kind_comes_in_its_rhythm(every: str, weeks: list[str]) -> None:
    for kind in ("frontline", "coaching"):
        assert keys(asked(horizon(), settings=with_kind(kind, every=every)), kind) == weeks


def test_once_a_quarter_looks_at_the_whole_of_it() -> None:
    settings = with_kind("frontline", every="quarter")
    assert keys(asked(horizon(), blocks=["frontline/2026-W41/1"], settings=settings), "frontline") == []
    assert keys(asked(horizon(), blocks=["frontline/2026-W39/1"], settings=settings), "frontline") == [
        "W48/1"
    ]


def test_learning_in_a_rhythm_of_weeks_needs_no_heavy_week() -> None:
    settings = with_kind("learning", every="4 weeks")
    found = asked(heavy(), settings=settings)
    assert keys(found, "learning") == ["W48/1", "W52/1"]
    assert {demand.tier for demand in found.wanted if demand.kind == "learning"} == {"learning"}


def test_a_demand_carries_the_days_and_hours_of_its_kind() -> None:
    settings = with_kind("frontline", days=("thu", "tue"), between=("09:00-12:00",))
    found = asked(horizon(), settings=settings).wanted
    assert {(d.days, d.between) for d in found if d.kind == "frontline"} == {((1, 3), ((540, 720),))}
    assert {(d.days, d.between) for d in found if d.kind == "strategic"} == {((), ())}


TWO_DELETED = (gone("frontline/2026-W43/1"), gone("frontline/2026-W45/1"))


def test_two_of_a_kind_deleted_in_a_row_pause_it_to_the_end_of_the_quarter() -> None:
    found = asked([*horizon(), load(53)], remembered=TWO_DELETED)
    assert keys(found, "frontline") == []
    assert ("W48/1", "paused") in codes(found, "frontline")
    assert "none until Fri 1 Jan" in next(item.why for item in found.answered if item.kind == "frontline")
    assert keys(found, "strategic"), "no other kind"
    after = asked([WeekLoad(Week(2027, 1), HELD, None, 5, 5)], remembered=TWO_DELETED, today=date(2027, 1, 4))
    assert [demand.key for demand in after.wanted if demand.kind == "frontline"] == ["frontline/2027-W01/1"]


@pytest.mark.parametrize(
    "remembered",
    [
        TWO_DELETED[:1],
        (TWO_DELETED[0], gone("frontline/2026-W45/1", "skipped")),
        (gone("frontline/2026-W37/1"), gone("frontline/2026-W39/1")),
        (*TWO_DELETED[:1], replace(gone("frontline/2026-W44/1"), state="placed"), TWO_DELETED[1]),
        (gone("strategic/2026-W46/1"), gone("strategic/2026-W47/1")),
    ],
    ids=["one", "a skip", "the quarter before", "one between", "strategic"],
)
def test_less_than_two_in_a_row_pause_nothing(remembered: tuple[Remembered, ...]) -> None:
    found = asked(horizon(), remembered=remembered)
    assert keys(found, "frontline")
    assert len(keys(found)) == 5


# --- learning ---------------------------------------------------------------------------------


def heavy(**levels: str) -> list[WeekLoad]:
    """W48 to W52 with 10, 8, 12, 20 and 9 operational hours."""
    hours = {48: 10.0, 49: 8.0, 50: 12.0, 51: 20.0, 52: 9.0}
    return [load(n, levels.get(f"w{n}", "calm"), hours=hours[n]) for n in range(48, 53)]


def test_learning_comes_before_the_heaviest_week_where_there_is_most_room() -> None:
    found = asked(heavy(w51="red"))
    assert keys(found, "learning") == ["W49/1"]
    demand = next(demand for demand in found.wanted if demand.kind == "learning")
    assert (demand.tier, demand.causes) == ("learning", RED)


def test_no_heavy_week_no_learning_and_a_remembered_one_will_do() -> None:
    assert keys(asked(heavy()), "learning") == []
    assert keys(asked(heavy(w51="amber")), "learning") == ["W49/1"]
    remembered = (WeekRecord(Week(2026, 42), "red", RED),)
    assert keys(asked(heavy(), weeks=remembered), "learning") == ["W49/1"]
    other_quarter = (WeekRecord(Week(2026, 39), "red", RED),)
    assert keys(asked(heavy(), weeks=other_quarter), "learning") == []


@pytest.mark.parametrize("there", ["learning/2026-W41/1", "learning/2026-W52/1"])
def test_one_learning_block_a_quarter_deleted_ones_included(there: str) -> None:
    assert keys(asked(heavy(w51="red"), blocks=[there]), "learning") == []
    assert keys(asked(heavy(w51="red"), remembered=[gone(there)]), "learning") == []
    assert keys(asked(heavy(w51="red"), skipped_keys=(there,)), "learning") == []
    assert keys(asked(heavy(w51="red"), blocks=["learning/2026-W39/1"]), "learning") == ["W49/1"]


def test_learning_keeps_to_its_quarter() -> None:
    weeks = [load(51, hours=10), load(52, hours=9), load(53, "red", hours=20), *(
        WeekLoad(Week(2027, n), {**HELD, "operational_hours": 30.0}, None, 5, 5, booked={"strategic": 1}) for n in (1, 2)
    )]  # fmt: skip
    found = asked(weeks, today=date(2026, 12, 14))
    assert keys(found, "learning") == ["W52/1"]


def test_no_week_before_the_heaviest_no_learning() -> None:
    found = asked([load(48, left=1), load(49, "red", hours=30)])
    assert keys(found, "learning") == []
    assert keys(asked([load(48, "red", hours=30)]), "learning") == []


# --- kinds of one's own -----------------------------------------------------------------------


def test_a_rule_books_any_kind() -> None:
    rules = (RuleText("crunch", "meetings >= 10", {"recovery": 2, "frontline": 2}),)
    cause = Cause("crunch", "meetings", 12, 10, "count")
    crunch = replace(load(49, recovery=2, frontline=2), causes=(cause,))
    found = asked([load(48), crunch], rules=rules, blocks=["recovery/2026-W49/1"])
    assert keys(found, "recovery") == ["W49/2"]
    assert keys(found, "frontline") == ["W48/1", "W49/1", "W49/2"]
    by_key = {demand.key: demand for demand in found.wanted}
    assert by_key["recovery/2026-W49/2"].causes == (cause,)
    assert by_key["recovery/2026-W49/2"].tier == "other"
    # the week's floor is not that rule's doing
    assert cause not in by_key["strategic/2026-W49/1"].causes


# --- always -----------------------------------------------------------------------------------


def histories() -> st.SearchStrategy[dict[str, str]]:
    names = [f"strategic/2026-W{week}/{number}" for week in range(48, 51) for number in range(1, 5)]
    states = st.sampled_from(["standing", "deleted", "skipped", "creating"])
    return st.dictionaries(st.sampled_from(names), states, max_size=8)


@given(histories(), st.tuples(*[st.sampled_from(list(COUNTS))] * 5), st.integers(0, 400), st.integers(0, 2))
def test_asking_again_after_booking_everything_asks_for_nothing(
    history: dict[str, str], levels: tuple[str, ...], owed: int, own_events: int
) -> None:
    loads = [load(48 + n, level) for n, level in enumerate(levels)]
    blocks = [key for key, state in history.items() if state == "standing"]
    remembered = [
        gone(key, state) if state != "creating" else gone(key, state="creating")
        for key, state in history.items()
        if state != "standing"
    ]
    events = own("2026-W48", *["tue 09:00-10:00 Thinking time", "wed 09:00-10:00 Deep work"][:own_events])
    first = asked(loads, blocks, remembered, events, weeks=records((owed, 0, 0)))
    wanted = [demand.key for demand in first.wanted]
    assert len(set(wanted)) == len(wanted)
    for key in wanted:
        assert history.get(key, "creating") == "creating"  # no number is ever used twice
    for number in range(48, 53):
        due = COUNTS[levels[number - 48]]
        there = [key for key, state in history.items() if f"W{number}" in key and state != "creating"]
        new = [key for key in wanted if key.startswith(f"strategic/2026-W{number}/")]
        assert len(new) <= max(3, due)
        if not there and not (number == 48 and own_events):
            assert new
            assert new[0].endswith("/1")
    again = asked(loads, [*blocks, *wanted], remembered, events, weeks=records((owed, 0, 0)))
    assert again.wanted == ()


def test_all_day_entries_are_nobodys_strategic_time() -> None:
    note = Classified(event("Deep work", days=(TODAY, TODAY + timedelta(days=1))), "strategic", "")
    assert keys(asked(horizon(), events=[note]))[0] == "W48/1"


# --- hit and displaced ------------------------------------------------------------------------

ONE, TWO = "strategic/2026-W49/1", "strategic/2026-W49/2"


def test_a_week_whose_only_block_is_hit_has_no_floor_and_the_block_itself_is_what_is_to_be_placed() -> None:
    found = asked(horizon(), [ONE], hit=[ONE])
    assert found.floors[parse_week("2026-W49")] == "unplaced"
    assert "W49/1" not in keys(found)
    assert "W49/2" not in keys(found)


def test_a_block_of_the_persons_that_is_hit_leaves_the_floor_to_be_asked_for_beside_it() -> None:
    found = asked(horizon(), [ONE], stuck=[ONE])
    assert found.floors[parse_week("2026-W49")] == "unplaced"
    assert [demand.tier for demand in found.wanted if demand.key == TWO] == ["floor"]


def test_a_block_beside_a_hit_one_is_the_floor() -> None:
    found = asked(horizon(w49="amber"), [ONE, TWO], hit=[ONE])
    assert found.floors[parse_week("2026-W49")] == "block"
    assert not [key for key in keys(found) if key.startswith("W49")]


def test_a_displaced_block_comes_back_under_its_key_with_the_limits_of_a_rescue() -> None:
    known = replace(gone(ONE, "", "displaced"), slot=slot(ONE))
    back = next(demand for demand in asked(horizon(), remembered=[known]).wanted if demand.key == ONE)
    assert back.rescue
    assert (back.minutes, back.shortest, back.tier) == (known.slot.minutes, 60, "floor")
    others = [demand for demand in asked(horizon(), remembered=[known]).wanted if demand.key != ONE]
    assert not any(demand.rescue for demand in others)


def test_a_displaced_block_comes_before_a_new_number() -> None:
    found = asked(horizon(w49="amber"), [ONE], [gone("strategic/2026-W49/3", "", "displaced")])
    assert [key for key in keys(found) if key.startswith("W49")] == ["W49/3"]


def test_a_displaced_block_that_the_week_does_not_want_any_more_is_not_asked_for() -> None:
    assert "W49/2" not in keys(asked(horizon(), [ONE], [gone(TWO, "", "displaced")]))


def test_a_skipped_key_that_is_displaced_stays_skipped() -> None:
    found = asked(horizon(), remembered=[gone(ONE, "", "displaced")], skipped_keys=(ONE,))
    assert ONE not in [demand.key for demand in found.wanted]
    assert ("W49/1", "skipped") in codes(found)


def test_a_week_that_had_its_floor_wants_one_to_its_end() -> None:
    key = "strategic/2026-W48/1"
    late = [replace(load, days_left=1) if load.week == parse_week("2026-W48") else load for load in horizon()]
    assert "W48/1" not in keys(asked(late))
    found = asked(late, remembered=[gone(key, "", "displaced")])
    assert "W48/1" in keys(found)
    assert found.floors[parse_week("2026-W48")] == "unplaced"


def test_a_displaced_learning_block_does_not_count_as_the_quarters() -> None:
    loads = horizon(w50="red")
    had = gone("learning/2026-W48/1", "", "displaced")
    assert keys(asked(loads, remembered=[had]), "learning") == keys(asked(loads), "learning") != []
