"""``connect``: sign in to a calendar's home once, so that cron never has to."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from blocker.calendars import open_calendar
from blocker.calendars.google import consent
from blocker.calendars.google import sign_in as auth
from blocker.calendars.google.known import PRIMARY, hours_in, learn, learned, working_hours
from blocker.calendars.google.sign_in import api_root, read_sign_in, token_path
from blocker.commands import Answer, Talk
from blocker.commands.parser import Parser
from blocker.files.places import config_path
from blocker.running.session import Setup
from blocker.showing.documents import SCHEMA
from blocker.values.errors import SignInNeeded, Unreadable, UsageError
from blocker.values.intervals import Interval

REVOKE = "https://myaccount.google.com/permissions"
TESTING_DAYS = 7
PUBLISH = "publish the app (Google Auth Platform, Audience, “Publish app”), then run: blocker connect google"
Finding = tuple[str, str, str]


class Homes(tuple[str, ...]):
    """Where a calendar may be. ``caldav`` is taken, to be told that it is not there yet, and not offered."""

    __slots__ = ()

    def __contains__(self, word: object) -> bool:
        return word == "caldav" or super().__contains__(word)


def add_connect(command: Parser) -> None:
    command.add_argument(
        "what", choices=Homes(("google", "ics")), metavar="google|ics", help="where your calendar is"
    )
    how = command.one_of()
    how.add_argument(
        "--credentials",
        type=Path,
        metavar="FILE",
        help="Google's JSON for your desktop app (credentials.json)",
    )
    how.add_argument("--token", type=Path, metavar="FILE", help="a sign-in that was made on another machine")
    how.add_argument("--service-account", type=Path, metavar="FILE", help="the key of a service account")
    command.add_argument("--subject", metavar="WHO", help="the address for which the service account acts")
    command.add_argument(
        "--headless", action="store_true", help="this machine has no browser: say what to do"
    )
    command.set_defaults(work=connect)


def connect(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Make a calendar ready for use. Raises UsageError, SignInNeeded or Temporary."""
    if args.what == "caldav":
        raise UsageError("CalDAV calendars are not there yet", "use a google:ID or ics:PATH address")
    if args.what == "ics":
        return _file(setup)
    return _google(args, setup, talk)


def _file(setup: Setup) -> Answer:
    """A file needs no sign-in: look whether it can be read, and say how to name it."""
    address = setup.config.settings.calendar
    if not address.startswith("ics:"):
        raise UsageError(f"{address} is no file", "name one: blocker --calendar ics:PATH connect ics")
    calendar = open_calendar(address, zone=setup.config.settings.timezone, me=setup.config.settings.me)
    try:
        snapshot = calendar.read(_today(setup))
    finally:
        calendar.close()
    lines = [
        f"{calendar.address} can be read: {snapshot.components} events. A file needs no sign-in.",
        f'Name it in the config: calendar = "{calendar.address}", or each time: --calendar {calendar.address}',
    ]
    return Answer(lines, {"schema": SCHEMA, "calendar": calendar.address})


