"""Public holidays of a country or a part of it, by code or by time zone, kept in small files.

``python-holidays`` is slow to import and to run for a program that starts every day, so what it says
is kept per code and year. This module reads and writes files: the core knows holidays as dates only.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct
from msgspec.json import decode, encode

from blocker.files.private import in_place_of, private_folder, read_small
from blocker.values.errors import ConfigError

AUTO = "auto"
OFF = "off"
KEPT_DAYS = 60
LANGUAGE = "en_US"

# Old zone names whose link in the zone database points into another country (its file "backward"
# names the place that is meant), and abbreviations that belong to no country at all.
_MOVED = {
    "Africa/Asmera": "ER",
    "Africa/Timbuktu": "ML",
    "America/Coral_Harbour": "CA",
    "America/Virgin": "VI",
    "Antarctica/South_Pole": "AQ",
    "Atlantic/Jan_Mayen": "SJ",
    "Iceland": "IS",
    "Pacific/Johnston": "UM",
    "Pacific/Ponape": "FM",
    "Pacific/Truk": "FM",
    "Pacific/Yap": "FM",
}
# Countries whose weekend is not Saturday and Sunday, by weekday (Monday is 0), as python-holidays has them, and Libya's
# from weekData of the Unicode CLDR. Left out are those that one has and the other has otherwise or not: of a Sunday
# alone, Brunei, Mauritania.
_WEEKENDS = {
    **dict.fromkeys(
        [
            "AF",
            "BD",
            "BH",
            "DJ",
            "DZ",
            "EG",
            "IL",
            "IQ",
            "JO",
            "KW",
            "LY",
            "MV",
            "OM",
            "QA",
            "SA",
            "SD",
            "SY",
            "YE",
        ],
        (4, 5),
    ),
    "IR": (4,),
}
_PLACELESS = frozenset({"CET", "EET", "EST", "HST", "MET", "MST", "WET"})


class HolidayCalendar(Struct, frozen=True):
    """The full public holidays of some years, and in words where they are from."""

    dates: Mapping[date, str]
    source: str


class Region(Struct, frozen=True):
    """A country's code and that of a part of it ("" for the whole country)."""

    country: str
    part: str = ""

    def __str__(self) -> str:
        return f"{self.country}-{self.part}" if self.part else self.country


class _Kept(Struct):
    """What one file holds: the holidays of a year, by whose calendar and when they were found."""

    code: str
    made: date
    place: str  # the country's name
    dates: dict[date, str]


def public_holidays(
    code: str, zone: str, years: Iterable[int], cache_dir: Path | None, today: date
) -> HolidayCalendar:
    """The holidays of ``years`` by a code such as ``DE-BE``, or ``auto`` (the zone's country) or ``off``.

    What is in ``cache_dir`` and not older than 60 days at ``today`` is taken from there; a directory
    that can't be read or written changes nothing but the time it takes. Raises ConfigError for a code
    that does not exist.
    """
    if code == OFF:
        return HolidayCalendar({}, "off")
    region = parse_code(code)
    if code == AUTO:
        country = country_of(zone)
        if country is None:
            return HolidayCalendar({}, f"none: the zone {zone} belongs to no country")
        region = Region(country)
    wanted = sorted(set(years))
    kept = {year: found for year in wanted if (found := _read(cache_dir, region, year, today))}
    missing = [year for year in wanted if year not in kept]
    if missing:
        try:
            kept |= _compute(region, missing, today)
        except KeyError:
            if code != AUTO:
                raise ConfigError(f"unknown holiday code {code}") from None
            return HolidayCalendar({}, f"none: the public holidays of {region} are not known")
        for year in missing:
            _write(cache_dir, region, year, kept[year])
    dates = {day: name for year in wanted for day, name in kept[year].dates.items()}
    place = next((found.place for found in kept.values()), str(region))
    if code == AUTO:
        return HolidayCalendar(dates, f"{place}, from the zone {zone}")
    return HolidayCalendar(dates, f"{place} ({code})")


def parse_code(code: str) -> Region:
    """``DE-BE`` → Region("DE", "BE"). Nothing is looked up."""
    country, _, part = code.partition("-")
    return Region(country, part)


def countries() -> Mapping[str, str]:
    """Every country's code, and its name in small letters. Takes a tenth of a second."""
    from holidays.registry import COUNTRIES

    return {
        code: module.replace("_", " ")
        for module, names in COUNTRIES.items()
        for code in names[1:]
        if len(code) in (2, 3)
    }


