"""``init``, ``check`` and ``config show``: getting started, and knowing where one stands."""

from __future__ import annotations

import os
from argparse import Namespace
from pathlib import Path

from msgspec import json

from blocker.calendars import backend, scheme_of, to_set
from blocker.calendars.addresses import read_only, shown
from blocker.calendars.port import Finding
from blocker.commands.answer import Answer, Talk, pasteable
from blocker.commands.foresight import foresight
from blocker.commands.parser import Parser
from blocker.commands.zone_doubt import doubt_of_zone
from blocker.config.reference import schema
from blocker.config.template import config_template, show
from blocker.engine import make_plan
from blocker.files.lock import only_run
from blocker.files.places import config_path
from blocker.files.private import open_private
from blocker.ledger.ledger import read_memory
from blocker.ledger.repair import is_damaged, rebuild
from blocker.planning import guard
from blocker.running.session import Session, Setup, is_calendar_unset, moment, surroundings
from blocker.showing.documents import SCHEMA
from blocker.showing.dose import dose_lines
from blocker.values.errors import BlockerError, GuardRefused
from blocker.values.kinds import LEVELS
from blocker.values.memory import Memory
from blocker.values.settings import Settings
from blocker.values.workweek import day_words
from blocker.wording.causes import ordinary_words


def add_init(command: Parser) -> None:
    command.set_defaults(work=init)


