"""A plan cut down to chosen changes: what belongs together stays together, and what is not chosen is left as it is."""

from __future__ import annotations

from datetime import timedelta

from blocker.engine import make_plan
from blocker.planning.chosen import bundles, chosen
from blocker.values.events import Ref, StandingBlock
from blocker.values.intervals import Interval
from blocker.values.plan import Change, Plan
from tests.tools.calendars_by_hand import BERLIN, MONDAY, at, meeting, request, slot, week_days, workweek

WORKWEEK = workweek()
TUESDAY, WEDNESDAY, THURSDAY = (MONDAY + timedelta(days=n) for n in (1, 2, 3))


def there(key: str, when: Interval) -> StandingBlock:
    return StandingBlock(
        key=key, kind=key.partition("/")[0], slot=when, when=when, title=key, text="", ref=Ref(key, None)
    )  # fmt: skip


def moved(key: str, was: Interval, to: Interval, **more: object) -> Change:
    return Change("move", key, key.partition("/")[0], to, was=was, standing=there(key, was), **more)  # type: ignore[arg-type]


def made(key: str, when: Interval) -> Change:
    return Change("create", key, key.partition("/")[0], when)


def gone(key: str, when: Interval, **more: object) -> Change:
    return Change("remove", key, key.partition("/")[0], when, standing=there(key, when), **more)  # type: ignore[arg-type]


def a_plan(*changes: Change, said: tuple[str, ...] = ()) -> Plan:
    return Plan(
        now=at(MONDAY, "06:30"), calendar="memory:", zone=BERLIN.key, policy="run", weeks=(), quarters=(),
        changes=changes, said=said, notes=tuple(f"told of {name}" for name in said),
    )  # fmt: skip


def keys(plan: Plan) -> list[list[str]]:
    return [sorted(change.key for change in bundle) for bundle in bundles(plan, WORKWEEK)]


A, B, C = "strategic/2026-W45/1", "strategic/2026-W45/2", "learning/2026-W45/1"


def test_what_has_nothing_to_do_with_each_other_is_asked_one_by_one() -> None:
    plan = a_plan(
        made(A, slot(TUESDAY, "09:00", "11:00")),
        moved(B, slot(MONDAY, "14:00", "16:00"), slot(WEDNESDAY, "14:00", "16:00")),
        made(C, slot(THURSDAY, "09:00", "11:00")),
    )
    assert keys(plan) == [[A], [B], [C]]


def test_a_swap_is_one_question() -> None:
    one, other = slot(TUESDAY, "09:00", "11:00"), slot(WEDNESDAY, "09:00", "11:00")
    plan = a_plan(moved(A, one, other), moved(B, other, one))
    assert keys(plan) == [[A, B]]
    half = chosen(plan, {A}, WORKWEEK)
    assert [(c.action, c.key, c.slot) for c in half.changes] == [("keep", A, one), ("keep", B, other)]
    assert chosen(plan, {A, B}, WORKWEEK) == plan


def test_a_chain_of_moves_is_one_question() -> None:
    first, second, third = (slot(day, "09:00", "11:00") for day in (TUESDAY, WEDNESDAY, THURSDAY))
    plan = a_plan(moved(A, first, second), moved(B, second, third), made(C, first))
    assert keys(plan) == [sorted([A, B, C])]


def test_what_gave_way_goes_with_what_it_made_room_for() -> None:
    plan = a_plan(
        made(A, slot(TUESDAY, "09:00", "11:00")),
        gone(C, slot(THURSDAY, "09:00", "11:00"), makes_room_for=A, forced=True),
    )
    assert keys(plan) == [[C, A]]
    kept = chosen(plan, {C}, WORKWEEK)  # without the block that it made room for, it stays
    assert [(c.action, c.key) for c in kept.changes] == [("keep", C)]


def test_the_half_day_and_its_note_go_together() -> None:
    day = slot(MONDAY + timedelta(days=40), "09:00", "13:00")
    plan = a_plan(made("note/2026-Q4", slot(THURSDAY, "00:00", "23:00")), made("offsite/2026-Q4", day))
    assert keys(plan) == [["note/2026-Q4", "offsite/2026-Q4"]]


def test_nothing_is_said_of_what_is_not_done() -> None:
    hit = gone(A, slot(TUESDAY, "09:00", "11:00"), released=True, conflict="overlaps “Board”", forced=True)
    plan = a_plan(hit, made(C, slot(THURSDAY, "09:00", "11:00")), said=(f"released {A} by x", f"outside {C}"))
    kept = chosen(plan, {C}, WORKWEEK)
    assert kept.said == (f"outside {C}",)
    assert kept.notes == (f"told of outside {C}",)
    assert [(c.action, c.conflict) for c in kept.changes] == [("keep", "overlaps “Board”"), ("create", None)]


def test_a_week_without_its_block_has_none() -> None:
    asked = request([meeting(day, "09:00", "12:00") for day in week_days(MONDAY)])
    plan = make_plan(asked)
    floors = {str(week.load.week): week.floor for week in plan.weeks}
    assert floors["2026-W45"] == "block"
    nothing = chosen(plan, set(), asked.workweek)
    assert not nothing.writes
    assert {week.floor for week in nothing.weeks} == {"unplaced"}
    assert {quarter.offsite for quarter in nothing.quarters} <= {"unplaced", "not due"}
    all_of_it = {change.key for change in plan.writes}
    assert chosen(plan, all_of_it, asked.workweek) == plan


def test_every_choice_keeps_each_block_once() -> None:
    asked = request([meeting(day, "09:00", "12:00") for day in week_days(MONDAY)])
    plan = make_plan(asked)
    groups = bundles(plan, asked.workweek)
    for left_out in groups:
        rest = {change.key for group in groups if group is not left_out for change in group}
        cut = chosen(plan, rest, asked.workweek)
        assert {change.key for change in cut.writes} == rest
