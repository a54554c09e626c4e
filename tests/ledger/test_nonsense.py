"""Rows that SQLite takes and nobody here wrote: named as damage, before anything is written, and mended."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.tools.command_line import CommandLine, sample

NOW = "2026-11-02T06:30"
NONSENSE = ("banana", "", -1, 10**12, 2.5, b"\xff", "0001-01-01T00:00:00+00:00", "9999-W52", "a/b", "[1, {}]")
COLUMNS = {
    "block": "key kind state start end generation ref_id ref_etag text_hash ended_by causes why tier zone put_back shown_busy",
    "week": "week level causes owed kept waived placed overrun moved",
    "skip": "what",
    "busy": "week hours",
    "fill": "week ahead hours",
    "said": "what",
    "calendar": "confirmed_at paused_until undone_under own_lines",
    "parked": "text asked_by at ended how",
    "decision": "text at key",
    "run": "command started finished exit_code undone",
    "change": "action key before after state",
}


@pytest.fixture
def lived(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A calendar and a ledger with a row in every table."""
    monkeypatch.setenv("BLOCKER_STATE_DIR", str(tmp_path / "state"))
    cli = CommandLine(capsys, sample(tmp_path), NOW)
    for words in (
        ("run", "-y"),
        ("park", "why?"),
        ("decided", "We stop it."),
        ("skip", "2026-W48"),
        ("busy", "2", "2026-W47"),
        ("run", "-y"),
    ):
        assert cli.call(*words).code == 0, words
    cli.now = "2026-11-10T06:30"
    assert cli.call("run").code == 0
    return cli


def keys(content: bytes) -> list[bytes]:
    return re.findall(rb"X-BLOCKER-KEY:(\S+)", content)


def spoil(ledger: Path, table: str, column: str, value: object) -> None:
    with closing(sqlite3.connect(ledger)) as database:
        database.execute("PRAGMA ignore_check_constraints = ON")
        words = f"UPDATE {table} SET {column} = ? WHERE rowid = (SELECT max(rowid) FROM {table})"  # noqa: S608 - our own names
        done = database.execute(words, (value,))
        assert done.rowcount == 1
        database.commit()


@pytest.mark.parametrize("table", COLUMNS)
def test_nonsense_in_any_column_is_no_defect_and_nothing_rests_on_it(
    lived: CommandLine, tmp_path: Path, table: str
) -> None:
    ledger, aside, before = tmp_path / "state" / "ledger.sqlite3", tmp_path / "aside", lived.content
    shutil.copy(ledger, aside)
    refused = 0
    for column in COLUMNS[table].split():
        for value in NONSENSE:
            shutil.copy(aside, ledger)
            lived.calendar.write_bytes(before)
            spoil(ledger, table, column, value)
            for words in (("run", "-y"), ("undo",)):
                there, spoilt = lived.content, ledger.read_bytes()
                said = lived.call(*words)
                assert "defect" not in said.err, (column, value, words, said.err)
                if "damaged" in said.err:
                    refused += 1
                    assert said.code == 1
                    assert "blocker check --repair" in said.err
                    assert lived.content == there
                    assert ledger.read_bytes() == spoilt
                    break
    assert refused, "what is nonsense is called so"


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("block", "state", "banana"),
        ("block", "start", "9999-12-31T23:59:00+00:00"),
        ("block", "key", "strategic"),
        ("week", "level", "purple"),
        ("skip", "what", "9999-W52"),
        ("parked", "at", "yesterday"),
    ],
)
def test_nonsense_is_told_by_check_and_mended(
    lived: CommandLine, tmp_path: Path, table: str, column: str, value: str
) -> None:
    before = lived.content
    spoil(tmp_path / "state" / "ledger.sqlite3", table, column, value)
    assert "blocker check --repair" in lived.call("check").out
    for words in (
        ("run",),
        ("park", "what?"),
        ("skip", "this"),
        ("pause", "--until", "2026-12-01"),
        ("leave",),
    ):
        said = lived.call(*words)
        assert (said.code, "blocker check --repair" in said.err) == (1, True), words
    assert lived.call("check", "--repair").code == 0
    said = lived.call("run", "-y")
    assert said.code == 0, said
    after = keys(lived.content)
    assert len(set(after)) == len(after), "nothing is doubled"
    assert set(after) >= set(keys(before)), "what was skipped may come back, as that was what the row said"
