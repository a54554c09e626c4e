"""A report → one self-contained page: the template and the style sheet that ship with the package."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.resources import files

from jinja2 import Environment, StrictUndefined, Template

from blocker.showing.page.values import Report

MOST_BYTES = 390_000
_FOLDER = files("blocker.showing.page")
_QUANTITY = re.compile(r"(?<=\d) (?=%|h\b|min\b)")  # a number and its unit stay on one line


def render_page(gather: Callable[[bool], Report]) -> str:
    """The page; where a calendar is so full that it would grow too large, drawn more coarsely."""
    page = _render(gather(False))
    return page if len(page.encode()) <= MOST_BYTES else _render(gather(True))


def _render(report: Report) -> str:
    style = (_FOLDER / "page.css").read_text("utf-8")
    page = "\n".join(line for line in _template().render(r=report, style=style).splitlines() if line) + "\n"
    return _QUANTITY.sub("\u00a0", page)


@cache
def _template() -> Template:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["hours"] = _hours
    environment.filters["first_up"] = _first_up
    return environment.from_string((_FOLDER / "page.html.j2").read_text("utf-8"))


def _first_up(words: str) -> str:
    return words[:1].upper() + words[1:]


def _hours(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
