"""Spoilt calendars and configs: read as far as they go, or refused in a sentence, in bounded time.

Hypothesis spoils the corpus; HYPOTHESIS_PROFILE=wide does it for longer, BLOCKER_FUZZ_SECONDS ends each
test after so long. What never ends is ended with its process, since hypothesis would try it again and again. What was ever found is kept as a file in ``found/`` and read by every run of the tests.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache, wraps
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.calendars.addresses import open_calendar
from blocker.config.load import load_config
from blocker.config.template import config_template
from blocker.running.session import Session, Setup
from blocker.values.errors import AlreadyExists, ConfigError, Refused, Unreadable
from blocker.values.intervals import Interval, interval
from blocker.values.memory import Memory
from tests.tools.contract import block
from tests.tools.places import CORPUS

FILES = sorted(CORPUS.glob("*.ics"))
FOUND = sorted(p for p in (Path(__file__).parent / "found").iterdir() if p.suffix in (".ics", ".toml"))
WINDOW = interval(datetime(2026, 8, 24, tzinfo=UTC), datetime(2027, 4, 3, tzinfo=UTC))
PATIENCE = float(os.environ.get("BLOCKER_FUZZ_SECONDS", "inf"))

pytestmark = pytest.mark.timeout(method="thread")

TOKENS = [
    b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:VCALENDAR\r\n", b"END:VCALENDAR\r\n", b"BEGIN:VTIMEZONE\r\n", b"BEGIN:VALARM\r\n",
    b"RRULE:FREQ=SECONDLY\r\n", b"RRULE:FREQ=YEARLY;BYDAY=53MO;BYSETPOS=-366\r\n", b";COUNT=0", b";INTERVAL=0", b";UNTIL=00010101T000000Z",
    b"EXDATE:", b"RDATE;VALUE=PERIOD:20261123T090000Z/PT1H\r\n", b"RECURRENCE-ID:", b"DTSTART;VALUE=DATE:", b"DTSTART:99991231T235959Z\r\n",
    b"DTEND:00010101T000000Z\r\n", b"DURATION:-P1W\r\n", b"DURATION:P999999999D\r\n", b";TZID=", b"TZID:Nowhere/Land\r\n", b"TZOFFSETTO:+9999\r\n",
    b"X-BLOCKER-KEY:strategic/2026-W48/1\r\n", b"X-BLOCKER-SLOT:", b"UID:\r\n", b"\r\n ", b"\r", b"\n", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf",
    b"\xe2\x80\xae", b"\"", b";", b":", b"\\", b"=", b"99999999999999999999", b"ATTENDEE:mailto:", b"\x1b[2J",
]  # fmt: skip

places = st.floats(0, 1, exclude_max=True)
harms = st.one_of(
    st.tuples(st.just("put"), places, st.sampled_from(TOKENS)),
    st.tuples(st.just("put"), places, st.binary(min_size=1, max_size=4)),
    st.tuples(st.just("set"), places, st.binary(min_size=1, max_size=1)),
    st.tuples(st.just("cut"), places, places),
    st.tuples(st.just("again"), places, places),
    st.tuples(st.just("line"), places, places),
)


def for_a_while(test: Callable[..., None]) -> Callable[..., None]:
    """Lets the examples after PATIENCE go by; once something is found, it takes the time it needs."""
    began: list[float] = []
    found: list[Exception] = []

    @wraps(test)
    def patient(*args: Any, **kwargs: Any) -> None:
        began.append(time.monotonic())
        if not found and began[-1] - began[0] > PATIENCE:
            return
        try:
            test(*args, **kwargs)
        except Exception as problem:
            found.append(problem)
            raise

    return patient


def spoilt(content: bytes, harm: list[tuple[str, float, bytes | float]]) -> bytes:
    for what, where, more in harm:
        at = int(where * len(content))
        if isinstance(more, bytes):
            content = content[:at] + more + content[at + (what == "set") :]
            continue
        other = int(more * len(content))
        low, high = sorted((at, other))
        if what == "cut":
            content = content[:low] + content[min(high, low + 200) :]
        elif what == "again":
            content = content[:high] + content[low : min(high, low + 400)] + content[high:]
        else:  # two lines change places
            lines = content.split(b"\n")
            first, second = int(where * len(lines)), int(more * len(lines))
            lines[first], lines[second] = lines[second], lines[first]
            content = b"\n".join(lines)
    return content


@cache
def seed_of(number: int) -> bytes:
    return FILES[number].read_bytes()


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


def use(path: Path) -> None:
    """Read it, plan on it, write to it: whatever goes wrong is a sentence, and other people's bytes stay."""
    before = path.read_bytes()
    refusal = ""
    try:
        read_plan_and_write(path)
    except (Unreadable, Refused, AlreadyExists) as refused:
        refusal = refused.message
    assert path.read_bytes() == before
    assert "\n" not in refusal


def read_plan_and_write(path: Path) -> None:
    overrides = {"calendar": f"ics:{path}", "timezone": "Europe/Berlin", "holidays": "off"}
    config = load_config(None, {"HOME": str(path.parent)}, overrides)
    setup = Setup(config, path.parent / "state", datetime(2026, 11, 2, 6, 30, tzinfo=UTC), {})
    with Session(setup) as session:
        session.read(Memory()).plan()
    calendar = open_calendar(f"ics:{path}", zone="Europe/Berlin", me=())
    for event in calendar.read(WINDOW).events:
        assert event.when.start < event.when.end
    slot = Interval(datetime(2027, 1, 5, 9, tzinfo=UTC), datetime(2027, 1, 5, 11, tzinfo=UTC))
    calendar.delete(calendar.create(block("strategic/2027-W01/7", slot)))


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_once_is_not_found_again(path: Path, tmp_path: Path) -> None:
    copy = tmp_path / path.name
    copy.write_bytes(path.read_bytes())
    if path.suffix == ".ics":
        use(copy)
    else:
        configured(copy)


@given(st.integers(0, len(FILES) - 1), st.lists(harms, min_size=1, max_size=6))
@for_a_while
def test_a_spoilt_calendar_is_read_or_refused(
    folder: Path, number: int, harm: list[tuple[str, float, bytes | float]]
) -> None:
    path = folder / "calendar.ics"
    path.write_bytes(spoilt(seed_of(number), harm))
    use(path)


def configured(path: Path) -> None:
    """Settings, or a ConfigError; nothing else."""
    with suppress(ConfigError):
        load_config(path, {"HOME": str(path.parent), "BLOCKER_STATE_DIR": str(path.parent)}, {})


TEMPLATE = "\n".join(
    line.removeprefix("# ").removeprefix("#")
    for line in config_template("ics:a.ics").splitlines()
    if "=" in line or "[" in line
).encode()


@given(st.lists(harms, min_size=1, max_size=6))
@for_a_while
def test_a_spoilt_config_is_settings_or_problems(
    folder: Path, harm: list[tuple[str, float, bytes | float]]
) -> None:
    path = folder / "config.toml"
    path.write_bytes(spoilt(TEMPLATE, harm))
    configured(path)
