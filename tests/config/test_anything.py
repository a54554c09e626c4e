"""Whatever a file holds, the answer is settings or a list of problems, each with a line of the file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from blocker.config.load import load_config
from blocker.config.template import show, toml
from blocker.values.errors import ConfigError

NAMES = [
    "calendar",
    "also_read",
    "role",
    "timezone",
    "holidays",
    "me",
    "protect",
    "native_focus",
    "fiscal_start",
    "buffer_before",
    "buffer_after",
    "shift",
    "hours",
    "mon",
    "sun",
    "lunch",
    "within",
    "minutes",
    "count",
    "tentative",
    "rule",
    "name",
    "when",
    "book",
    "strategic",
    "learning",
    "blocks",
    "shortest",
    "prefer",
    "title",
    "color",
    "visibility",
    "themes",
    "question",
    "offsite",
    "notice_days",
    "guarantee",
    "classify",
    "away",
    "texts",
    "x",
]
TEXTS = [
    "google:primary",
    "ics:a.ics",
    "ics:~nobody/x",
    "caldav:",
    "manager",
    "Europe/Berlin",
    "Europe",
    "off",
    "auto",
    "a@example.org",
    "busy",
    "09:00-17:30",
    "17:00-9:00",
    "24:00-24:00",
    "12:00-12:15",
    "morning",
    "private",
    "meetings > 3",
    "two of (",
    "title ~ '('",
    "{theme",
    "{x}",
    "",
]

leaves = st.sampled_from(TEXTS) | st.text(st.characters(blacklist_categories=("Cs",)), max_size=5)
leaves = (
    leaves
    | st.integers(-5, 500)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
)
values = st.recursive(
    leaves,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory() as name:
        yield Path(name)


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=6))
def test_any_document_gives_settings_or_problems(folder: Path, document: dict[str, object]) -> None:
    lines = [f"{name} = {toml(value)}" for name, value in document.items()]
    file = folder / "c.toml"
    file.write_text("\n".join(lines), "utf-8")
    try:
        config = load_config(file, {"BLOCKER_STATE_DIR": str(folder)}, {})
    except ConfigError as error:
        for problem in error.problems:
            place = re.match(r"line (\d+): \S", problem)
            assert place
            assert "\n" not in problem
            assert 1 <= int(place[1]) <= len(lines)
    else:
        assert show(config)


@settings(max_examples=150, deadline=None)
@given(st.text(st.sampled_from("a[]{}=.\"'#\\\n\r\t ,1tue-:T\u00e9"), max_size=40))
def test_any_text_gives_settings_or_problems(folder: Path, text: str) -> None:
    file = folder / "t.toml"
    file.write_bytes(text.encode())
    problems: tuple[str, ...] = ("none",)
    try:
        load_config(file, {"BLOCKER_STATE_DIR": str(folder)}, {})
    except ConfigError as error:
        problems = error.problems
    assert problems
