"""Some weeks of ``benchmarks.year``: failing writes and requests, kills, a person who edits, and nothing suffers."""

from __future__ import annotations

import pytest

from benchmarks.year import KILL_EVERY, report, simulate


@pytest.mark.parametrize(
    ("backend", "days"),
    [(name, KILL_EVERY + 1) for name in ("ics", "dir")]
    + [(name, KILL_EVERY // 2 + 2) for name in ("caldav", "google")],
)
def test_weeks_of_bad_weather_harm_nothing(backend: str, days: int) -> None:
    tally, fate, faults = simulate(backend, days, seed=3)
    assert not any(tally.harm.values()), tally.harm
    assert tally.runs >= days
    assert sum(tally.edits.values()) >= days
    assert fate.kills >= 1
    assert faults > 10


def test_the_figures_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert report("ics", 2, seed=4)
    said = capsys.readouterr().out
    for word in (
        "runs ",
        "faults ",
        "kills ",
        "edits ",
        "lost 0",
        "doubled 0",
        "foreign changed 0",
        "undone edits 0",
    ):
        assert word in said
