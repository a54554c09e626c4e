"""The benchmarks in small: what they measure is there, and the simple ways of placing keep the limits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.__main__ import MARK, main, publish
from benchmarks.arrivals import arriving
from benchmarks.big_calendar import big_calendar
from benchmarks.lived_year import live
from benchmarks.made_up import made_up
from benchmarks.one_at_a_time import careful_greedy, first_fit
from benchmarks.placement import lost
from benchmarks.problems import judge_of, make, with_own_kinds
from benchmarks.tables import Table
from blocker.calendars.addresses import open_calendar
from blocker.placing.place import place
from blocker.values.intervals import Interval


@pytest.mark.parametrize("load", [0.2, 0.6, 0.9])
@pytest.mark.parametrize("way", [first_fit, careful_greedy])
def test_a_simple_way_keeps_the_limits_and_is_never_better(way, load: float) -> None:  # type: ignore[no-untyped-def]
    for seed in range(4):
        problem = make(seed, 2, load)
        plan = {placed.key: placed.slot for placed in way(problem).placements}
        judge = judge_of(problem)
        assert judge.broken(plan) == []
        assert judge.value(plan) <= place(problem).value


def test_what_is_lost_is_counted() -> None:
    def value(red: int, points: int) -> tuple[int, ...]:
        return (*(0,) * 8, red, *(0,) * 11, points, 0)

    best, fewer, worse = value(3, 9), value(2, 9), value(3, 8)
    assert lost([best] * 2, [fewer, worse]) == ["50.0 %", "16.7 %", "100.0 %"]
    with pytest.raises(AssertionError, match="better"):
        lost([fewer], [best])


def test_each_kind_of_a_persons_own_is_asked_for() -> None:
    problem = with_own_kinds(make(1, 1, 0.0, whole_days=True), 10)
    assert len({demand.kind for demand in problem.demands}) == 12
    days = [problem.workweek.date_of(placed.slot.start) for placed in place(problem).placements]
    assert len(days) == len(set(days)) >= 5


def test_some_days_of_a_year_are_lived() -> None:
    lived = live(made_up(20), place, 9)
    assert lived.placed
    assert lived.placed <= lived.wanted
    assert lived.kept_minutes >= 60
    assert lived.roomy == set()


def test_meetings_arrive_move_and_leave() -> None:
    book = made_up(30)
    day = book.first + timedelta(days=30)
    before, after = set(map(str, book.on(day))), set(map(str, book.on(day + timedelta(days=1))))
    assert before - after
    assert after - before
    events = [item.event for item in book.known().shown]
    assert arriving(events, 1) == arriving(events, 1)


def test_a_large_calendar_has_as_many_events_as_it_says(tmp_path: Path) -> None:
    path = tmp_path / "big.ics"
    path.write_bytes(big_calendar(300))
    assert path.read_bytes().count(b"BEGIN:VEVENT") == 300
    window = Interval(datetime(2024, 1, 1, tzinfo=UTC), datetime(2027, 12, 31, tzinfo=UTC))
    assert open_calendar(f"ics:{path}", zone=None, me=()).read(window).skipped == ()


def test_figures_are_written_after_what_people_wrote(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Words\n\n{MARK}\n\nold figures\n", "utf-8")
    publish(page, Table("New", ("a", "b"), [("1", "2")], ("A note.",)).lines())
    text = page.read_text("utf-8")
    assert text.startswith("# Words\n\n" + MARK)
    assert "| 1 | 2 |" in text
    assert "old figures" not in text


def test_an_unknown_part_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["benchmarks", "--only", "magic"])
    with pytest.raises(SystemExit):
        main()
    assert "magic" in capsys.readouterr().err
