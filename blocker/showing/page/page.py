"""A report → one self-contained page, by the template and the style sheet that ship with the package; or in words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from msgspec import to_builtins

from blocker.showing.page.values import Report, Week
from blocker.showing.plan_text import number

MOST_BYTES = 60_000
_PACKAGE = files("blocker")
_QUANTITY = re.compile(r"(?<=\d) (?=%|h\b|min\b)")  # a number and its unit stay on one line


def render_page(gather: Callable[[bool], Report]) -> str:
    """The page; where a calendar is so full that it would grow too large, drawn more coarsely."""
    page = _render(gather(False))
    return page if len(page.encode()) <= MOST_BYTES else _render(gather(True))


def _render(report: Report) -> str:
    page = laid_out("showing/page/page.html.j2", r=report, style=style("showing/page/page.css"))
    return _QUANTITY.sub("\u00a0", page)


def laid_out(template: str, **values: Any) -> str:
    """A page by a template of the package, without blank lines. Whatever is put in is escaped."""
    page = _environment().get_template(template).render(values)
    return "\n".join(line for line in page.splitlines() if line.strip()) + "\n"


def style(of_page: str) -> str:
    """The look that all pages share, and the style sheet of one of them after it."""
    return _text("showing/page/look.css") + _text(of_page)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_text),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["hours"] = number
    environment.filters["first_up"] = _first_up
    return environment


def _text(name: str) -> str:
    return (_PACKAGE / name).read_text("utf-8")


def _first_up(words: str) -> str:
    return words[:1].upper() + words[1:]


def report_lines(report: Report, behind: Sequence[str] = ()) -> list[str]:
    """What the page shows, in words; ``behind`` says what the weeks behind were like."""
    lines = [f"Thinking time, {report.today}", "", *(_week_line(week) for week in report.weeks), ""]
    lines += [f"Thinking time in these weeks, with the plan: {number(report.thinking)} h."]
    lines += report.kept_words
    for quarter in (one for one in report.quarters if one.is_due):
        words = f": {quarter.words}" if quarter.words else ""
        lines.append(f"Half day, {quarter.name}: {quarter.state}{words}")
    passed = (
        f"{report.unread} part{'s' * (report.unread > 1)} of the calendar could not be read (blocker check)."
    )
    return [*lines, *([passed] if report.unread else []), report.summary, "", *behind]


def _week_line(week: Week) -> str:
    if week.away:
        return f"{week.dates:<16} away"
    share = f"{week.share * 100:.0f} % operational ({week.hours} of {week.capacity} h)"
    return f"{week.dates:<16} {week.level:<6} {share:<36} thinking time {number(week.thinking)} h"


def report_document(report: Report) -> dict[str, Any]:
    """The same for programs; the pictures are left out."""
    document = {name: value for name, value in to_builtins(report).items() if name != "pictures"}
    return {"schema": 1, "report": "text", **document}