def parts(country: str) -> tuple[str, ...]:
    """The codes of the parts of a country that have holidays of their own, then their names."""
    import holidays

    found = getattr(holidays, country)
    return (*found.subdivisions, *getattr(found, "subdivisions_aliases", ()))


def part_names(country: str) -> Mapping[str, str]:
    """The codes of a country's parts by their names, where it has names for them."""
    import holidays

    names: Mapping[str, str] = getattr(getattr(holidays, country), "subdivisions_aliases", {})
    return names


def is_kept(code: str, cache_dir: Path | None) -> bool:
    """True if holidays were found by this code before: then it need not be checked again."""
    try:
        return cache_dir is not None and any(cache_dir.glob(_name(parse_code(code), "????")))
    except OSError:
        return False


def country_of(zone: str) -> str | None:
    """The code of the country that a zone is (mainly) of; None for zones such as UTC."""
    if zone in _MOVED:
        return _MOVED[zone]
    if zone in _PLACELESS:
        return None
    found = _zone_row(zone)
    if found is None:
        current = _link(zone)
        found = _zone_row(current) if current else None
    return found


def weekend_of(zone: str) -> tuple[int, ...]:
    """The weekdays (Monday is 0) that are the weekend in a zone's country."""
    return _WEEKENDS.get(country_of(zone) or "", (5, 6))


def _zone_row(zone: str) -> str | None:
    for line in _zone_file("zone.tab"):
        if zone not in line:
            continue
        fields = line.split("\t")
        if len(fields) > 2 and fields[2] == zone:
            return fields[0]
    return None


def _link(zone: str) -> str | None:
    """The name that an old zone name stands for today."""
    ending = f" {zone}"
    for line in _zone_file("tzdata.zi"):
        if line.startswith("L ") and line.endswith(ending):
            return line.split()[1]
    return None


def _country_name(country: str) -> str:
    for line in _zone_file("iso3166.tab"):
        if line.startswith(f"{country}\t"):
            return line.split("\t")[1]
    return countries().get(country, country).title()


def _zone_file(name: str) -> Iterator[str]:
    """The lines of a file of the zone database; nothing where there is none."""
    found = find_spec("tzdata")
    if found is None or found.origin is None:
        return iter(())
    try:
        text = Path(found.origin).with_name("zoneinfo").joinpath(name).read_text("utf-8")
    except OSError:
        return iter(())
    return (line for line in text.splitlines() if not line.startswith("#"))


def _compute(region: Region, years: list[int], today: date) -> dict[int, _Kept]:
    """Ask python-holidays. Raises KeyError for a country or part that it does not know."""
    import holidays

    if region.country not in countries() or (region.part and region.part not in parts(region.country)):
        raise KeyError(str(region))
    country = getattr(holidays, region.country)
    language = LANGUAGE if LANGUAGE in country.supported_languages else country.default_language
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it knows no moon of a far year is nothing to tell a person
        found = country(years=years, subdiv=region.part or None, language=language, expand=False)
    place = _country_name(region.country)
    kept = {year: _Kept(str(region), today, place, {}) for year in years}
    for day, name in sorted(found.items()):
        if day.year in kept:
            kept[day.year].dates[day] = name
    return kept


def _name(region: Region, year: object) -> str:
    """A file name, whatever a person has written for a code."""
    letters = (sign if sign.isascii() and (sign.isalnum() or sign == "-") else "_" for sign in str(region))
    return f"{''.join(letters)}-{year}.json"


def _file(cache_dir: Path, region: Region, year: object) -> Path:
    return cache_dir / _name(region, year)


def _read(cache_dir: Path | None, region: Region, year: int, today: date) -> _Kept | None:
    """What was kept; None if there is nothing, it is old, or it can't be understood."""
    if cache_dir is None:
        return None
    try:
        kept = decode(read_small(_file(cache_dir, region, year)), type=_Kept)
    except (OSError, ValueError):
        return None
    if kept.code != str(region) or abs((today - kept.made).days) > KEPT_DAYS:
        return None
    return None if any(day.year != year for day in kept.dates) else kept


def _write(cache_dir: Path | None, region: Region, year: int, kept: _Kept) -> None:
    """Keep a year, in one piece or not at all."""
    if cache_dir is None:
        return
    try:
        private_folder(cache_dir.parent, cache_dir.name)
        with in_place_of(_file(cache_dir, region, year)) as file:
            file.write(encode(kept))
    except OSError:
        return
