"""A calibration in words: how often each rule fires, whether that is a trigger, and what to do about it."""

from __future__ import annotations

from collections.abc import Sequence

from blocker.rules.calibration import FEWEST_WEEKS, SHARES, Calibration, Trial
from blocker.values.plan import WeekLoad
from blocker.values.workweek import Week
from blocker.wording.texts import quantity

COMMAND = "blocker calibrate --write"
MOST_NAMED = 4


def verdict(found: Calibration, trial: Trial) -> str:
    """One sentence: in how many weeks a rule fires, and whether it is a trigger at all."""
    name, count, weeks = trial.now.name.capitalize(), len(trial.fires), len(found.ordinary)
    often = found.often(trial)
    if often == "every":
        return f"{name} is always on, so it tells you nothing."
    if often == "most":
        return (
            f"{name} fires in {count} of {weeks} weeks: too often to tell a heavy week from an ordinary one."
        )
    if often == "never":
        return f"{name} never fires in these weeks."
    which = f" ({named(trial.fires)})" if count <= MOST_NAMED else ""
    return f"{name} fires in {count} of {weeks} weeks{which}: useful."


def offer(trial: Trial) -> str:
    """What the thresholds of the person's own weeks would do."""
    place = f"your own {SHARES[trial.now.name] * 100:.0f}th percentile"
    if not trial.changes:
        return f"At {place} it would be the same rule."
    count = len(trial.own_fires)
    where = f"in {named(trial.own_fires)}" if count else "in none of them"
    return f"At {place} it would fire {where}."


def advice(found: Calibration) -> list[str]:
    """What a person does well to do, in sentences; the last one says how."""
    if not found.enough:
        return [
            f"{_weeks(len(found.ordinary))} with four working days or more: too few to take thresholds from.",
            f"Come back when there are {FEWEST_WEEKS}, or look further back: blocker calibrate --weeks 26.",
        ]
    high = [trial for trial in found.trials if _too_often(found, trial) and found.rightly(trial)]
    lines = _about_high_load(found, high) if high else []
    lines += [line for trial in found.trials if trial not in high for line in _about(found, trial)]
    advised = found.advised
    if not advised:
        return [*lines, "So: keep the rules as they are."]
    names = " and ".join(trial.now.name for trial in advised)
    which = "" if len(advised) == len(found.trials) else f" {advised[0].now.name}"
    return [
        *lines,
        f"So: take your own thresholds for {names}; {_blocks(found, advised)}",
        f"{COMMAND}{which} puts them into your config file.",
    ]


def _about_high_load(found: Calibration, high: Sequence[Trial]) -> list[str]:
    """Where it is the load and not the threshold: no threshold makes such weeks lighter."""
    lightest = min(found.ordinary, key=lambda week: week.held["operational_share"])
    names = " and ".join(trial.now.name for trial in high)
    verb = "is" if len(high) == 1 else "are"
    return [
        (
            f"{names.capitalize()} {verb} not set too low, the load is high: {lightest.week}, your lightest week,"
            f" still has {_share(lightest)}. Your own thresholds would call such weeks calm; {_blocks(found, high)}"
        ),
        (
            "What helps is fewer meetings: blocker report names those that cost most. If you still want"
            f" {names} for your heaviest weeks only: {', then '.join(f'{COMMAND} {trial.now.name}' for trial in high)}"
        ),
    ]


def _about(found: Calibration, trial: Trial) -> list[str]:
    often, name = found.often(trial), trial.now.name
    heaviest = max(found.ordinary, key=lambda week: week.held["operational_share"])
    if _too_often(found, trial):
        return [f"{name.capitalize()} fires {_through(trial)}."]
    if often == "never" and name == "amber":
        return [
            (
                f"Your heaviest week, {heaviest.week}, has {_share(heaviest)}: no week asks for more than its one"
                f" block. If you want a second one in your heaviest weeks all the same: {COMMAND} amber"
            ),
        ]
    if often == "never":
        return [
            (
                f"{name.capitalize()} stays as an alarm: your heaviest week, {heaviest.week}, has {_share(heaviest)}"
                f" and {quantity(heaviest.held['focus_hours'], 'hours')} in free gaps of two hours or more."
            )
        ]
    if trial in found.advised:
        return [
            f"{name.capitalize()} goes along: amber would otherwise have no week of its own between calm and red."
        ]
    return []


def _too_often(found: Calibration, trial: Trial) -> bool:
    return found.often(trial) in ("every", "most")


def _through(trial: Trial) -> str:
    """Which clauses hold in every week."""
    always = [clause.now.text for clause in trial.clauses if clause.fires == len(clause.values)]
    if not always:
        return "by one clause or another"
    return f"because {' and '.join(f'“{text}”' for text in always)} {'hold' if len(always) > 1 else 'holds'} every week"


def _blocks(found: Calibration, own: Sequence[Trial]) -> str:
    """The strategic blocks that the rules would have asked for, before and after."""
    return (
        f"all these weeks together would have asked for {found.blocks(own)} strategic blocks, and not for"
        f" {found.blocks()}."
    )


def _share(week: WeekLoad) -> str:
    share, hours = week.held["operational_share"], week.held["operational_hours"]
    return f"{quantity(hours, 'hours')} of operational time ({quantity(share, 'share')})"


def _weeks(count: int) -> str:
    return "One week" if count == 1 else f"{count or 'No'} weeks"


def named(weeks: Sequence[Week]) -> str:
    """2024-W44, W45 and W46; many are counted."""
    if len(weeks) > MOST_NAMED:
        return f"{len(weeks)} weeks"
    texts = [str(weeks[0]), *(f"W{week.number:02d}" for week in weeks[1:])] if weeks else []
    return texts[0] if len(texts) == 1 else " and ".join([", ".join(texts[:-1]), texts[-1]])