def _google(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    if args.subject and not args.service_account:
        raise UsageError("--subject says for whom a service account acts", "add --service-account FILE")
    asked = consent.scopes_for(setup.config.settings)
    now = _aware(setup.now)
    scopes = tuple(a.scope for a in asked)
    if args.token:
        sign_in = consent.brought_sign_in(args.token)
        auth.prove(sign_in)
    elif args.service_account:
        sign_in = consent.service_sign_in(args.service_account, args.subject or "", scopes, now)
        auth.prove(sign_in)
    else:
        client = consent.read_client(args.credentials or _client_file(setup))
        talk.say("blocker asks Google for leave to:")
        for one in asked:
            talk.say(f"  {auth.WORDS[one.scope]}: {one.why}")
        sign_in = consent.ask_consent(client, scopes, headless=args.headless, now=now, say=talk.say)
    missing = consent.check_granted(sign_in, asked)
    path = auth.token_path(setup.environ)
    auth.keep_sign_in(path, sign_in)
    address = _address(setup)
    lines = ["Signed in to Google. The sign-in may:"]
    lines += [f"  {auth.WORDS.get(scope, scope)}" for scope in sign_in.scopes]
    lines += [f"  not {auth.WORDS[one.scope]}: you left that out, and it is not needed" for one in missing]
    lines += [f"It is kept in {path}, for you alone. Take it back at any time: {REVOKE}"]
    lines += _look(setup, address)
    lines += [f"hours: {_learn_hours(setup)}"]
    if setup.config.settings.calendar != address:
        lines.append(f'Name it in the config: calendar = "{address}", or each time: --calendar {address}')
    lines.append("Next: blocker check, then blocker plan.")
    return Answer(lines, {"schema": SCHEMA, "calendar": address, "token": str(path)})


def _client_file(setup: Setup) -> Path:
    """``credentials.json`` beside the config, else in this folder."""
    beside = config_path(setup.environ).with_name("credentials.json")
    here = Path("credentials.json")
    return here if not beside.exists() and here.exists() else beside


def _look(setup: Setup, address: str) -> list[str]:
    """What the calendar says when it is asked for the first time."""
    learn(setup.state_dir, address, no_focus_time=None)  # the account may be another now: find out again
    settings = setup.config.settings
    calendar = open_calendar(address, zone=settings.timezone, me=settings.me)
    try:
        snapshot = calendar.read(_today(setup))
    finally:
        calendar.close()
    who = f", and you are {', '.join(snapshot.me)}" if snapshot.me else ""
    return [f"{address} answers: its zone is {snapshot.zone}{who}"]


# What ``check`` has to say about Google


def google_findings(setup: Setup) -> Sequence[Finding]:
    """The sign-in in words, and the working hours read anew. Raises what a read of the calendar raises."""
    settings = setup.config.settings
    if not any(address.startswith("google:") for address in (settings.calendar, *settings.also_read)):
        return ()
    path = token_path(setup.environ)
    sign_in = read_sign_in(path)
    if sign_in is None:
        if api_root(setup.environ) is None:
            raise SignInNeeded("you are not signed in to Google", "run: blocker connect google")
        found = [("sign-in", "note", "none: BLOCKER_GOOGLE_ROOT names a server that wants none")]
    elif sign_in.kind == "service account":
        whom = f" for {sign_in.subject}" if sign_in.subject else ", and for nobody else"
        found = [("sign-in", "ok", f"a service account that acts{whom}; its key is {sign_in.key_file}")]
    else:
        found = [("sign-in", *_age(sign_in.at, sign_in.ends, _aware(setup.now)))]
    found.append(("hours", "ok", _learn_hours(setup)))
    refused = learned(setup.state_dir, settings.calendar).get("no_focus_time")
    if refused and (settings.native_focus or settings.protect == "decline"):
        words = f"this account takes no native focus time ({refused}): blocks are ordinary busy events"
        found.append(("focus time", "note", f"{words}; blocker connect google tries again"))
    return found


def _age(at: str, ends: str, now: datetime) -> tuple[str, str]:
    """How a sign-in stands, and when it will end."""
    try:
        since, until = datetime.fromisoformat(at), datetime.fromisoformat(ends) if ends else None
        days = (now - since).days
    except (ValueError, TypeError):
        return "ok", "signed in; when is not known"
    words = f"signed in on {since:%Y-%m-%d}"
    if until is not None:
        return (
            "note",
            f"{words}; Google ends it on {until:%Y-%m-%d %H:%M}: its consent screen is in “Testing”; {PUBLISH}",
        )
    if days < TESTING_DAYS:
        end = since + timedelta(days=TESTING_DAYS)
        return "note", (
            f"{words}; if the consent screen is in “Testing”, Google ends it seven days later, on {end:%Y-%m-%d}: {PUBLISH}"
        )
    return "ok", f"{words}, and it has outlived the seven days of “Testing”"


def _learn_hours(setup: Setup) -> str:
    """Read the account's working hours, keep them, and say which hours hold."""
    if setup.config.settings.hours_set:
        return "yours, from the config"
    try:
        found = working_hours(setup.environ)
    except SignInNeeded:
        return "the defaults; this sign-in may not see Google's (blocker connect google asks for that)"
    except Unreadable as problem:
        return f"the defaults; {problem.message}"
    learn(setup.state_dir, PRIMARY, working_hours=found)
    hours = hours_in(found)
    if hours is None:
        return "the defaults, as this account has no working hours"
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    spans = {
        d: " ".join(f"{a // 60:02}:{a % 60:02}–{b // 60:02}:{b % 60:02}" for a, b in s)
        for d, s in hours.items()
    }
    return ", ".join(f"{days[day]} {text}" for day, text in spans.items()) + ", from Google Calendar"


def _address(setup: Setup) -> str:
    address = setup.config.settings.calendar
    return address if address.startswith("google:") else PRIMARY


def _today(setup: Setup) -> Interval:
    now = _aware(setup.now).astimezone(UTC)
    return Interval(now, now + timedelta(days=1))


def _aware(now: datetime) -> datetime:
    return now if now.tzinfo is not None else now.replace(tzinfo=UTC)
