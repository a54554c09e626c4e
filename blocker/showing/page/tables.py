"""Load and history as a table: a line for each week, for a spreadsheet or a program."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from blocker.measuring.measures import MEASURES
from blocker.rules.survey import Survey
from blocker.showing.documents import SCHEMA
from blocker.showing.page.trends import WEEKS_BACK, bars
from blocker.values.plan import Plan
from blocker.values.request import Request

HEAD = (
    "week",
    "monday",
    "position",
    "level",
    *MEASURES,
    "owed_hours",
    "kept_hours",
    "waived_hours",
    "planned_hours",
)


def week_rows(plan: Plan, seen: Survey, request: Request) -> list[Sequence[object]]:
    """The last twelve weeks, this one, and those ahead."""
    weeks = [*(request.running.plus(-back) for back in range(WEEKS_BACK, 0, -1)), *request.horizon]
    rows: list[Sequence[object]] = [HEAD]
    for week, bar in zip(weeks, bars(plan, seen, request), strict=True):
        held = seen.loads[week].held
        rows.append(
            (
                week, week.monday, bar.position, bar.level,
                *(round(held[name], 4) for name in MEASURES),
                *(round(value, 4) for value in (bar.owed, bar.kept, bar.waived, bar.planned)),
            )
        )  # fmt: skip
    return rows


def as_document(rows: Sequence[Sequence[object]]) -> dict[str, Any]:
    """The same rows for programs: each with its names, numbers as numbers."""
    names, *lines = rows
    shown = [
        {
            str(name): value if isinstance(value, int | float) else str(value)
            for name, value in zip(names, line, strict=True)
        }
        for line in lines
    ]
    return {"schema": SCHEMA, "report": "csv", "rows": shown}


def written(rows: Iterable[Sequence[object]]) -> list[str]:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().splitlines()
