"""Composition: settings, calendars, holidays and ledger brought together for one command.

The only place where the pure core meets files and networks on the way in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Self
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace
from tzlocal import get_localzone_name

from blocker.calendars import addresses, roots, to_set
from blocker.calendars.holidays import public_holidays, weekend_of
from blocker.calendars.port import (
    Calendar,
    Hours,
    Paged,
    Remembering,
    Surroundings,
    days_inside,
    refuse_beyond,
)
from blocker.config.load import Config
from blocker.engine import make_plan
from blocker.files.places import config_path
from blocker.ledger.ledger import read_memory
from blocker.rules.survey import Survey, take_survey
from blocker.values.errors import ConfigError
from blocker.values.events import Snapshot
from blocker.values.intervals import Interval
from blocker.values.memory import Identity, Memory
from blocker.values.plan import Plan
from blocker.values.request import HISTORY_WEEKS, QUARTER_WEEKS, Request
from blocker.values.settings import FILL_WEEKS, HORIZON_WEEKS, Settings
from blocker.values.workweek import WhichWeek, WorkWeek, quarter_of, this_week, week_of


def _unsaid(words: str) -> None:
    """Nobody waits."""


class Setup(Struct, frozen=True):
    """What a command starts from. ``now`` is naive if ``--now`` came without an offset."""

    config: Config
    state_dir: Path
    now: datetime
    environ: Mapping[str, str]
    doing: Callable[[str], None] = _unsaid  # tells a person who waits what is being done
    clock: Callable[[], datetime] | None = None  # for a command that goes on for long

    @property
    def later(self) -> datetime:
        """Now, as it is by then."""
        return self.clock() if self.clock else self.now


class Session:
    """The calendars of one command, opened; a context manager that closes them."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        _refuse_unset_calendar(setup.config)
        self.around = surroundings(setup)
        self.settings = setup.config.settings
        self._known_hours = _known_hours(self.settings, self.around)
        self._open = ExitStack()
        self._others: dict[tuple[str, str | None], Calendar] = {}  # those also read, by address and zone
        self.calendar: Calendar = self._connect(self.settings.timezone)
        self._zone_name: str | None = self.settings.timezone
        self._zone_source = "the config"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self._open.close()

    @property
    def state_dir(self) -> Path:
        return self.setup.state_dir

    @property
    def doing(self) -> Callable[[str], None]:
        """Tells a person who waits what is being done."""
        return self.setup.doing

    @property
    def address(self) -> str:
        """What the calendar is called where a person reads it."""
        return self.calendar.address

    @property
    def identity(self) -> Identity:
        """What memory and lock hang on. Raises what a read raises."""
        return self.calendar.identity()

    def forget(self) -> None:
        """Take away what was kept on this machine of each calendar that was read."""
        for calendar in (self.calendar, *self._others.values()):
            if isinstance(calendar, Remembering):
                calendar.forget()

    def today(self) -> date:
        """The date in the user's zone; the calendar is read for it if nothing else names the zone."""
        return self.read(Memory()).request.workweek.date_of(aware(self.setup.now, UTC))

    def read(
        self,
        memory: Memory,
        policy: str = "run",
        which: WhichWeek = this_week,
        back: int = QUARTER_WEEKS,
        ahead: int = FILL_WEEKS,
    ) -> Sight:
        """Read every calendar and say what holds now. ``which`` week is asked for is known by today's date.

        ``back`` completed weeks and ``ahead`` weeks to come are measured at least.
        """
        rough_now = aware(self.setup.now, UTC)
        window = _window(rough_now, which, self.settings, back, ahead)
        snapshot = self._read(self.calendar, window)
        clock = snapshot
        if self._zone_name is None:
            clock = self._whose_clock(snapshot, window)
            self._zone_name, self._zone_source = clock.zone, clock.zone_source
            if clock.zone is None:
                self._zone_name, self._zone_source = machine_zone(self.setup.environ), "the machine"
            if snapshot.zone is None:  # floating times and all-day events need one: read again with it
                self.calendar = self._connect(self._zone_name)
                snapshot = self._read(self.calendar, window)
        zone = ZoneInfo(self._zone_name or "UTC")
        now = aware(self.setup.now, zone).astimezone(UTC)
        others = []
        for other in self._also_read(zone.key, snapshot.me):
            others.append(self._read(other, window))
            snapshot = replace(snapshot, me=snapshot.me or others[-1].me)
        read = (snapshot, *others)
        refuse_beyond(
            sum(len(each.events) for each in read),
            sum(days_inside(event.when, window) for each in read for event in each.events),
            self.address if len(read) == 1 else "what is read of all your calendars",
            window,
        )
        placed = clock.zone_placed or zone.key != clock.zone
        settings = _in_hours(self.settings, self._known_hours, zone.key if placed else "")
        workweek, holiday_source = self._workweek(settings, zone, placed, window, now)
        request = Request(
            now=now,
            policy=policy,
            week=which(workweek.date_of(now), workweek.lead),
            settings=settings,
            workweek=workweek,
            snapshot=snapshot,
            others=tuple(others),
            memory=memory,
            back=back,
            ahead=ahead,
            zone_source=self._zone_source,
        )
        return Sight(request, holiday_source)

    def _whose_clock(self, snapshot: Snapshot, window: Interval) -> Snapshot:
        """The calendar, unless it has no zone of its own and one that is also read has."""
        if snapshot.zone is None:
            for other in self._also_read(None, snapshot.me):
                seen = self._read(other, window)
                if seen.zone is not None:
                    return replace(seen, zone_source=seen.calendar)
        return snapshot

    def _also_read(self, zone: str | None, me: tuple[str, ...]) -> Iterator[Calendar]:
        """The other calendars, each once, whatever it is called."""
        seen = {self.identity.name}
        for address in self.settings.also_read:
            other = self._other(address, zone, me)
            if other.identity().name not in seen:
                seen.add(other.identity().name)
                yield other

    def _connect(self, zone: str | None) -> Calendar:
        calendar = addresses.open_calendar(
            self.settings.calendar, zone=zone, me=self.settings.me, around=self.around
        )
        self._open.callback(calendar.close)
        return calendar

    def _other(self, address: str, zone: str | None, me: tuple[str, ...]) -> Calendar:
        other = self._others.get((address, zone))
        if other is None:
            beside = (self.calendar, *self._others.values())
            other = addresses.open_calendar(
                address, zone=zone, me=self.settings.me or me, around=self.around, beside=beside
            )
            self._others[address, zone] = other
            self._open.callback(other.close)
        return other

    def _read(self, calendar: Calendar, window: Interval) -> Snapshot:
        """One calendar, with a word of it to a person who waits."""
        doing, words = self.setup.doing, f"reading {calendar.address}"
        doing(words)
        if isinstance(calendar, Paged):
            calendar.watch(lambda events: doing(f"{words}: {events} events so far"))
        snapshot = calendar.read(window)
        doing("working it out")
        return snapshot

    def _workweek(
        self, settings: Settings, zone: ZoneInfo, placed: bool, window: Interval, now: datetime
    ) -> tuple[WorkWeek, str]:
        """``placed``: the zone tells the country."""
        holidays: Mapping[date, str] = {}
        source = "off"
        if settings.holidays == "auto" and not placed:
            source = "none: the calendar's zone is its own and of no known country"
        elif settings.holidays != "off":
            years = range(window.start.year, window.end.year + 1)
            found = public_holidays(
                settings.holidays, zone.key, years, self.setup.state_dir / "holidays", today=now.date()
            )
            holidays, source = found.dates, found.source
        days = settings.quiet_days
        return WorkWeek(zone, settings.hours, settings.lunch, holidays, days, settings.week_lead), source


