"""The ledger's file on bad days: full disk, rights gone, damaged, foreign, lost, and from another version."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, redirect_stderr
from datetime import date
from pathlib import Path
from tempfile import mkdtemp

import pytest

from blocker.cli import main
from blocker.commands.sample import sample_calendar
from blocker.ledger import file as ledger_file
from blocker.ledger.file import DamagedLedger, LedgerError, ledger_path
from blocker.ledger.ledger import open_ledger
from blocker.ledger.repair import is_damaged, rebuild
from blocker.ledger.rows import SCHEMA, SCHEMA_VERSION
from blocker.values.errors import Temporary
from tests.tools.command_line import CommandLine, Said
from tests.tools.command_line import sample as sample_file
from tests.tools.places import ROOT

DUMPS = Path(__file__).parent / "ledgers"
NOBODY = 65534
NOW = "2026-11-02T06:30"
MONDAY = date(2026, 11, 2)

STARVED = """
import resource, sys
from blocker.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
raise SystemExit(main(sys.argv[2:]))
"""


@pytest.fixture
def cli(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    monkeypatch.setenv("BLOCKER_STATE_DIR", str(tmp_path / "state"))
    return CommandLine(capsys, sample_file(tmp_path), NOW)


def ledger_of(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite3"


def keys(content: bytes) -> Counter[bytes]:
    return Counter(re.findall(rb"X-BLOCKER-KEY:(\S+)", content))


def foreign(content: bytes) -> list[bytes]:
    parts = re.split(rb"(BEGIN:VEVENT\r\n.*?END:VEVENT\r\n)", content, flags=re.DOTALL)
    return [part for part in parts if part and b"X-BLOCKER-KEY" not in part]


def in_a_process(place: Path, head: list[str], *words: str) -> Said:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(place),
        "BLOCKER_STATE_DIR": str(place / "state"),
        "TZ": "UTC",
        "PYTHONDONTWRITEBYTECODE": "1",  # a starved process would leave half of it to everybody else
    }
    calendar = ["--calendar", f"ics:{place / 'calendar.ics'}", "--now", NOW]
    done = subprocess.run(
        [sys.executable, *head, *calendar, *words],
        cwd=ROOT, env=environ, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return Said(done.returncode, done.stdout, done.stderr)


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
@pytest.mark.parametrize("limit", [0, 9_000, 60_000, 80_000, 130_000])
def test_a_full_disk_leaves_everything_as_it_was_or_whole(tmp_path: Path, limit: int) -> None:
    calendar = tmp_path / "calendar.ics"
    calendar.write_bytes(sample_calendar(MONDAY))
    before = calendar.read_bytes()
    said = in_a_process(tmp_path, ["-c", STARVED, str(limit)], "run", "-y")
    assert said.code in ((0, 1, 3) if limit > 80_000 else (1, 3)), said
    assert "Traceback" not in said.err
    assert "defect" not in said.err
    if said.code == 1:
        assert calendar.read_bytes() == before
        assert len(said.err.strip().splitlines()) <= 2, said.err
    if said.code == 3:
        assert re.search(r"changes failed \(.+\); it is safe to run again", said.out)
    assert foreign(calendar.read_bytes()) == foreign(before)
    assert not list(tmp_path.glob(".calendar.ics*"))
    assert in_a_process(tmp_path, ["-m", "blocker"], "run", "-y").code == 0
    assert foreign(calendar.read_bytes()) == foreign(before)
    found = keys(calendar.read_bytes())
    assert max(found.values()) == 1
    assert len(found) > 4


def test_a_full_disk_is_mailed_once_and_not_every_hour(tmp_path: Path) -> None:
    (tmp_path / "calendar.ics").write_bytes(sample_calendar(MONDAY))
    starved = ["-c", STARVED, "0"]
    first, second = (in_a_process(tmp_path, starved, "run", "--cron") for _ in range(2))
    assert first.code == second.code == 1
    assert "free some space" in first.err
    assert second.err == ""


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that another user can reach, which pytest's own are not."""
    folder = Path(mkdtemp(prefix="blocker-test-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder)


def as_nobody(cli: CommandLine, *words: str) -> Said:
    """The call in a fork without root's rights. All that it imports was imported before."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.dup2(writing, 2)
        os.setegid(NOBODY)
        os.seteuid(NOBODY)
        with redirect_stderr(os.fdopen(writing, "w", buffering=1)):
            os._exit(main(["--calendar", f"ics:{cli.calendar}", "--now", cli.now, *words]))
    os.close(writing)
    with os.fdopen(reading) as pipe:
        err = pipe.read()
    return Said(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "", err)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else"
)
@pytest.mark.parametrize("gone", ["state", "ledger", "calendar", "folder"])
def test_rights_that_are_gone_are_said_in_one_sentence(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    state = place / "state"
    monkeypatch.setenv("BLOCKER_STATE_DIR", str(state))
    monkeypatch.setenv("HOME", str(place))
    cli = CommandLine(capsys, sample_file(place), NOW)
    assert cli.call("run", "-y").code == 0
    cli.calendar.write_bytes(sample_calendar(MONDAY))  # all blocks are gone, and have to be made again
    for path in (place, cli.calendar, state, *state.rglob("*")):
        os.chown(path, NOBODY, NOBODY)
    before = cli.content
    target, mode = {
        "state": (state, 0o000),
        "ledger": (state / "ledger.sqlite3", 0o000),
        "calendar": (cli.calendar, 0o444),
        "folder": (place, 0o555),
    }[gone]
    kept = stat.S_IMODE(target.stat().st_mode)
    target.chmod(mode)
    said = as_nobody(cli, "rebalance", "next", "-y", "--force")
    target.chmod(kept)
    assert said.code == 1, said
    assert cli.content == before
    assert "defect" not in said.err
    assert 1 <= len(said.err.strip().splitlines()) <= 2, said.err
    assert str(state) in said.err or str(cli.calendar) in said.err
    assert as_nobody(cli, "rebalance", "next", "-y", "--force").code == 0  # once they are back


@pytest.mark.parametrize("umask", [0o000, 0o077, 0o777], ids=oct)
def test_modes_whatever_the_umask(cli: CommandLine, tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        assert cli.call("run", "-y").code == 0
    finally:
        os.umask(before)
    state = tmp_path / "state"
    for path in (state, *state.rglob("*")):
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode & 0o077 == 0, (path, oct(mode))
    assert stat.S_IMODE(ledger_of(tmp_path).stat().st_mode) & 0o400
    assert {path.name for path in state.iterdir()} >= {"ledger.sqlite3", "locks", "log"}


@pytest.mark.parametrize("first", ["plan", "load", "check"])
def test_looking_first_leaves_the_state_folder_to_its_owner(
    cli: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, first: str
) -> None:
    """Holidays that are kept are what makes the folder then."""
    state = tmp_path / "deeper" / "state"
    monkeypatch.setenv("BLOCKER_STATE_DIR", str(state))
    old = os.umask(0o022)
    try:
        cli.call(first)
    finally:
        os.umask(old)
    folders = [state, *(path for path in state.rglob("*") if path.is_dir())]
    assert len(folders) > 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in folders} == {0o700}


def test_a_ledger_that_others_could_read_is_closed_to_them(cli: CommandLine, tmp_path: Path) -> None:
    cli.call("run", "-y")
    ledger_of(tmp_path).chmod(0o644)
    cli.call("run")
    assert stat.S_IMODE(ledger_of(tmp_path).stat().st_mode) == 0o600


# Damage


def spoil(path: Path, how: str) -> None:
    content = path.read_bytes()
    if how == "cut":
        path.write_bytes(content[: len(content) // 2])
    elif how == "noise":
        path.write_bytes(b"\x00\xff" * 4096)
    elif how == "page":
        path.write_bytes(content[:8192] + b"\xee" * 4096 + content[12288:])
    elif how == "foreign":
        path.unlink()
        with closing(sqlite3.connect(path)) as other:
            other.executescript("CREATE TABLE moz_places (id INTEGER); INSERT INTO moz_places VALUES (1);")
    elif how == "row":
        with closing(sqlite3.connect(path)) as ledger:
            ledger.execute("UPDATE block SET start = 'yesterday' WHERE key LIKE 'strategic/2026-W46%'")
            ledger.commit()
    elif how == "json":
        with closing(sqlite3.connect(path)) as ledger:
            ledger.execute("UPDATE block SET causes = '[{' WHERE key LIKE 'strategic/2026-W46%'")
            ledger.commit()


@pytest.mark.parametrize("how", ["cut", "noise", "page", "foreign", "row", "json"])
def test_a_damaged_ledger_is_named_and_mended_and_nothing_doubles(
    cli: CommandLine, tmp_path: Path, how: str
) -> None:
    cli.call("run", "-y")
    before = cli.content
    spoil(ledger_of(tmp_path), how)
    said = cli.call("run")
    assert said.code == 1
    assert "blocker check --repair" in said.err
    assert "defect" not in said.err
    assert cli.content == before
    mended = cli.call("check", "--repair")
    assert mended.code == 0, mended
    assert "put aside as" in mended.out
    aside = tmp_path / "state" / "ledger.damaged-1.sqlite3"
    assert aside.exists()
    again = cli.call("run", "-y")
    assert again.code == 0, again
    assert keys(cli.content) == keys(before)
    assert "nothing to repair" in cli.call("check", "--repair").out


def test_what_of_a_damaged_ledger_can_be_read_is_kept(cli: CommandLine, tmp_path: Path) -> None:
    cli.call("run", "-y")
    cli.call("skip", "2026-W47")
    gone = next(key for key in keys(cli.content) if key.startswith(b"strategic/2026-W48")).decode()
    part = next(
        p
        for p in re.findall(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", cli.content, re.DOTALL)
        if gone.encode() in p
    )
    cli.calendar.write_bytes(cli.content.replace(part, b""))
    assert "you deleted it; it will not come back" in cli.call("run").out
    spoil(ledger_of(tmp_path), "row")
    cli.call("check", "--repair")
    assert cli.call("run").code == 0  # its yes was kept too
    assert gone.encode() not in keys(cli.content)
    assert not [key for key in keys(cli.content) if b"2026-W47" in key]


def test_a_lost_ledger_doubles_nothing_and_asks_again(cli: CommandLine, tmp_path: Path) -> None:
    cli.call("run", "-y")
    before = cli.content
    shutil.rmtree(tmp_path / "state")
    cli.now = "2026-11-09T06:30"  # a new week at the horizon, so that there is something to write
    asked = cli.call("run")
    assert asked.code == 4
    assert cli.content == before
    assert cli.call("run", "-y").code == 0
    assert max(keys(cli.content).values()) == 1
    assert keys(before).keys() <= keys(cli.content).keys()
    with open_ledger(tmp_path / "state", f"ics:{cli.calendar}") as ledger:
        known = {block.key for block in ledger.memory().blocks if block.state == "placed"}
    assert {key.decode() for key in keys(cli.content)} >= known


def test_another_calendar_at_the_same_place_is_refused_and_the_first_one_may_come_back(
    cli: CommandLine,
) -> None:
    cli.call("run", "-y")
    mine = cli.content
    cli.calendar.write_bytes(sample_calendar(MONDAY))
    other = cli.content
    said = cli.call("run")
    assert said.code == 4
    numbers = re.search(r"(\d+) of the (\d+) future blocks", said.err)
    assert numbers is not None
    assert numbers[1] == numbers[2]
    assert "--force" in said.err
    assert cli.content == other
    cli.calendar.write_bytes(mine)
    assert cli.call("run").code == 0
    assert cli.content == mine
    cli.calendar.write_bytes(other)
    assert cli.call("run", "--force").code == 0  # so the person did delete them all: none comes back
    assert not keys(mine).keys() & keys(cli.content).keys()


def test_two_deleted_blocks_are_an_answer_and_no_alarm(cli: CommandLine) -> None:
    cli.call("run", "-y")
    ours = [
        p
        for p in re.findall(rb"BEGIN:VEVENT\r\n.*?END:VEVENT\r\n", cli.content, re.DOTALL)
        if b"X-BLOCKER-KEY" in p
    ]
    cli.calendar.write_bytes(cli.content.replace(ours[1], b"").replace(ours[2], b""))
    assert cli.call("run").code == 0


def test_a_ledger_in_use_is_a_matter_of_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_ledger(tmp_path, "ics:x").close()
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda path, **how: connect(path, **{**how, "timeout": 0.05}))
    with (
        closing(connect(ledger_path(tmp_path))) as other,
        open_ledger(tmp_path, "ics:x") as ledger,
    ):
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Temporary, match="locked"):
            ledger.memory()


# Versions


def dump(name: str) -> str:
    return (DUMPS / f"{name}.sql").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(path.stem for path in DUMPS.glob("*.sql")))
def test_a_ledger_of_every_version_that_ever_landed_opens(tmp_path: Path, name: str) -> None:
    """Version 1 grew under its number: ``v1-…`` are its four shapes, from the first on."""
    with closing(sqlite3.connect(ledger_path(tmp_path))) as old:
        old.executescript(dump(name))
        assert name.startswith(f"v{old.execute('PRAGMA user_version').fetchone()[0]}")
        parked = old.execute("SELECT count(*) FROM parked").fetchone()[0]
        skipped = old.execute("SELECT count(*) FROM skip").fetchone()[0]
    with open_ledger(tmp_path, "ics:/home/dana/calendar.ics") as ledger:
        memory = ledger.memory()
        undoable = ledger.runs.last()
        for record in memory.weeks:
            ledger.remember_week(record)
        for block in memory.blocks:
            ledger.remember(block)
        assert ledger.memory() == memory
    assert memory.confirmed
    assert {block.state for block in memory.blocks} >= {"placed", "tombstone"}
    assert memory.weeks
    assert len(memory.skipped_weeks) == skipped
    assert len(memory.parked) == parked
    assert undoable is not None
    assert undoable.changes
    with closing(sqlite3.connect(ledger_path(tmp_path))) as new:
        assert new.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION


def columns(connection: sqlite3.Connection) -> set[tuple[object, ...]]:
    """Each table's columns in their order, with type, whether they may be empty, and their default."""
    tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    return {(name, *row) for (name,) in tables for row in connection.execute(f"PRAGMA table_info({name})")}


def test_the_newest_dump_has_the_schema_of_today() -> None:
    """Whoever changes the schema makes a new version of it, a migration, and a dump."""
    with closing(sqlite3.connect(":memory:")) as kept, closing(sqlite3.connect(":memory:")) as today:
        kept.executescript(dump(f"v{SCHEMA_VERSION}"))
        today.executescript(SCHEMA)
        assert columns(kept) == columns(today)


@pytest.mark.parametrize("name", sorted(path.stem for path in DUMPS.glob("*.sql")))
def test_an_old_ledger_ends_with_the_schema_of_a_new_one(tmp_path: Path, name: str) -> None:
    with closing(sqlite3.connect(ledger_path(tmp_path))) as old:
        old.executescript(dump(name))
    open_ledger(tmp_path, "ics:x").close()
    with (
        closing(sqlite3.connect(ledger_path(tmp_path))) as there,
        closing(sqlite3.connect(":memory:")) as today,
    ):
        today.executescript(SCHEMA)
        assert {column[0:3] for column in columns(there)} == {column[0:3] for column in columns(today)}


@pytest.mark.parametrize("name", ["v1-first", "v1-fill"])
def test_a_damaged_ledger_of_an_older_version_is_mended_too(tmp_path: Path, name: str) -> None:
    address = "ics:/home/dana/calendar.ics"
    with closing(sqlite3.connect(ledger_path(tmp_path))) as old:
        old.executescript(dump(name))
        old.execute("UPDATE block SET start = 'yesterday' WHERE key LIKE 'strategic/2026-W46%'")
        old.commit()
    assert is_damaged(tmp_path, address)
    rebuild(tmp_path, address, ())
    with open_ledger(tmp_path, address) as ledger:
        memory = ledger.memory()
    assert memory.confirmed
    assert {block.state for block in memory.blocks} >= {"placed", "tombstone"}
    assert memory.weeks


def test_many_who_bring_an_old_ledger_up_to_date_at_once(tmp_path: Path) -> None:
    """Two calendars' crons share the ledger, and neither waits for the other's lock."""
    with closing(sqlite3.connect(ledger_path(tmp_path))) as old:
        old.executescript(dump("v1-first"))
    with ThreadPoolExecutor(8) as several:
        for opened in [several.submit(lambda: open_ledger(tmp_path, "ics:x").close()) for _ in range(8)]:
            assert opened.result() is None


def test_a_migration_is_made_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_ledger(tmp_path, "ics:x").close()
    monkeypatch.setattr(ledger_file, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    broken = "ALTER TABLE said ADD COLUMN at TEXT; ALTER TABLE nowhere ADD COLUMN x TEXT;"
    steps = {SCHEMA_VERSION: lambda connection: broken}
    monkeypatch.setattr(ledger_file, "MIGRATIONS", steps)
    with pytest.raises(LedgerError):
        open_ledger(tmp_path, "ics:x")
    with closing(sqlite3.connect(ledger_path(tmp_path))) as there:
        assert there.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
        assert [row[1] for row in there.execute("PRAGMA table_info(said)")] == ["calendar", "what"]
    steps[SCHEMA_VERSION] = lambda connection: "ALTER TABLE said ADD COLUMN at TEXT;"
    open_ledger(tmp_path, "ics:x").close()
    with closing(sqlite3.connect(ledger_path(tmp_path))) as there:
        assert [row[1] for row in there.execute("PRAGMA table_info(said)")] == ["calendar", "what", "at"]


def test_a_ledger_of_a_newer_blocker_is_left_alone(tmp_path: Path) -> None:
    open_ledger(tmp_path, "ics:x").close()
    with closing(sqlite3.connect(ledger_path(tmp_path))) as there:
        there.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    before = ledger_path(tmp_path).read_bytes()
    with pytest.raises(LedgerError, match="newer blocker") as caught:
        open_ledger(tmp_path, "ics:x")
    assert not isinstance(caught.value, DamagedLedger)  # so that no repair throws it away
    assert ledger_path(tmp_path).read_bytes() == before
