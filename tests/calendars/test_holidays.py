"""Public holidays by code or zone, and the small files they are kept in."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path
from zoneinfo import available_timezones

import holidays
import pytest

from blocker.calendars.holidays import (
    HolidayCalendar,
    Region,
    countries,
    country_of,
    is_kept,
    parse_code,
    parts,
    public_holidays,
    weekend_of,
)
from blocker.values.errors import ConfigError

TODAY = date(2026, 5, 1)


def ask(
    code: str, zone: str = "UTC", *years: int, cache: Path | None = None, today: date = TODAY
) -> HolidayCalendar:
    return public_holidays(code, zone, years or (2026,), cache, today)


def test_a_country_by_its_zone() -> None:
    found = ask("auto", "Europe/Berlin")
    assert found.source == "Germany, from the zone Europe/Berlin"
    # The dates are the law's; what the library calls some of them in English differs from release to release.
    assert sorted(found.dates) == [
        date(2026, 1, 1),
        date(2026, 4, 3),
        date(2026, 4, 6),
        date(2026, 5, 1),
        date(2026, 5, 14),
        date(2026, 5, 25),
        date(2026, 10, 3),
        date(2026, 12, 25),
        date(2026, 12, 26),
    ]
    assert found.dates[date(2026, 4, 3)] == "Good Friday"


def test_a_part_of_a_country_has_more() -> None:
    found = ask("DE-BE")
    assert found.source == "Germany (DE-BE)"
    assert found.dates.keys() - ask("DE").dates.keys() == {date(2026, 3, 8)}
    assert ask("DE-Berlin").dates == found.dates


@pytest.mark.parametrize("code", ["GB", "UK", "GBR"])
def test_other_codes_of_a_country(code: str) -> None:
    assert ask(code).dates == ask("GB").dates
    assert ask(code).dates[date(2026, 12, 28)]  # Boxing Day is a Saturday: the Monday is free


def test_a_day_in_lieu_at_the_end_of_the_year_before() -> None:
    assert date(2027, 12, 31) in ask("US", "UTC", 2027).dates


def test_half_days_and_days_that_are_not_public_are_left_out() -> None:
    assert date(2026, 12, 24) not in ask("DE").dates
    assert date(2026, 2, 14) not in ask("US").dates


def test_off_and_zones_of_no_country() -> None:
    assert ask("off", "Europe/Berlin") == HolidayCalendar({}, "off")
    assert ask("auto", "UTC") == HolidayCalendar({}, "none: the zone UTC belongs to no country")
    assert ask("auto", "Etc/GMT-3").dates == {}


def test_a_country_whose_holidays_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blocker.calendars.holidays.country_of", lambda zone: "XX")
    assert ask("auto", "X/Y") == HolidayCalendar({}, "none: the public holidays of XX are not known")


def test_an_unknown_code() -> None:
    for code in ("XX", "DE-XX", "de", "", "XECB", "../../etc/passwd"):
        with pytest.raises(ConfigError, match="unknown holiday code"):
            ask(code)


def test_several_years_and_none() -> None:
    assert {day.year for day in ask("BR", "UTC", 2027, 2026, 2027).dates} == {2026, 2027}
    assert public_holidays("BR", "UTC", [], None, TODAY).dates == {}
    assert ask("DE", "UTC", 1).dates == {}
    assert ask("IN", "UTC", 2050).source == "India (IN)"  # the library warns about far years; we don't


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("Europe/Berlin", "DE"),
        ("Europe/Oslo", "NO"),  # a link in the database, and a country of its own all the same
        ("Asia/Kolkata", "IN"),
        ("Asia/Calcutta", "IN"),
        ("America/Sao_Paulo", "BR"),
        ("America/Argentina/ComodRivadavia", "AR"),
        ("US/Eastern", "US"),
        ("US/Samoa", "AS"),
        ("GB", "GB"),
        ("Japan", "JP"),
        ("Singapore", "SG"),
        ("Iceland", "IS"),  # its link leads to Africa/Abidjan
        ("Africa/Timbuktu", "ML"),
        ("Antarctica/South_Pole", "AQ"),
        ("EST", None),  # Panama's zone has that name, and nobody means Panama by it
        ("CET", None),
        ("UTC", None),
        ("Etc/GMT+5", None),
        ("Nowhere/Land", None),
        ("", None),
    ],
)
def test_the_country_of_a_zone(zone: str, country: str | None) -> None:
    assert country_of(zone) == country


def test_every_zone_that_names_a_place_has_a_country_with_known_holidays() -> None:
    known = countries()
    for zone in sorted(available_timezones()):
        country = country_of(zone)
        if country is None:
            assert "/" not in zone or zone.startswith("Etc/"), zone
        else:
            assert country in known, zone


def test_codes_and_parts() -> None:
    assert countries()["DE"] == "germany"
    assert parts("DE")[:2] == ("BB", "BE")
    assert "Berlin" in parts("DE")
    assert parse_code("DE-BE") == Region("DE", "BE")
    assert str(parse_code("NZ-South Canterbury")) == "NZ-South Canterbury"


def kept_file(cache: Path) -> Path:
    return cache / "DE-BE-2026.json"


def keep(cache: Path, **changes: object) -> None:
    """Put a file there that says something no library would."""
    held = {"code": "DE-BE", "made": "2026-05-01", "place": "Germany", "dates": {"2026-05-25": "Towel Day"}}
    cache.mkdir(exist_ok=True)
    kept_file(cache).write_text(json.dumps(held | changes))


def test_a_second_time_comes_from_the_file(tmp_path: Path) -> None:
    cache = tmp_path / "deep" / "holidays"
    first = ask("DE-BE", cache=cache)
    assert "Women's Day" in json.loads(kept_file(cache).read_text("utf-8"))["dates"]["2026-03-08"]
    assert ask("DE-BE", cache=cache) == first
    keep(cache)
    assert ask("DE-BE", cache=cache) == HolidayCalendar({date(2026, 5, 25): "Towel Day"}, "Germany (DE-BE)")
    assert ask("DE-BE", "UTC", 2026, 2027, cache=cache).dates.keys() > {date(2026, 5, 25), date(2027, 3, 8)}


def test_the_files_are_private_and_whole(tmp_path: Path) -> None:
    ask("DE-BE", "UTC", 2026, 2027, cache=tmp_path / "holidays")
    found = sorted((tmp_path / "holidays").iterdir())
    assert [file.name for file in found] == ["DE-BE-2026.json", "DE-BE-2027.json"]
    if os.name == "posix":
        assert {stat.S_IMODE(file.stat().st_mode) for file in found} == {0o600}
        assert stat.S_IMODE((tmp_path / "holidays").stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("days", "from_file"), [(0, True), (60, True), (61, False), (-60, True), (-61, False)]
)
def test_a_file_is_good_for_sixty_days(tmp_path: Path, days: int, from_file: bool) -> None:
    keep(tmp_path, made=(TODAY - timedelta(days=days)).isoformat())
    assert (ask("DE-BE", cache=tmp_path).dates == {date(2026, 5, 25): "Towel Day"}) == from_file
    assert (json.loads(kept_file(tmp_path).read_text("utf-8"))["made"] == TODAY.isoformat()) == (
        not from_file or not days
    )


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"DE-BE"',
        b"{}",
        b'{"code": "DE-BE", "made": 1, "place": "x", "dates": {}}',
        b'{"code": "DE-BE", "made": "2026-05-01", "place": "x", "dates": []}',
        b'{"code": "DE-BE", "made": "2026-05-01", "place": "x", "dates": {"May": "x"}}',
        b'{"code": "DE-BE", "made": "2026-05-01", "place": "x", "dates": {"2025-05-25": "another year"}}',
        b'{"code": "DE", "made": "2026-05-01", "place": "x", "dates": {"2026-05-25": "another code"}}',
    ],
)
def test_a_broken_file_is_ignored_and_replaced(tmp_path: Path, content: bytes) -> None:
    kept_file(tmp_path).write_bytes(content)
    assert ask("DE-BE", cache=tmp_path).dates == ask("DE-BE").dates
    assert json.loads(kept_file(tmp_path).read_bytes())["dates"]["2026-03-08"]


def test_a_place_that_can_not_be_written_only_costs_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert ask("DE-BE", cache=tmp_path / "file").dates
    assert ask("DE-BE", cache=tmp_path / "file" / "below").dates
    kept_file(tmp_path).mkdir()  # the name is taken by a folder
    assert ask("DE-BE", cache=tmp_path).dates
    assert sorted(found.name for found in tmp_path.iterdir()) == ["DE-BE-2026.json", "file"]


def test_a_year_without_holidays_is_kept_too(tmp_path: Path) -> None:
    ask("UA", cache=tmp_path)
    assert (tmp_path / "UA-2026.json").exists()
    assert ask("UA", cache=tmp_path).source == "Ukraine (UA)"


def test_odd_codes_name_no_odd_files(tmp_path: Path) -> None:
    ask("NZ-South Canterbury", cache=tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["NZ-South_Canterbury-2026.json"]
    assert is_kept("NZ-South Canterbury", tmp_path)
    assert not is_kept("NZ", tmp_path)
    assert not is_kept("NZ", tmp_path / "nowhere")
    assert not is_kept("../*", tmp_path)
    assert not is_kept("NZ", None)


SCRIPT = """
import sys
from datetime import date
from pathlib import Path
from blocker.calendars.holidays import public_holidays
found = public_holidays("auto", "Europe/Berlin", [2026], Path(sys.argv[1]), date(2026, 5, 1))
print(found.dates[date(2026, 12, 25)], "holidays" in sys.modules, sep=",")
"""


def test_a_kept_year_never_imports_the_library_and_no_locale_changes_the_names(tmp_path: Path) -> None:
    def run() -> str:
        command = [sys.executable, "-W", "error", "-c", SCRIPT, str(tmp_path)]
        environ = {**os.environ, "LANGUAGE": "de", "LANG": "de_DE.UTF-8"}
        return subprocess.run(command, env=environ, check=True, capture_output=True, text=True).stdout.strip()

    assert run() == "Christmas Day,True"
    assert run() == "Christmas Day,False"


@pytest.mark.parametrize(
    ("zone", "weekend"),
    [
        ("Asia/Riyadh", (4, 5)), ("Africa/Cairo", (4, 5)), ("Asia/Jerusalem", (4, 5)), ("Israel", (4, 5)),
        ("Asia/Tehran", (4,)), ("Asia/Dubai", (5, 6)), ("Europe/Berlin", (5, 6)), ("Asia/Kolkata", (5, 6)), ("UTC", (5, 6)),
    ],
)  # fmt: skip
def test_the_weekend_of_a_zones_country(zone: str, weekend: tuple[int, ...]) -> None:
    assert weekend_of(zone) == weekend


def test_weekends_are_those_that_python_holidays_knows() -> None:
    for zone in sorted(available_timezones()):
        country = country_of(zone) or ""
        if country not in ("", "LY") and weekend_of(zone) != (5, 6):  # it says nothing of Libya's
            assert weekend_of(zone) == tuple(sorted(getattr(holidays, country)(years=2026).weekend)), zone
