"""A setting is written once: one more field is read, checked, shown, explained and described, and nothing else is needed."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Annotated, Any, Literal

import pytest
from msgspec import field

from blocker.config.decode import Reading
from blocker.config.reference import reference, schema
from blocker.config.template import rows, template_of
from blocker.values.fields import Section, setting
from blocker.values.settings import Settings


class Goal(Section, frozen=True):
    """Something to be able to do by a date."""

    name: Annotated[str, setting("What it is called.")]
    by: Annotated[date, setting("When it is due.", date(2027, 3, 31))]
    weight: Annotated[float, setting("How much it counts.", ge=0)] = 1.0


class Limits(Section, frozen=True):
    """What blocks may take."""

    hours: Annotated[int, setting("Hours a week, at most.", ge=1, le=40)] = 6


class More(Settings, frozen=True):
    """The settings and a few more: a plain one, one in a table of its own, and one in a list of tables."""

    lines: Annotated[Literal["own", "usual"], setting("Whose lines begin a level.", environment=True)] = "own"
    limits: Annotated[Limits, setting("What blocks may take.")] = Limits()
    goals: Annotated[
        tuple[Goal, ...],
        setting("Learning comes before the goal.", [{"name": "New system", "by": date(2027, 3, 31)}]),
    ] = field(default=(), name="goal")


def read(text: str) -> tuple[Any, list[str]]:
    reading = Reading(More)
    settings = reading.document(tomllib.loads(text))
    return settings, [message for _, message in reading.problems]


def test_it_is_read() -> None:
    settings, problems = read(
        "lines = 'usual'\nlimits.hours = 8\n[[goal]]\nname = 'x'\nby = 2027-01-02\n[[goal]]\nname = 'y'\nby = 2027-02-03\nweight = 2"
    )
    assert problems == []
    assert (settings.lines, settings.limits) == ("usual", Limits(8))
    assert settings.goals == (Goal("x", date(2027, 1, 2)), Goal("y", date(2027, 2, 3), 2))
    assert (settings.role, settings.hours) == (Settings().role, Settings().hours)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("lines = 'owm'", "unknown value “owm”; did you mean “own”?"),
        ("line = 'own'", "unknown key “line”; did you mean “lines”?"),
        ("limits.hours = 0", "out of range: it is a number from 1 to 40"),
        ("[limits]\nhour = 1", "unknown key “hour”; did you mean “hours”?"),
        ("[limits]\nlines = 'own'", "unknown key “lines” in [limits]: it belongs above the first [table] of the file"),
        ("[[goal]]\nname = 'x'", "“by” is missing, for example by = 2027-03-31"),
        ("[[goal]]\nname = 'x'\nby = '2027-01-02'", "expected a date such as 2027-03-31, not text"),
        ("[[goal]]\nname = 'x'\nby = 2027-01-02\nweight = -0.5", "out of range: it is 0 or more"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_it_is_said(text: str, problem: str) -> None:
    assert read(text)[1] == [problem]


def test_it_is_shown() -> None:
    settings, _ = read("[[goal]]\nname = 'x'\nby = 2027-01-02")
    shown = {name: value for name, value, _ in rows(settings)}
    assert shown["lines"] == '"own"'
    assert shown["limits.hours"] == "6"
    assert shown["goal.x"] == "{ by = 2027-01-02, weight = 1.0 }"


def test_it_is_in_the_file_that_init_writes() -> None:
    text = "\n".join(template_of(More()))
    assert '# Whose lines begin a level (own or usual).\n#lines = "own"\n' in text
    assert "# What blocks may take.\n[limits]\n# Hours a week, at most (1 to 40).\n#hours = 6\n" in text
    assert (
        '#[[goal]]\n# What it is called.\n#name = "New system"\n# When it is due.\n#by = 2027-03-31\n' in text
    )
    assert text.index("#lines") < text.index("[hours]")  # plain keys stand above the tables
    settings, problems = read(text)
    assert (settings, problems) == (More(), [])


def test_it_is_in_the_schema() -> None:
    tables = schema(More)["$defs"]
    assert tables["More"]["properties"]["lines"] == {
        "description": "Whose lines begin a level.", "enum": ["own", "usual"], "default": "own",
    }  # fmt: skip
    hours = tables["Limits"]["properties"]["hours"]
    assert (hours["minimum"], hours["maximum"], hours["default"]) == (1, 40, 6)
    assert tables["Goal"]["required"] == ["name", "by"]


def test_it_is_on_the_page() -> None:
    page = reference(More)
    assert '| `lines` | `"own"` | Whose lines begin a level (own or usual). Also `BLOCKER_LINES`. |' in page
    assert "## `[limits]`\n\nWhat blocks may take.\n" in page
    assert "| `hours` | `6` | Hours a week, at most (1 to 40). |" in page
    assert "## `[[goal]]`" in page
