"""``report``: the weeks as a page, as text, as a calendar or as a table. It never writes to a calendar."""

from __future__ import annotations

import json
import platform
import secrets
import sys
import webbrowser
from argparse import Namespace
from collections.abc import Collection
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from blocker import __version__
from blocker.calendars import about, scheme_of
from blocker.calendars.addresses import files_of
from blocker.commands.answer import Answer, Talk
from blocker.commands.bug_bundle import bundle
from blocker.commands.parser import Parser
from blocker.engine import make_plan
from blocker.rules.survey import Survey
from blocker.running.session import Setup, look
from blocker.showing.page.files import GENERATOR, write_report
from blocker.showing.page.gather import gather
from blocker.showing.page.page import render_page, report_document, report_lines
from blocker.showing.page.proposal import proposal
from blocker.showing.page.tables import as_document, week_rows, written
from blocker.showing.page.values import Report
from blocker.showing.report_text import FEW, MOST, report_text
from blocker.values.errors import UsageError
from blocker.values.plan import Plan
from blocker.values.request import Request

PACKAGES = ("holidays", "tzdata", "tzlocal", "msgspec")


def add_report(command: Parser) -> None:
    form = command.one_of()
    form.add_argument("--text", action="store_true", help="in words, on the terminal (default)")
    form.add_argument(
        "--html", type=Path, metavar="FILE", help="one page that works offline, to read or to mail"
    )
    form.add_argument(
        "--ics", type=Path, metavar="FILE", help="the proposed blocks, tentative, to import elsewhere"
    )
    form.add_argument("--csv", action="store_true", help="load and history, a line for each week")
    form.add_argument(
        "--bug",
        type=Path,
        metavar="FILE",
        help="what a maintainer needs to make this plan again; without titles or texts",
    )
    command.add_argument("--open", action="store_true", help="show the page in the browser (with --html)")
    command.add_argument(
        "--no-titles", action="store_true", help="leave out what events are called, for sharing"
    )
    command.set_defaults(work=report)


def report(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """One look at the calendar, in the form that was asked for."""
    if args.open and args.html is None:
        raise UsageError("--open shows the page of --html, and there is none", "add --html FILE")
    sight = look(setup)
    seen = sight.survey()
    made = make_plan(sight.request, seen)
    titles = not args.no_titles
    if args.bug is not None:
        return bug_report(args.bug, made, seen, sight.request, calendars(sight.request))
    if args.html is not None:
        return _html(args.html, made, seen, sight.request, titles, talk if args.open else None)
    if args.ics is not None:
        return _ics(args.ics, made, sight.request, titles)
    if args.csv:
        rows = week_rows(made, seen, sight.request)
        return Answer(written(rows), as_document(rows), verbatim=True)
    return _text(made, seen, sight.request, titles, MOST if args.verbose else FEW)


def _html(
    path: Path, made: Plan, seen: Survey, request: Request, titles: bool, opener: Talk | None
) -> Answer:
    def gathered(coarse: bool) -> Report:
        return gather(made, seen, request, titles, coarse)

    there = write_report(path, render_page(gathered).encode(), calendars(request))
    if opener is not None and not webbrowser.open(there.as_uri()):
        opener.say(f"no browser could be opened; the page is {there}")
    return Answer([f"The report is in {there}"], {"schema": 1, "report": "html", "file": str(there)})


def _ics(path: Path, made: Plan, request: Request, titles: bool) -> Answer:
    content, states = proposal(made, titles)
    there = write_report(path, content, calendars(request))
    proposed, standing, going = (states[state] for state in ("TENTATIVE", "CONFIRMED", "CANCELLED"))
    parts = [f"{_blocks(proposed)} proposed, tentative until you say yes"] if proposed else []
    parts += [f"{_blocks(standing)} on the calendar already"] if standing else []
    parts += [f"{_blocks(going)} to go, as cancelled"] if going else []
    return Answer(
        [f"The plan is in {there}: {'; '.join(parts) or 'no blocks'}"],
        {"schema": 1, "report": "ics", "file": str(there), "proposed": proposed, "standing": standing},
    )


def _blocks(number: int) -> str:
    return "one block" if number == 1 else f"{number} blocks"


def _text(made: Plan, seen: Survey, request: Request, titles: bool, most: int) -> Answer:
    found = gather(made, seen, request, titles)
    behind = report_text(request, seen, titles, most)
    return Answer(report_lines(found, behind), report_document(found))


def calendars(request: Request) -> list[Path]:
    """The files of the calendars that are read: no report ever takes their place."""
    addresses = [request.snapshot.calendar, *(other.calendar for other in request.others)]
    return [file for address in addresses for file in files_of(address)]


def bug_report(path: Path, made: Plan, seen: Survey, request: Request, calendars: Collection[Path]) -> Answer:
    """Write the bundle; a person can read in it what they are about to send."""
    document: dict[str, Any] = {
        "what": f"{GENERATOR} --bug: times, kinds and numbers; no titles, texts, addresses or names",
        "blocker": __version__,
        "python": platform.python_version(),
        "system": sys.platform,
        "packages": {name: _version(name) for name in (*PACKAGES, *about(made.calendar).packages)},
        "backend": scheme_of(made.calendar),
        **bundle(request, seen, made, secrets.token_bytes(16)),
    }
    there = write_report(path, (json.dumps(document, indent=1) + "\n").encode(), calendars)
    if there.is_file():
        there.chmod(0o600)  # whatever lay there before
    count = len(document["events"])
    lines = [
        f"The bug report is in {there}: {count} events as times and kinds, without any words of yours.",
        "Look through it before you send it.",
    ]
    return Answer(lines, {"schema": 1, "report": "bug", "file": str(there), "events": count})


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
