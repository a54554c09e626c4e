"""``calibrate``: the rules tried on the weeks that are over, and thresholds of the person's own."""

from __future__ import annotations

import tomllib
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

from blocker.commands import Answer, Talk
from blocker.commands.parser import Parser, whole_number
from blocker.config.amending import with_rules
from blocker.config.writing import toml
from blocker.files.replace import replace_file
from blocker.ledger.ledger import read_memory
from blocker.rules.calibration import FEWEST_WEEKS, Calibration, Trial
from blocker.rules.calibration import calibrate as try_rules
from blocker.rules.rules import rules_for
from blocker.running.session import Session, Setup
from blocker.showing.advice import COMMAND
from blocker.showing.calibration import calibration_document, calibration_lines
from blocker.values.errors import BlockerError, UsageError
from blocker.values.settings import RuleText

MOST_WEEKS = 104


def add_calibrate(command: Parser) -> None:
    command.add_argument(
        "--weeks",
        type=whole_number,
        default=8,
        metavar="N",
        help="how many completed weeks to replay (default 8)",
    )
    command.add_argument(
        "--write",
        nargs="?",
        const="both",
        choices=("amber", "red", "both"),
        help="put what is advised into the config file, or your own figures of one rule",
    )
    command.set_defaults(work=calibrate)


def calibrate(args: Namespace, setup: Setup, talk: Talk) -> Answer:
    """Replay completed weeks, show what fires, and with ``--write`` do what is advised in the config file."""
    if not FEWEST_WEEKS <= args.weeks <= MOST_WEEKS:
        raise UsageError(
            f"--weeks {args.weeks} can't be looked at", f"give a number from {FEWEST_WEEKS} to {MOST_WEEKS}"
        )
    found = _calibration(args.weeks, setup)
    lines = calibration_lines(found)
    if args.write is None:
        return Answer(lines, calibration_document(found))
    chosen = _chosen(found, args.write)
    if not chosen:
        return Answer([*lines, "", _why_nothing(found, args.write)], calibration_document(found))
    path = _write([_as_text(trial) for trial in chosen], setup, _remark(found))
    names = " and ".join(trial.now.name for trial in chosen)
    although = "" if chosen[0] in found.advised else " as you asked, although the advice is to keep it"
    lines += ["", f"Wrote {names} into {path}{although}; nothing else in it was changed."]
    return Answer(lines, calibration_document(found, str(path)))


def _calibration(weeks: int, setup: Setup) -> Calibration:
    with Session(setup) as session:
        memory = read_memory(setup.state_dir, session.identity)
        sight = session.read(memory, back=weeks)
    setup.doing(f"measuring {weeks} weeks")
    loads, request = sight.survey().loads, sight.request
    completed = [loads[request.running.plus(-back)] for back in range(1, weeks + 1)]
    setup.doing(f"trying the rules on {weeks} weeks")
    return try_rules(completed, rules_for(request.settings), request.workweek.full_week_minutes)


def _chosen(found: Calibration, which: str) -> list[Trial]:
    """The rules to write: one that is named as it is asked for, without a name those that are advised."""
    if not found.enough:
        raise UsageError(
            f"{len(found.ordinary)} weeks with four working days are too few to take thresholds from",
            f"there have to be {FEWEST_WEEKS}: look further back with --weeks",
        )
    if which == "both":
        return list(found.advised)
    return [trial for trial in found.trials if trial.now.name == which and trial.changes]


def _why_nothing(found: Calibration, which: str) -> str:
    if which != "both":
        there = any(trial.now.name == which for trial in found.trials)
        return f"Nothing was written: {f'{which} is that rule already' if there else f'there is no rule {which}'}."
    others = " or ".join(f"{COMMAND} {trial.now.name}" for trial in found.trials if trial.changes)
    how = f" To have your own thresholds all the same: {others}." if others else ""
    return f"Nothing was written, as nothing is advised.{how}"


def _as_text(trial: Trial) -> RuleText:
    return RuleText(trial.now.name, trial.own.text, trial.now.book)


def _remark(found: Calibration) -> str:
    return f"From blocker calibrate: thresholds taken from the weeks {found.weeks[0].week} to {found.weeks[-1].week}."


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
