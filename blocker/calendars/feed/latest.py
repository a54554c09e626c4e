"""The latest that is known of a feed, and its last good copy: private, in the state folder, with what is to be sent
back to the server. An answer that is no whole calendar is never a free week.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from msgspec import DecodeError, Struct, ValidationError, json
from msgspec.structs import replace

from blocker.calendars.feed.fetching import Answer, NoAnswer, fetch
from blocker.calendars.feed.links import fingerprint
from blocker.calendars.ics.lexer import Layout, scan
from blocker.calendars.port import Surroundings
from blocker.files.private import in_place_of, private_folder
from blocker.values.errors import BlockerError, SignInNeeded, Unreachable

MOST_DAYS = 14  # of a copy: the weeks ahead fill up meanwhile, and an older one shows room that is long gone
FEWEST = 2 / 3  # of the events that were there; half of them is the commonest broken answer
FEW = 2  # events fewer are nothing to wonder about
_FOLDER = "feeds"
_GONE, _CLOSED = (404, 410), (401, 403)
_RETRY = "it is asked again at the next run; blocker connect feed takes its answer as it is"


class Said(Struct, frozen=True):
    """What was said with a calendar, and when its server last stood by it. ``events`` is how many are in it."""

    at: datetime
    events: int
    etag: str = ""
    modified: str = ""


class Copy(Struct, frozen=True):
    said: Said
    content: bytes


class Latest(Struct, frozen=True):
    """A calendar's text; for a copy also when that was made, and why it is used."""

    layout: Layout
    copy_of: datetime | None = None
    why: str = ""


def latest(link: str, name: str, around: Surroundings) -> Latest:
    """The feed as it is now, else its last copy. ``name`` is what it is called in messages.

    Raises SignInNeeded for a link that was withdrawn, and Unreachable where there is no copy, or too old a one.
    """
    state_dir, now = around.state_dir, around.now
    before = copy_of(state_dir, link)
    try:
        said = before.said if before else None
        answer = fetch(link, said.etag if said else "", said.modified if said else "", around.certificates)
        _refuse_withdrawn(answer, name)
        if before is not None and answer.status == 304:
            keep(state_dir, link, replace(before, said=replace(before.said, at=now)))
            return Latest(scan(before.content))
        layout = _calendar_in(answer)
        events = _events(layout)
        if not events and before is None:
            raise NoAnswer("its answer has no event")
        if before is not None and _much_smaller(events, before.said.events):
            raise NoAnswer(f"its answer has {events} events, where there were {before.said.events}")
    except NoAnswer as problem:
        return _copy(before, str(problem), name, now)
    keep(state_dir, link, Copy(Said(now, events, answer.etag, answer.modified), answer.body))
    return Latest(layout)


def accept(link: str, name: str, around: Surroundings, now: datetime) -> int:
    """Take what the feed says now, however little it is; the number of its events.

    Raises SignInNeeded, or Unreachable for what is no whole calendar.
    """
    try:
        answer = fetch(link, "", "", around.certificates)
        _refuse_withdrawn(answer, name)
        events = _events(_calendar_in(answer))
    except NoAnswer as problem:
        raise Unreachable(f"{name} gave no calendar: {problem}", "try again later") from None
    keep(around.state_dir, link, Copy(Said(now, events, answer.etag, answer.modified), answer.body))
    return events


def copy_of(state_dir: Path, link: str) -> Copy | None:
    """None where there is none, or none that can be read."""
    try:
        head, _, content = _file(state_dir, link).read_bytes().partition(b"\n")
        return Copy(json.decode(head, type=Said), content)
    except (OSError, DecodeError, ValidationError):
        return None


def keep(state_dir: Path, link: str, copy: Copy) -> None:
    """Raises BlockerError where the state folder can't be written."""
    try:
        private_folder(state_dir, _FOLDER)
        with in_place_of(_file(state_dir, link)) as file:
            file.write(json.encode(copy.said) + b"\n")
            file.write(copy.content)
    except OSError as problem:
        raise BlockerError(
            f"the state folder {state_dir} can't be used: {problem.strerror or problem}",
            "set BLOCKER_STATE_DIR to a folder you can write",
        ) from problem


def age(then: datetime, now: datetime) -> str:
    """``3 hours``, ``2 days``, in the largest unit of which there are two."""
    minutes = (now - then) // timedelta(minutes=1)
    for size, units in ((24 * 60, "days"), (60, "hours"), (1, "minutes")):
        if minutes >= 2 * size:
            return f"{minutes // size} {units}"
    return "a moment"


def forget(state_dir: Path, link: str) -> None:
    with suppress(OSError):
        _file(state_dir, link).unlink()


def _file(state_dir: Path, link: str) -> Path:
    return state_dir / _FOLDER / f"{fingerprint(link)[:32]}.ics"


def _copy(before: Copy | None, why: str, name: str, now: datetime) -> Latest:
    if before is None:
        raise Unreachable(f"{name} gave no calendar, and there is no copy of it yet: {why}", _RETRY)
    since = age(before.said.at, now)
    if now - before.said.at > timedelta(days=MOST_DAYS):
        raise Unreachable(
            f"{name} gave no calendar for {since}, and its copy is too old to plan on: {why}", _RETRY
        )
    return Latest(scan(before.content), before.said.at, f"{why}, so its copy of {since} ago is used")


def _refuse_withdrawn(answer: Answer, name: str) -> None:
    if answer.status in _GONE:
        raise SignInNeeded(
            f"{name} is gone (status {answer.status}): the link was withdrawn or replaced",
            "publish the calendar again, and put the new link into the config; or take this one out",
        )
    if answer.status in _CLOSED:
        raise SignInNeeded(
            f"{name} wants a sign-in (status {answer.status}), which a published link needs none of",
            "publish the calendar so that anyone with the link can read it, and put that link into the config",
        )


def _calendar_in(answer: Answer) -> Layout:
    """Raises NoAnswer for anything but a whole calendar."""
    if answer.status != 200:
        raise NoAnswer(f"it answered with status {answer.status}")
    layout = scan(answer.body)
    if not layout.calendars:
        if not answer.body.strip():
            raise NoAnswer("its answer is empty")
        page = answer.body.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
        raise NoAnswer("it answered with a web page" if page else "its answer is not a calendar")
    if layout.insert_at is None:
        raise NoAnswer("its answer is cut off")
    return layout


def _events(layout: Layout) -> int:
    return sum(component.name == "VEVENT" for component in layout.components)


def _much_smaller(events: int, before: int) -> bool:
    return events < before * FEWEST and (not events or before - events > FEW)