def look(setup: Setup, which: WhichWeek = this_week) -> Sight:
    """What a command sees that only looks."""
    with Session(setup) as session:
        return session.read(read_memory(setup.state_dir, session.identity), "run", which)


class Sight(Struct, frozen=True):
    """What was read for one command, and the plan that follows from it."""

    request: Request
    holiday_source: str

    def plan(self) -> Plan:
        return make_plan(self.request)

    def survey(self) -> Survey:
        return take_survey(self.request)

    def with_memory(self, memory: Memory) -> Sight:
        return replace(self, request=replace(self.request, memory=memory))


def machine_zone(environ: Mapping[str, str]) -> str:
    """The machine's zone, for calendars that name none."""
    name: str | None = environ.get("TZ") or get_localzone_name()
    try:
        return ZoneInfo(name or "UTC").key
    except (ValueError, OSError, KeyError):
        return "UTC"


def is_calendar_unset(config: Config) -> bool:
    """True if nobody has named a calendar and none is where it would be without that."""
    address = config.settings.calendar
    if "calendar" in config.origins or address != addresses.default_calendar():
        return False
    return not all(file.exists() for file in addresses.files_of(address))


def _refuse_unset_calendar(config: Config) -> None:
    """Raises ConfigError where no calendar is set."""
    if not is_calendar_unset(config):
        return
    named = f"name yours in {config.path}" if config.path else "blocker init writes a config to name yours in"
    place = ", ".join(str(file) for file in addresses.files_of(config.settings.calendar))
    raise ConfigError(
        f"no calendar is set (looked for {place})",
        f"{named}: {to_set()}; or put --calendar {addresses.file_address('PATH')} before the command",
    )


