"""Rules at their edges, levels, and what is booked."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from blocker.measuring.expressions import ExpressionError
from blocker.measuring.measures import MEASURES
from blocker.rules.judge import Judge, recent_weeks
from blocker.rules.rules import rules_for
from blocker.values.kinds import LEVELS
from blocker.values.plan import WeekLoad
from blocker.values.settings import RuleText, Settings
from blocker.values.workweek import Week, parse_week
from tests.tools.making import loaded, work

FULL = 2250
RUNNING = parse_week("2026-W48")
MINUTE = 1 / 60
QUIET = {
    "capacity_hours": 37.5, "operational_hours": 0.0, "operational_share": 0.0, "meetings": 1.0,
    "meetings_max_day": 0.0, "focus_hours": 37.5, "longest_gap_hours": 5.0, "fragmentation": 0.0,
    "back_to_back_hours": 0.0, "conflict_share": 0.0, "after_hours": 0.0, "recurring_share": 0.0,
    "strategic_hours": 0.0, "frontline_hours": 0.0, "learning_hours": 0.0,
}  # fmt: skip


def week(number: int = 48, days: int = 5, left: int | None = None, **held: float) -> WeekLoad:
    """A week of 2026 with these measures, quiet otherwise; share and capacity follow if not given."""
    capacity = held.setdefault("capacity_hours", 7.5 * days)
    if "operational_hours" in held and capacity:
        held.setdefault("operational_share", held["operational_hours"] / capacity)
    return WeekLoad(Week(2026, number), {**QUIET, **held}, None, days, days if left is None else left)


def judged(
    load: WeekLoad, past: Sequence[WeekLoad] = (), role: str = "manager", rules: tuple[RuleText, ...] = (),
    running: Week = RUNNING,
) -> WeekLoad:  # fmt: skip
    the_rules = rules_for(Settings(role=role, rules=rules))
    before = sorted((week for week in past if week.week < running), key=lambda week: week.week, reverse=True)
    return Judge(the_rules, running, FULL, recent_weeks(before)).judged(load)


# Role, measures, and the level: just short of it, and exactly there.
EDGES = [
    ("manager", "amber", {"operational_share": 0.5 - MINUTE / 37.5}, {"operational_share": 0.5}),
    ("manager", "amber", {"operational_share": 18.74 / 37.5}, {"operational_share": 18.75 / 37.5}),
    ("manager", "amber", {"operational_hours": 20 - MINUTE, "operational_share": 0.4}, {"operational_hours": 20.0, "operational_share": 0.4}),
    ("manager", "amber", {"focus_hours": 6.5}, {"focus_hours": 6.5 - MINUTE}),
    ("manager", "red", {"operational_share": 0.65 - MINUTE / 37.5}, {"operational_share": 0.65}),
    ("manager", "red", {"operational_hours": 25 - MINUTE, "operational_share": 0.6}, {"operational_hours": 25.0, "operational_share": 0.6}),
    ("manager", "red", {"focus_hours": 4.0}, {"focus_hours": 4 - MINUTE}),
    ("executive", "amber", {"operational_share": 0.599}, {"operational_share": 0.6}),
    ("executive", "amber", {"operational_hours": 23 - MINUTE, "operational_share": 0.4}, {"operational_hours": 23.0, "operational_share": 0.4}),
    ("executive", "amber", {"focus_hours": 6.5}, {"focus_hours": 6.5 - MINUTE}),
    ("executive", "red", {"operational_share": 0.719}, {"operational_share": 0.72}),
    ("executive", "red", {"operational_hours": 30 - MINUTE, "operational_share": 0.4}, {"operational_hours": 30.0, "operational_share": 0.4}),
    ("specialist", "amber", {"operational_hours": 8 - MINUTE}, {"operational_hours": 8.0}),
    ("specialist", "amber", {"focus_hours": 17.5}, {"focus_hours": 17.5 - MINUTE}),
    ("specialist", "red", {"operational_hours": 15 - MINUTE}, {"operational_hours": 15.0}),
    ("specialist", "red", {"focus_hours": 12.0}, {"focus_hours": 12 - MINUTE}),
    ("specialist", "red", {"operational_share": 0.649}, {"operational_share": 0.65}),
    # two of
    ("manager", "amber", {"fragmentation": 0.6}, {"fragmentation": 0.6, "meetings_max_day": 6}),
    ("manager", "amber", {"fragmentation": 0.6, "meetings_max_day": 5}, {"fragmentation": 0.6, "back_to_back_hours": 3}),
    ("manager", "amber", {"back_to_back_hours": 3 - MINUTE, "meetings_max_day": 6}, {"back_to_back_hours": 3, "meetings_max_day": 6}),
    ("manager", "amber", {"after_hours": 1, "meetings_max_day": 6}, {"after_hours": 1 + MINUTE, "meetings_max_day": 6}),
    ("manager", "red", {"meetings_max_day": 8, "conflict_share": 0.5}, {"meetings_max_day": 8, "conflict_share": 0.501}),
    ("manager", "red", {"meetings_max_day": 8, "back_to_back_hours": 4 - MINUTE}, {"meetings_max_day": 8, "back_to_back_hours": 4}),
    ("manager", "red", {"meetings_max_day": 7, "back_to_back_hours": 4}, {"back_to_back_hours": 4, "conflict_share": 0.51}),
]  # fmt: skip


@pytest.mark.parametrize(("role", "level", "short", "there"), EDGES)
def test_presets_fire_at_their_thresholds_and_not_a_minute_before(
    role: str, level: str, short: dict[str, float], there: dict[str, float]
) -> None:
    assert LEVELS.index(judged(week(**short), role=role).level) < LEVELS.index(level)
    found = judged(week(**there), role=role)
    assert found.level == level
    assert {cause.rule for cause in found.causes} == {level}
    assert {cause.measure for cause in found.causes} <= set(there) | {"operational_share"}


@pytest.mark.parametrize(
    ("minutes", "level"),
    [(1125 - 1, "calm"), (1125, "amber"), (1463 - 1, "amber"), (1463, "red")],
)
def test_real_meetings_at_the_edge_of_a_share(minutes: int, level: str) -> None:
    """50 % of 2250 minutes is 1125, 65 % is 1462.5: meetings without lunch or free time touched."""
    blocks = []
    for day in ("mon", "tue", "wed", "thu", "fri"):
        part = min(minutes, 300)
        if part:
            blocks.append(f"{day} 12:30-{12 + (30 + part) // 60:02d}:{(30 + part) % 60:02d} A")
        minutes -= part
    load = loaded("2026-W48", blocks)
    roomy = {"focus_hours": 20.0, "operational_hours": 0.0, "back_to_back_hours": 0.0}
    assert judged(replace(load, held={**load.held, **roomy})).level == level


@pytest.mark.parametrize(
    ("days", "hours", "fires"),
    [
        (5, 20.0, True),
        (4, 16.0, True),
        (4, 16 - MINUTE, False),
        (3, 12.0, True),
        (2, 8.0, True),
        (2, 8 - MINUTE, False),
    ],
)
def test_hour_thresholds_shrink_with_the_week(days: int, hours: float, fires: bool) -> None:
    load = judged(week(days=days, operational_hours=hours, operational_share=0.1))
    assert (load.level == "amber") is fires
    clause = next(clause for clause in load.clauses if clause.cause.measure == "operational_hours")
    assert clause.cause.threshold == pytest.approx(20 * days / 5)


def test_shares_and_what_happens_on_one_day_do_not_shrink() -> None:
    load = judged(week(days=2, meetings_max_day=5, back_to_back_hours=2.9, operational_share=0.49))
    assert load.level == "calm"
    assert judged(week(days=2, meetings_max_day=6, back_to_back_hours=3)).level == "amber"


def test_a_week_without_capacity_is_calm() -> None:
    load = judged(week(days=0, operational_hours=0.0))
    assert (load.level, load.causes) == ("calm", ())
    assert not any(clause.fires for clause in load.clauses)


def test_causes_are_what_fired_the_furthest_past_its_threshold_first() -> None:
    load = judged(week(operational_hours=26.0, focus_hours=1.0, meetings_max_day=9, fragmentation=0.9))
    assert load.level == "red"
    assert [cause.measure for cause in load.causes] == [
        "focus_hours",
        "operational_share",
        "operational_hours",
    ]
    clauses = {(clause.rule, clause.cause.measure): clause for clause in load.clauses}
    assert clauses["red", "meetings_max_day"].fires  # one sign of two: shown, but no cause
    assert clauses["amber", "operational_share"].fires
    assert len(clauses) == 7 + 6


# --- recent weeks -----------------------------------------------------------------------------


def test_the_running_week_is_judged_by_what_it_holds() -> None:
    load = judged(week(48, operational_hours=5.0), past=[week(47, operational_hours=30.0)])
    assert (load.level, load.judged_by, load.recent) == ("calm", "held", None)


def test_a_later_week_by_the_heavier_of_held_and_recent_clause_by_clause() -> None:
    past = [week(n, operational_hours=22.0, focus_hours=9.0) for n in (44, 45, 46, 47)]
    load = judged(week(50, operational_hours=4.0, focus_hours=6.0), past=past)
    assert (load.level, load.judged_by) == ("amber", "held")  # its focus time fires by itself
    causes = {cause.measure: cause for cause in load.causes}
    assert (
        causes["operational_hours"].measured,
        causes["operational_hours"].held,
        causes["operational_hours"].recent,
    ) == (22, 4, 22)
    assert (causes["focus_hours"].measured, causes["focus_hours"].held, causes["focus_hours"].recent) == (
        6,
        6,
        9,
    )
    lighter = judged(week(50, operational_hours=4.0), past=past)
    assert (lighter.level, lighter.judged_by) == ("amber", "recent")


def test_recent_hours_are_scaled_to_the_week_and_shares_are_not() -> None:
    past = [week(46, days=4, operational_hours=12.0), week(47, days=5, operational_hours=20.0)]
    load = judged(week(50, days=3), past=past)
    assert load.recent is not None
    assert load.recent["operational_hours"] == pytest.approx((12 * 3 / 4 + 20 * 3 / 5) / 2)
    assert load.recent["operational_share"] == pytest.approx((0.4 + 20 / 37.5) / 2)
    assert load.recent["capacity_hours"] == pytest.approx((30 + 37.5) / 2)


def test_the_last_four_completed_weeks_with_four_working_days() -> None:
    past = [week(n, days=3 if n == 45 else 5) for n in range(40, 47)]
    assert [load.week.number for load in recent_weeks(reversed(past))] == [42, 43, 44, 46]


def test_without_recent_weeks_a_later_week_is_judged_by_what_it_holds() -> None:
    load = judged(week(50, operational_hours=21.0), past=[week(47, days=3, operational_hours=30.0)])
    assert (load.level, load.judged_by, load.recent) == ("amber", "held", None)


def test_a_negated_clause_is_heavier_where_it_is_nearer_to_firing() -> None:
    rule = (RuleText("quiet", "not focus_hours >= 10h", {"recovery": 1}),)
    load = judged(week(50, focus_hours=20.0), past=[week(47, focus_hours=8.0)], rules=rule)
    assert load.booked["recovery"] == 1
    assert [cause.measured for cause in load.causes if cause.rule == "quiet"] == [8.0]


# --- what is booked ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days", "calm", "amber", "red"),
    [(5, 1, 2, 3), (4, 1, 2, 2), (3, 1, 1, 2), (2, 1, 1, 1), (7, 1, 2, 3)],
)
def test_counts_by_level_and_working_days(days: int, calm: int, amber: int, red: int) -> None:
    capacity = 7.5 * days
    shares = {"calm": 0.1, "amber": 0.55, "red": 0.7}
    found = [judged(week(days=days, operational_hours=share * capacity)) for share in shares.values()]
    assert [load.level for load in found] == list(shares)
    assert [load.booked["strategic"] for load in found] == [calm, amber, red]


def test_a_week_that_is_no_working_week_has_no_floor() -> None:
    assert judged(week(days=1)).booked["strategic"] == 0
    assert judged(week(days=2, left=1)).booked["strategic"] == 0
    assert judged(week(days=2)).booked["strategic"] == 1


def test_own_rules_book_any_kind_and_the_largest_count_wins() -> None:
    rules = (
        RuleText("crunch", "meetings >= 10", {"strategic": 4, "recovery": 2}),
        RuleText("never", "meetings >= 100", {"recovery": 9}),
    )
    assert judged(week(meetings=9.0), rules=rules).booked == {"strategic": 1}
    load = judged(week(meetings=10.0, operational_hours=20.0), rules=rules)
    assert load.booked == {"strategic": 4, "recovery": 2}
    assert {cause.rule for cause in load.causes} == {"amber", "crunch"}
    assert judged(week(days=3, meetings=10.0), rules=rules).booked == {"strategic": 2, "recovery": 1}


def test_a_rule_in_the_config_takes_the_place_of_the_presets_of_that_name() -> None:
    rules = (RuleText("amber", "meetings >= 3", {"strategic": 1}),)
    assert judged(week(operational_hours=20.0), rules=rules).level == "calm"
    load = judged(week(meetings=3.0), rules=rules)
    assert (load.level, load.booked) == ("amber", {"strategic": 1})
    assert judged(week(operational_hours=26.0), rules=rules).level == "red"


def test_a_bad_rule_is_refused_when_it_is_read() -> None:
    with pytest.raises(
        ExpressionError, match="column 1: unknown measure 'operational_hour'; did you mean operational_hours"
    ):
        rules_for(Settings(rules=(RuleText("x", "operational_hour > 3", {"strategic": 1}),)))


# --- no memory, no meetings -------------------------------------------------------------------


@pytest.mark.parametrize("hours", [26.0, 21.0, 4.0])
def test_a_week_is_judged_by_what_it_holds_now_whatever_it_held_before(hours: float) -> None:
    """The same measures give the same level, after a red run as after a calm one."""
    fuller = judged(week(48, operational_hours=30.0))
    assert fuller.level == "red"
    assert judged(replace(fuller, held=week(48, operational_hours=hours).held)) == judged(
        week(48, operational_hours=hours)
    )


def test_a_week_without_meetings_is_calm_however_little_focus_time_it_has() -> None:
    """Two days of work, or a week of dentists: there is no load, and nothing to be rescued from."""
    short = week(days=1, focus_hours=0.0, meetings=0.0, fragmentation=1.0)
    assert (judged(short).level, judged(short).causes) == ("calm", ())
    assert judged(replace(short, held={**short.held, "meetings": 1.0})).level == "red"
    past = [week(n, operational_hours=30.0) for n in (44, 45, 46, 47)]
    assert judged(week(50, meetings=0.0), past=past).level == "red"  # it is not full yet


def test_a_rule_of_ones_own_fires_in_a_week_without_meetings_too() -> None:
    rules = (RuleText("quiet", "meetings < 1", {"recovery": 1}),)
    load = judged(week(meetings=0.0), rules=rules)
    assert (load.level, load.booked["recovery"]) == ("calm", 1)


@given(st.fixed_dictionaries({name: st.floats(0, 40) for name in MEASURES}), st.integers(1, 5))
def test_more_load_never_means_a_lower_level(held: dict[str, float], days: int) -> None:
    held = {**held, "capacity_hours": 7.5 * days}
    lighter = judged(replace(week(days=days), held=held))
    for name, known in MEASURES.items():
        if name == "capacity_hours":
            continue
        heavier = {**held, name: held[name] * 1.5 + 1 if known.heavier == "up" else held[name] / 2}
        level = judged(replace(week(days=days), held=heavier)).level
        assert LEVELS.index(level) >= LEVELS.index(lighter.level)


def test_presets_hold_what_the_design_says() -> None:
    texts = {
        (role, rule.name): rule.text
        for role in ("manager", "executive", "specialist")
        for rule in rules_for(Settings(role=role))
    }
    assert texts["manager", "amber"] == (
        "operational_share >= 50% or operational_hours >= 20h or focus_hours < 6.5h or two of"
        " (fragmentation >= 60%, meetings_max_day >= 6, back_to_back_hours >= 3h, after_hours > 1h)"
    )
    assert texts["executive", "red"].startswith(
        "operational_share >= 72% or operational_hours >= 30h or focus_hours < 4h"
    )
    assert texts["specialist", "red"].startswith(
        "operational_share >= 65% or operational_hours >= 15h or focus_hours < 12h"
    )


def test_a_real_short_week_end_to_end() -> None:
    load = judged(loaded("2026-W48", ["mon 09:00-11:30 A", "mon 12:30-17:30 B"], work()))
    assert load.level == "calm"
    assert load.booked == {"strategic": 1}


def test_rules_come_in_a_fixed_order() -> None:
    rules = (
        RuleText("extra", "meetings > 1", {"strategic": 1}),
        RuleText("red", "meetings > 9", {"strategic": 3}),
    )
    assert [rule.name for rule in rules_for(Settings(rules=rules))] == ["amber", "red", "extra"]
