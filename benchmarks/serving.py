"""What a calendar on a CalDAV server takes, against a file with the same events: our own time, and the server's."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

from benchmarks.processes import run
from benchmarks.tables import Table, milliseconds, times
from blocker.calendars.caldav.sign_in import SignIn, keep
from blocker.calendars.port import Surroundings
from tests.tools.caldav_proxy import proxy_to
from tests.tools.caldav_servers import Person, running

EVENTS = 3_000
FIRST = datetime(2025, 1, 6, 8, tzinfo=UTC)
LIMIT = 3.0  # times the run on a file
# What is done, and how.
CALLS = (
    ("the first `plan`", ("plan",)),
    ("the first `run -y`, which writes", ("run", "-y")),
    ("the next `run`, which reads what was written", ("run",)),
    ("the `run` of a day without news", ("run",)),
)


def serving(folder: Path, repeats: int) -> Table:
    """Each call on a file and on Radicale, in seconds of the processor."""
    content = _meetings()
    config, state, file = folder / "served.toml", folder / "served", folder / "served.ics"
    (folder / "radicale").mkdir()
    config.write_text('timezone = "Europe/Berlin"\n')  # as events with a zone would say it
    env = {"BLOCKER_STATE_DIR": str(state), "BLOCKER_CONFIG": str(config), "BLOCKER_PROTECT": "busy"}
    ours: dict[tuple[int, str], list[float]] = {}
    theirs: dict[tuple[int, str], list[float]] = {}
    requests: dict[int, int] = {}
    with running("radicale", folder / "radicale") as server, proxy_to(server.root) as proxy:
        keep(SignIn(server.root, server.user, server.password), Surroundings(state, config, config))
        keep(SignIn(proxy.root, server.user, server.password), Surroundings(state, config, config))
        person = Person(server, server.make_calendar())
        person.load(content)
        addresses = {"file": f"ics:{file}", "server": f"caldav:{server.root}{person.path}"}
        for number in range(repeats + 1):
            for kind, address in addresses.items():
                shutil.rmtree(state, ignore_errors=True)
                file.write_bytes(content)
                for path in person.blocks():
                    person.remove_at(path)
                for call, (_, words) in enumerate(CALLS):
                    before = _seconds_of(server.pid)
                    seconds = run(_words(address, words), env).seconds
                    if number:  # the first ones warm the disk
                        ours.setdefault((call, kind), []).append(seconds)
                        theirs.setdefault((call, kind), []).append(_seconds_of(server.pid) - before)
        through = f"caldav:{proxy.root}{person.path}"
        for path in person.blocks():
            person.remove_at(path)
        for call, (_, words) in enumerate(CALLS):
            requests[call] = len(proxy.methods(lambda: run(_words(through, words), env)))  # noqa: B023 - called at once
    rows = [
        [
            f"{what}, {EVENTS:,} events",
            milliseconds(median(ours[call, "file"])),
            milliseconds(median(ours[call, "server"])),
            _against(median(ours[call, "server"]) / median(ours[call, "file"])),
            milliseconds(median(theirs[call, "server"])),
            str(requests[call]),
        ]
        for call, (what, _) in enumerate(CALLS)
    ]
    return Table(
        "A calendar on a server",
        ("what", "on a file", "on Radicale", f"limit {LIMIT:g} ×", "Radicale's own time", "requests"),
        rows,
        (
            f"Medians of {repeats}, whole processes, seconds of the processor. A day without news may take two requests.",
        ),
    )


def _meetings() -> bytes:
    """Four meetings on each of 750 days around November 2026, which a small server takes in at once."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//benchmarks//served//EN",
        "X-WR-TIMEZONE:Europe/Berlin",
    ]
    for number in range(EVENTS):
        start = FIRST + timedelta(days=number // 4, hours=(0, 2, 5, 6)[number % 4], minutes=15 * (number % 3))
        end = start + timedelta(minutes=60)
        lines += ["BEGIN:VEVENT", f"UID:{number}@example.org", "DTSTAMP:20240101T000000Z"]
        lines += [
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
            f"DTEND:{end:%Y%m%dT%H%M%SZ}",
            f"SUMMARY:Meeting {number}",
        ]
        lines += [
            "ORGANIZER:mailto:boss@example.org",
            "ATTENDEE;PARTSTAT=ACCEPTED:mailto:lead@example.org",
            "END:VEVENT",
        ]
    return "".join(f"{line}\r\n" for line in (*lines, "END:VCALENDAR")).encode()


def _words(address: str, words: Sequence[str]) -> Sequence[str]:
    return ["-m", "blocker", "--calendar", address, "--now", "2026-11-23T06:30", *words]


def _against(ratio: float) -> str:
    return times(ratio) + ("" if ratio <= LIMIT else ", not met")


def _seconds_of(pid: int) -> float:
    """The processor's seconds that a running process has had (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
