"""docs/rules.md says what the program does: every measure, every line, and examples that hold."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from blocker.config.load import load_config
from blocker.measuring.classify import PROPERTIES
from blocker.measuring.conditions import Comparison, compare, holds
from blocker.measuring.measures import MEASURES
from blocker.rules.presets import ROLES
from blocker.rules.rules import condition

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
WAYS = {"up": "more", "down": "less"}


def rows(head: str) -> list[list[str]]:
    """The cells of the table with this heading, code signs taken off."""
    table = PAGE.partition(head)[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip().replace("`", "") for cell in line.strip("|").split("|")] for line in table]


def test_every_measure_is_on_the_page_with_its_unit_and_its_way() -> None:
    found = {name: (unit, heavier) for name, unit, heavier, _ in rows("| measure |")}
    assert found == {name: (known.unit, WAYS[known.heavier]) for name, known in MEASURES.items()}
    assert all(len(what) > 20 for *_, what in rows("| measure |"))


def test_every_line_of_every_role_is_on_the_page() -> None:
    found = {
        role: {"amber": amber.split("<br>"), "red": red.split("<br>")}
        for role, amber, red in rows("| role |")
    }
    assert found == {
        role: {level: list(clauses.values()) for level, clauses in levels.items()}
        for role, levels in ROLES.items()
    }


@pytest.mark.parametrize("text", re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL))
def test_an_example_is_a_config_file_as_it_stands(text: str, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    settings = load_config(path, {}, {}).settings
    assert len(settings.rules) + len(settings.classify) == text.count("[[rule]]") + text.count(" = [")


@pytest.mark.parametrize("row", rows("| condition |"), ids=lambda row: row[0])
def test_a_condition_fires_as_the_page_says(row: list[str]) -> None:
    text, week, fires = row
    values = {name.strip(): float(value) for name, value in (part.split("=") for part in week.split(","))}

    def test(part: Comparison) -> bool:
        return compare(values[part.name], part.sign, float(part.value))

    assert holds(condition(text), test) == {"yes": True, "no": False}[fires]


def test_every_property_of_an_event_is_named() -> None:
    assert set(PROPERTIES) <= set(re.findall(r"`(\w+)`", PAGE.partition("An event has these")[2]))
