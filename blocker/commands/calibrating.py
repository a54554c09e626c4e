"""``calibrate``: the person's own lines beside the usual ones, others tried in their place, and writing them down."""

from __future__ import annotations

import tomllib
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from blocker.commands.answer import Answer, Talk
from blocker.commands.parser import Parser, whole_number
from blocker.config.amending import with_rules
from blocker.config.checks import condition as checked
from blocker.config.toml import toml
from blocker.files.replace import replace_file
from blocker.ledger.ledger import read_memory
from blocker.rules.calibration import calibrate as compare
from blocker.rules.presets import BOOKS
from blocker.rules.rules import condition, rules_for, usual_rule
from blocker.running.session import Session, Setup
from blocker.showing.calibration import calibration_document, calibration_lines
from blocker.values.errors import BlockerError, UsageError
from blocker.values.request import HISTORY_WEEKS
from blocker.values.settings import RuleText, Settings

FEWEST_WEEKS, MOST_WEEKS = 4, 104


def add_calibrate(command: Parser) -> None:
    command.add_argument(
        "--weeks",
        type=whole_number,
        default=HISTORY_WEEKS,
        metavar="N",
        help=f"how many completed weeks to look at (default {HISTORY_WEEKS})",
    )
    for level in BOOKS:
        command.add_argument(f"--{level}", metavar="WHEN", help=f"try this condition for {level}")
    command.add_argument(
        "--write",
        nargs="?",
        const="both",
        choices=(*BOOKS, "both"),
        help="put your lines, or those you try, into the config file: both rules, or one",
    )
    command.set_defaults(work=calibrate)


def calibrate(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Show completed weeks by the usual lines and by one's own; ``--write`` puts the latter into the config file."""
    if not FEWEST_WEEKS <= args.weeks <= MOST_WEEKS:
        raise UsageError(
            f"--weeks {args.weeks} can't be looked at", f"give a number from {FEWEST_WEEKS} to {MOST_WEEKS}"
        )
    tried = {level: _checked(level, when) for level in BOOKS if (when := getattr(args, level)) is not None}
    with Session(setup) as session:
        sight = session.read(read_memory(setup.state_dir, session.identity), back=args.weeks)
    setup.doing(f"measuring {args.weeks} weeks")
    seen, request = sight.survey(), sight.request
    own = rules_for(_with(request.settings, tried), seen.lines)
    found = compare(
        [seen.loads[request.running.plus(-back)] for back in range(1, args.weeks + 1)],
        [usual_rule(request.settings.role, level) for level in BOOKS],
        own,
        request.workweek.full_week_minutes,
    )
    theirs = {rule.name: rule.when for rule in request.settings.rules}
    taken = None if BOOKS.keys() & {*theirs, *tried} else seen.lines
    lines = calibration_lines(found, taken, args.verbose)
    if args.write is None:
        return Answer(lines, calibration_document(found, taken))
    levels = tuple(tried or BOOKS) if args.write == "both" else (args.write,)
    usual = {} if seen.lines else {rule.name: rule.text for rule in found.usual.rules}
    chosen = [
        RuleText(rule.name, rule.text, rule.book)
        for rule in own
        if rule.name in levels and rule.text != (usual | theirs).get(rule.name)
    ]
    if not chosen:
        why = "Nothing was written: these are the usual lines, or they are in the config file already."
        return Answer([*lines, "", why], calibration_document(found, taken))
    path = _write(chosen, setup, f"From blocker calibrate, {request.workweek.date_of(request.now)}")
    names = " and ".join(rule.name for rule in chosen)
    lines += ["", f"Wrote {names} into {path}; nothing else in it was changed."]
    return Answer(lines, calibration_document(found, taken, str(path)))


def _checked(level: str, when: str) -> RuleText:
    try:
        checked(when, condition)
    except ValueError as error:
        raise UsageError(
            f"--{level} can't be read: {'; '.join(map(str, error.args))}",
            f"such as --{level} 'operational_hours >= 30h or focus_hours < 4h'",
        ) from None
    return RuleText(level, when, BOOKS[level])


def _with(settings: Settings, tried: dict[str, RuleText]) -> Settings:
    """The settings with these conditions in place of their own; what a rule books stays."""
    books = {rule.name: rule.book for rule in settings.rules}
    rules = [replace(rule, book=books.get(name, rule.book)) for name, rule in tried.items()]
    return replace(settings, rules=(*(rule for rule in settings.rules if rule.name not in tried), *rules))


def _write(rules: Sequence[RuleText], setup: Setup, remark: str) -> Path:
    """Put the rules into the config file, in one step, and only if it then says what it should."""
    named = setup.config.path
    if named is None:
        raise UsageError(
            "there is no config file to write to", "blocker init writes one; then run this again"
        )
    path = named.resolve()
    before = path.read_bytes()
    after = with_rules(before.decode("utf-8"), rules, remark).encode("utf-8")
    if not _says_no_more(before, after, rules):
        lines = "; ".join(f"{rule.name}: when = {toml(rule.when)}" for rule in rules)
        raise BlockerError(
            f"{named} can't be changed without touching more than the rules, and is as it was",
            f"write them into it yourself: {lines}",
        )
    if after != before:
        try:
            replace_file(path, before, after)
        except BlockerError as error:
            raise BlockerError(error.message, "make the file and its folder writable") from None
    return named


def _says_no_more(before: bytes, after: bytes, rules: Sequence[RuleText]) -> bool:
    """True if nothing differs between the two but the rules that were to be changed."""
    old, new = (tomllib.loads(raw.decode("utf-8").replace("\r\n", "\n")) for raw in (before, after))
    wanted = {rule["name"]: rule for rule in old.pop("rule", [])}
    for rule in rules:
        book = wanted.get(rule.name, {}).get("book", dict(rule.book))
        wanted[rule.name] = {"name": rule.name, "when": rule.when, "book": book}
    return {rule["name"]: rule for rule in new.pop("rule")} == wanted and old == new