def surroundings(setup: Setup) -> Surroundings:
    """What a backend is handed of this call."""
    config, usual = setup.config.path, config_path(setup.environ).absolute()
    return Surroundings(
        setup.state_dir,
        config.absolute() if config else usual,
        usual,
        setup.config.settings,
        moment(setup),
        roots(setup.environ),
        setup.environ.get("SSL_CERT_FILE") or setup.environ.get("REQUESTS_CA_BUNDLE") or "",
    )


def moment(setup: Setup) -> datetime:
    """Now, in UTC where no zone is known yet."""
    return aware(setup.now, UTC)


def known_identity(setup: Setup) -> Identity:
    """Which calendar this call is about, as far as that is known without asking a server."""
    return addresses.identity(setup.config.settings.calendar, surroundings(setup))


def aware(now: datetime, zone: tzinfo) -> datetime:
    return now if now.tzinfo is not None else now.replace(tzinfo=zone)


def usual_days(setup: Setup) -> frozenset[int]:
    """The weekdays on which the daily run is due, as far as that is known without reading the calendar."""
    settings = setup.config.settings
    hours = _known_hours(settings, surroundings(setup))
    zone = settings.timezone or machine_zone(setup.environ)
    return frozenset(_in_hours(settings, hours, zone).hours)


def _known_hours(settings: Settings, around: Surroundings) -> Hours | None:
    """The working hours that the calendar's account has, where the user has set none."""
    return None if settings.hours_set else addresses.known_hours(settings.calendar, around)


def _in_hours(settings: Settings, known: Hours | None, zone: str) -> Settings:
    """The settings with the account's ``known`` hours, else those of the zone's country, where the user set none."""
    if settings.hours_set:
        return settings
    usual = settings.working
    return replace(
        settings, working=usual.with_days(known) if known else usual.with_weekend(weekend_of(zone))
    )


def _window(now: datetime, which: WhichWeek, settings: Settings, back: int, ahead: int) -> Interval:
    """Weeks enough to judge by, to the end of the quarter whose offsite may be due; a day of slack."""
    today = now.date()
    running, named = week_of(today).monday, which(today, settings.week_lead).monday
    first = min(running, named) - timedelta(weeks=max(back, HISTORY_WEEKS) + 1)
    last = max(
        quarter_of(today, settings.fiscal_start).next().end,
        running + timedelta(weeks=max(HORIZON_WEEKS, ahead + 1)),
        named + timedelta(weeks=HORIZON_WEEKS),
    )
    slack = timedelta(days=2)
    midnight = datetime(1, 1, 1, tzinfo=UTC).time()
    return Interval(
        datetime.combine(first, midnight, UTC) - slack, datetime.combine(last, midnight, UTC) + slack
    )
