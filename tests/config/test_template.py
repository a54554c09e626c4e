"""The configuration as text: what ``config show`` says, and the file that ``init`` writes."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from textwrap import dedent

import pytest

from blocker.config.load import Config, load_config
from blocker.config.template import config_template, show
from blocker.values.block_kinds import SHIPPED_KINDS


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of its own, and nothing set."""
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def load(tmp_path: Path, text: str, environ: dict[str, str] | None = None, **flags: object) -> Config:
    file = tmp_path / "blocker.toml"
    file.write_text(dedent(text), "utf-8")
    return load_config(file, environ or {}, flags)


def rows(config: Config) -> dict[str, tuple[str, str]]:
    return {name: (value, origin) for name, value, origin in show(config, origin=True)}


SHOWN = """\
calendar = "google:primary"
also_read = ["google:board@group.calendar.google.com"]
role = "executive"
me = ["Lead@Example.org", "me@example.com"]
buffer_after = 5
[hours]
mon = ["13:00-17:00", "8:30-12:00"]
lunch = { within = "12:00-13:00", minutes = 30 }
[count]
tentative = false
[[rule]]
name = "amber"
when = "meetings > 9"
book = { strategic = 2 }
[[rule]]
name = "two words"
when = "operational_hours >= 25"
book = { coaching = 1 }
[blocks.strategic]
visibility = "private"
themes = [{ name = "Alignment", question = "Is it aligned?" }]
[blocks.coaching]
minutes = 45
[offsite]
guarantee = false
[classify]
offsite = ["title = 'Klausur'"]
[texts]
why.floor = "Because."
"""


def test_show_says_each_value_and_its_line(tmp_path: Path) -> None:
    shown = rows(load(tmp_path, SHOWN))
    assert shown["role"] == ('"executive"', "file, line 3")
    assert shown["me"] == ('["lead@example.org", "me@example.com"]', "file, line 4")
    assert shown["timezone"] == ("(the calendar's)", "default")
    assert shown["hours.mon"] == ('["08:30-12:00", "13:00-17:00"]', "file, line 7")
    assert shown["hours.fri"] == ("[]", "file, line 6")  # a day off because [hours] leaves it out
    assert shown["hours.lunch"] == ('{ within = "12:00-13:00", minutes = 30 }', "file, line 8")
    assert shown["count.tentative"] == ("false", "file, line 10")
    assert shown["count.unanswered"] == ("true", "default")
    assert shown["rule.amber"] == ('{ when = "meetings > 9", book = { strategic = 2 } }', "file, line 11")
    assert shown['rule."two words"'][1] == "file, line 15"
    assert shown["blocks.strategic.visibility"] == ('"private"', "file, line 20")
    assert shown["blocks.strategic.themes"][1] == "file, line 21"
    assert shown["blocks.coaching.prefer"] == ('"morning"', "default")
    assert shown["blocks.frontline.minutes"] == ("60", "default")
    assert shown["offsite.guarantee"] == ("false", "file, line 25")
    assert shown["classify.offsite"] == ("[\"title = 'Klausur'\"]", "file, line 27")
    assert shown["texts.why.floor"] == ('"Because."', "file, line 29")


def test_what_show_prints_is_toml(tmp_path: Path) -> None:
    for config in (load(tmp_path, SHOWN), load(tmp_path, r'texts.shift = "a\"b\\c\u007f\u0001é"')):
        for name, value, origin in show(config, origin=False):
            assert origin == ""
            if value.startswith("("):
                assert name.rpartition(".")[2] in ("timezone", "me", "every", "days", "between", "reminder")
            else:
                tomllib.loads(f"value = {value}")


def test_a_file_made_of_what_show_prints_means_the_same(tmp_path: Path) -> None:
    config = load(tmp_path, SHOWN)
    lines = [
        f"{name} = {value}"
        for name, value, _ in show(config)
        if not name.startswith(("rule.", "texts.")) and not value.startswith("(")
    ]
    again = load(tmp_path, "\n".join(lines)).settings
    for name in ("hours", "lunch", "offsite", "classify", "me", "buffer_after", "calendar", "also_read"):
        assert getattr(again, name) == getattr(config.settings, name)
    shipped = {name: SHIPPED_KINDS[name] for name in ("frontline", "learning")}
    assert again.blocks == {**shipped, **config.settings.blocks}


def test_the_template_as_it_is_written_changes_nothing(tmp_path: Path) -> None:
    config = load(tmp_path, config_template())
    assert config.settings.kind("frontline") == SHIPPED_KINDS["frontline"]
    plain = load_config(None, {}, {})
    assert {n: v for n, (v, _) in rows(config).items()} == {n: v for n, (v, _) in rows(plain).items()}
    assert {origin for _, origin in rows(config).values()} == {"default"}


def uncommented() -> str:
    return re.sub(r"(?m)^#(?=[^ #\n])", "", config_template())


def test_the_template_shows_every_key_with_its_default(tmp_path: Path) -> None:
    full, plain = load(tmp_path, uncommented()), load_config(None, {}, {})
    shown, defaults = rows(full), rows(plain)
    # These have no default that could be written down.
    examples = {"calendar", "also_read", "timezone", "me"}
    look = ("themes", "visits", "every", "days", "between", "reminder")
    examples |= {f"blocks.strategic.{key}" for key in look}
    examples |= {
        "rule.amber",
        'goal."New LMS live"',
        "classify.strategic",
        "classify.personal",
        "texts.shift",
    }
    assert {name for name, (value, _) in shown.items() if defaults.get(name, ("",))[0] != value} == examples
    kinds = ("blocks.frontline.", "blocks.learning.", "blocks.team.")  # shown once, for strategic
    silent = {name for name, (_, origin) in shown.items() if origin == "default"}
    assert all(name.startswith(kinds) for name in silent)


def test_the_template_explains_every_key() -> None:
    lines = config_template().splitlines()
    for number, line in enumerate(lines):
        if re.match(
            r"#(?!buffer_after|shortest|minutes|prefer|tue|wed|thu|fri|sat|sun|name|when|book|personal)\w",
            line,
        ):
            above = lines[number - 1]
            assert above.startswith(("# ", "[")), line
    assert max(map(len, lines)) <= 110


def test_the_template_with_a_calendar(tmp_path: Path) -> None:
    assert load(tmp_path, config_template('ics:/a "b".ics')).settings.calendar == 'ics:/a "b".ics'