def init(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Write the commented config file; an existing one is never touched."""
    path: Path = args.config or config_path(setup.environ)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = open_private(path, os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        raise BlockerError(
            f"{path} is there already and was left alone", "edit it, or name another with -c"
        ) from None
    except OSError as problem:
        raise BlockerError(
            f"{path} can't be written: {problem.strerror}", "name another place with -c"
        ) from None
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(config_template(setup.config.settings.calendar if args.calendar else None))
    lines = [f"Wrote {path}: every setting is in it, explained and commented out."]
    if is_calendar_unset(setup.config):
        lines.append(f"No calendar is set yet: name yours in it, {to_set()}.")
    elif args.calendar is None:
        lines.append(f"The calendar is {shown(setup.config.settings.calendar)} until you name another in it.")
    lines.append("Next: blocker check, then blocker plan.")
    return Answer(lines, {"schema": SCHEMA, "config": str(path)})


def add_config(command: Parser) -> None:
    what = command.add_subparsers(dest="what", metavar="show|schema", required=True)
    show = what.add_parser("show", help="print the settings in force")
    show.add_argument("--origin", action="store_true", help="say where each value comes from")
    what.add_parser("schema", help="print the JSON schema of the config file, for editors")
    command.set_defaults(work=config_show)


def config_show(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """The settings in force, with ``--origin`` where each comes from; or the JSON schema of the file."""
    if args.what == "schema":
        document = schema()
        return Answer(
            json.format(json.encode(document), indent=2).decode().splitlines(), document, verbatim=True
        )
    rows = show(setup.config)
    width = max(len(name) for name, _, _ in rows)
    lines = [
        f"{name:<{width}} = {value}" + (f"   # {origin}" if args.origin else "")
        for name, value, origin in rows
    ]
    document = {
        "schema": SCHEMA,
        "settings": [{"name": name, "value": value, "origin": origin} for name, value, origin in rows],
    }
    return Answer(lines, document, verbatim=True)


def add_check(command: Parser) -> None:
    command.add_argument("--repair", action="store_true", help="rebuild a damaged ledger from what is left")
    command.set_defaults(work=check)


def check(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Look at everything a run needs and say in words how it is. Exits like the worst finding."""
    if args.repair:
        return _repair(setup)
    findings: list[Finding] = []
    config = setup.config
    where = str(config.path) if config.path else "none: the defaults apply"
    findings.append(("config", "ok", where))
    findings += [("config", "note", warning) for warning in config.warnings]
    exit_code = 0
    try:
        for scheme in {
            scheme_of(each): None for each in (config.settings.calendar, *config.settings.also_read)
        }:
            findings += backend(scheme).check(surroundings(setup), moment(setup))
        findings += _calendar_findings(setup)
    except BlockerError as error:
        exit_code = error.exit_code
        findings.append(("calendar", "bad", error.in_full))
    findings += foresight(setup)
    if exit_code == 0 and any(state == "bad" for _, state, _ in findings):
        exit_code = BlockerError.exit_code
    signs = {"ok": "✓", "note": "·", "bad": "✗"}
    lines = [f"{signs[state]} {name:<10} {words}" for name, state, words in findings]
    document = {
        "schema": SCHEMA,
        "findings": [{"name": name, "state": state, "words": words} for name, state, words in findings],
    }
    return Answer(lines, document, exit_code)


def _repair(setup: Setup) -> Answer:
    """Make a damaged ledger again from what is left of it and from the marks on the calendar."""
    with Session(setup) as session, only_run(setup.state_dir, session.identity.name):
        if not is_damaged(setup.state_dir, session.identity):
            return Answer(
                ["The ledger is in order: nothing to repair."], {"schema": SCHEMA, "repaired": False}
            )
        standing = session.read(Memory()).request.snapshot.blocks
        lines = rebuild(setup.state_dir, session.identity, standing)
    return Answer(lines, {"schema": SCHEMA, "repaired": True, "lines": lines})


def _calendar_findings(setup: Setup) -> list[Finding]:
    found: list[Finding] = []
    with Session(setup) as session:
        memory = read_memory(setup.state_dir, session.identity)
        sight = session.read(memory)
        seen = sight.survey()
        made = make_plan(sight.request, seen)
    request, snapshot = sight.request, sight.request.snapshot
    found.append(
        (
            "calendar",
            "ok",
            f"{snapshot.calendar}: {snapshot.components} {'event' if snapshot.components == 1 else 'events'}",
        )
    )
    if why := read_only(setup.config.settings.calendar):
        found.append(("calendar", "bad", why))
    found += [
        ("calendar", "note", f"{'' if s.read else 'not read: '}{s.where}: {s.why}") for s in made.skipped[:5]
    ]
    found.append(("zone", "ok", f"{made.zone}, from {made.zone_source}"))
    doubt = doubt_of_zone(request, made, made.zone_source == "the machine")
    if doubt is not None:
        found.append(("zone", "note", doubt))
    found.append(("holidays", "ok", sight.holiday_source))
    if snapshot.me:
        found.append(("you", "ok", ", ".join(snapshot.me)))
    else:
        words = 'unknown, so nothing counts as declined and no meeting as yours; set me = ["you@example.org"]'
        found.append(("you", "note", words))
    started = (
        "you said yes to this calendar; back this folder up, for the calendar does not hold all that it knows"
        if memory.confirmed
        else f"not started: {pasteable(setup, 'run')} asks you once"
    )
    found.append(("ledger", "ok" if memory.confirmed else "note", f"{setup.state_dir}: {started}"))
    if snapshot.unwritable:
        found.append(("calendar", "bad", snapshot.unwritable))
        return found  # what a run would do is of no use to anybody
    if not snapshot.complete:
        words = "a block of ours can't be read: until it can, none counts as deleted"
        found.append(("calendar", "note", words))
    found += [("how much", "ok", line) for line in dose_lines(made, seen, request)]
    found += _rules_as_written(request.settings)
    ordinary = ordinary_words(seen.lines, request.settings.texts)
    found += [("load", "note", ordinary)] if ordinary else []
    pending = len(made.writes)
    changes = "one change" if pending == 1 else f"{pending} changes"
    found.append(("due", "ok", f"the next run would make {changes}" if pending else "nothing to do"))
    try:
        guard.check(made, snapshot, memory, asked=False)
    except GuardRefused as refusal:
        found.append(("guard", "bad", f"the next run would be refused: {refusal.message}; {refusal.hint}"))
    if request.memory.paused_until:
        found.append(("pause", "note", f"paused until {day_words(request.memory.paused_until)}"))
    return found


def _rules_as_written(settings: Settings) -> list[Finding]:
    """Configs from before lines were taken from a person's own weeks have the levels' rules in them."""
    levels = [rule.name for rule in settings.rules if rule.name in LEVELS]
    if not levels or settings.thresholds != "own":
        return []
    names = " and ".join(f"[[rule]] {name}" for name in levels)
    words = f"{names}: taken as written. Without it your own past weeks would set the line: blocker calibrate shows it"
    return [("rules", "note", words)]
