"""What can be set, for people and for editors: the page of all settings, and the JSON schema."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from blocker.config.reference import schema
from tests.tools.command_line import CommandLine, sample

ROOT = Path(__file__).parents[2]


def test_the_page_is_what_the_settings_say() -> None:
    command = [sys.executable, "-m", "blocker.config.reference"]
    made = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True
    ).stdout
    assert (ROOT / "docs" / "settings.md").read_text("utf-8") == made, (
        f"{' '.join(command[1:])} > docs/settings.md"
    )


def test_every_setting_says_what_it_does_in_one_sentence() -> None:
    for name, table in schema()["$defs"].items():
        for key, facts in table["properties"].items():
            words = facts["description"]
            assert words[0].isupper(), (name, key)
            assert words.endswith("."), (name, key)


def test_the_command_prints_the_schema_and_for_programs_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cli = CommandLine(capsys, sample(tmp_path), "2026-11-02T06:30")
    said = cli.call("config", "schema")
    assert (said.code, said.err) == (0, "")
    assert json.loads(said.out) == cli.document("config", "schema") == json.loads(json.dumps(schema()))


def test_texts_may_be_tables_and_what_is_not_in_the_file_is_not_in_the_schema() -> None:
    """``title.offsite = "…"`` is a table to TOML, and one name to a person."""
    settings = schema()["$defs"]["Settings"]["properties"]
    assert settings["texts"]["additionalProperties"]["type"] == ["string", "object"]
    assert "hours_set" not in settings
    assert not schema()["$defs"]["Settings"]["additionalProperties"]
