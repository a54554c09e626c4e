"""A report in words: for a terminal, a mail, a screen reader; and the same as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import to_builtins

from blocker.showing.page.values import Report, WeekCard
from blocker.showing.plan_text import number


def report_lines(report: Report, behind: Sequence[str] = ()) -> list[str]:
    """What the page shows, in words; ``behind`` says what the weeks behind were like."""
    lines = [f"Thinking time, {report.today}", ""]
    lines += [_week(week) for week in report.weeks]
    lines += [
        "",
        f"Thinking time in these weeks: {number(report.protected_before)} h before the plan, {number(report.protected_after)} h after it.",
    ]
    if report.recorded:
        lines.append(f"In the weeks behind: {number(report.owed)} h owed, {number(report.kept)} h kept.")
    for quarter in report.quarters:
        words = f": {quarter.words}" if quarter.words and not quarter.missing else ""
        lines.append(f"Offsite of {quarter.name}: {quarter.state}{words}")
    return [*lines, "", *behind, "", report.summary]


def _week(week: WeekCard) -> str:
    share = f"{week.share * 100:.0f} % operational ({week.hours} of {week.capacity} h)"
    return (
        f"{week.week}  {week.level:<6} {share:<36} thinking time {week.kept_before} h → {week.kept_after} h"
    )


def report_document(report: Report) -> dict[str, Any]:
    """The same for programs; the pictures' boxes are left out."""
    document = to_builtins(report)
    weeks = [{k: v for k, v in week.items() if k not in ("before", "after")} for week in document["weeks"]]
    return {"schema": 1, "report": "text", **document, "weeks": weeks}
